package exit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/socket"
)

func TestOf(t *testing.T) {
	command := &vty.CommandError{Host: "r1", Command: "x", Reason: "% no"}
	for _, c := range []struct {
		name string
		err  error
		want Status
	}{
		{"nothing", nil, OK},
		{"a refused command", command, Refused},
		{"a refused line", &vty.ConfigureError{Line: 1, Report: &vty.Report{}, Err: command}, Refused},
		{"a question", &vty.QuestionError{Input: "reload", Question: "sure?"}, Refused},
		{"a mode refused in the session", &vty.ModeError{From: "a", To: "b"}, Refused},
		{"a mode refused while dialing", &vty.DialError{Phase: vty.PhaseMode, Err: &vty.ModeError{}}, Unreached},
		{"a refused login", &vty.DialError{Phase: vty.PhaseLogin, Err: &vty.LoginError{}}, Unreached},
		{"a session that ended", &vty.ClosedError{Err: io.EOF}, Unreached},
		{"out of step", &vty.DesyncError{}, Unreached},
		{"an answer that was cut off", &vty.IncompleteError{Command: "x"}, Unreached},
		{"unknown", errors.New("?"), Unreached},
		{"a refused port", &vty.DialError{Err: fmt.Errorf("%w", socket.ErrRefused)}, Unreached},
		{"a black hole", &vty.DialError{Err: fmt.Errorf("%w", socket.ErrTimedOut)}, TimedOut},
		{"a late answer", &vty.TimeoutError{Err: context.DeadlineExceeded}, TimedOut},
		{"silence", &vty.TimeoutError{Err: vty.ErrSilence, Closed: true}, TimedOut},
		{"Ctrl-C", &vty.TimeoutError{Err: context.Canceled, Closed: true}, Interrupted},
		{"over the limit on the host", fmt.Errorf("%w: %w", fleet.ErrHostLimit, context.Canceled), TimedOut},
		{"not begun", fmt.Errorf("%w: 3 hosts failed", fleet.ErrStopped), Unreached},
		{"not begun after Ctrl-C", fmt.Errorf("%w: %w", fleet.ErrStopped, context.Canceled), Interrupted},
		{"no candidate", fmt.Errorf("r1: frr_vty: a candidate: %w", vty.ErrUnsupported), Usage},
		{"no configuration mode", fmt.Errorf("r1: generic: %w", vty.ErrNoConfiguration), Usage},
		{"an unknown platform", &platform.UnknownError{Name: "x"}, Usage},
		{"no command", &vty.InputError{Input: "\a"}, Usage},
		{"usage", Misused(errors.New("no host")), Usage},
		{"said already", fmt.Errorf("joined: %w", Silently(TimedOut)), TimedOut},
	} {
		if got := Of(c.err); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if Silently(OK) != nil || Misused(nil) != nil {
		t.Error("success became an error")
	}
}
