package report

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
)

func TestSummary(t *testing.T) {
	s := NewSummary(1000)
	if !s.Well() {
		t.Error("nothing has happened yet")
	}
	for i := range 100 {
		s.Failed(fmt.Sprintf("edge-%d.example.net", i), true, dialing(vty.PhaseConnect, &socket.OpenError{Host: fmt.Sprint(i), Err: socket.ErrRefused}))
	}
	s.Failed("r1", true, &vty.CommandError{Host: "r1", Command: "show x", Reason: strings.Repeat("% a very long reason ", 9)})
	for i := range 400 {
		s.Failed(fmt.Sprint("r", i), false, fleet.ErrStopped)
	}
	var b bytes.Buffer
	s.Write(&b, 80, streams.Style{})
	want := `^vty: 1000 hosts in [0-9.]+m?s: 499 done, 101 failed, 400 not begun
     400  not begun: the run was stopped: r0, r1, r2, r3, r4, r5 and 394 more
     100  connection refused: edge-0.example.net and 99 more
       1  refused: % a very long reason % a very long reason % a very long r\.\.\.
$`
	if !regexp.MustCompile(want).MatchString(b.String()) {
		t.Errorf("%s", &b)
	}
	for line := range strings.Lines(b.String()) {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line)-1, line)
		}
	}
}

func TestCausesAreTheSameForAllHosts(t *testing.T) {
	shake := func(phase ssh.Phase, err error) error {
		return dialing(vty.PhaseConnect, &ssh.HandshakeError{Host: "r1", Phase: phase, Err: err})
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{&fleet.BreakerError{Credential: "ops", Failures: 3}, "not begun: too many logins failed before"},
		{fmt.Errorf("%w: x", fleet.ErrStopped), "not begun: the run was stopped"},
		{fmt.Errorf("%w: %w", fleet.ErrHostLimit, dialing(vty.PhaseConnect, socket.ErrRefused)), "it took longer than --host-timeout"},
		{dialing(vty.PhaseConnect, &socket.OpenError{Err: socket.ErrTimedOut}), "no answer to the connection"},
		{dialing(vty.PhaseConnect, &socket.OpenError{Err: socket.ErrUnresolved}), "the name was not found"},
		{dialing(vty.PhaseConnect, &socket.OpenError{Err: socket.ErrUnreachable}), "no way to the address"},
		{shake(ssh.PhaseKeyExchange, &ssh.HostKeyError{Reason: ssh.ReasonChanged}), "host key changed"},
		{shake(ssh.PhaseKeyExchange, &ssh.NegotiationError{}), "no SSH algorithm in common"},
		{shake(ssh.PhaseAuth, &ssh.AuthError{User: "ops"}), "login refused"},
		{shake(ssh.PhaseVersion, fmt.Errorf("%w", ssh.ErrNoVersion)), "no SSH server"},
		{shake(ssh.PhaseVersion, io.EOF), "hung up before an SSH version"},
		{shake(ssh.PhaseVersion, &net.OpError{Err: syscall.ECONNRESET}), "hung up before an SSH version"},
		{shake(ssh.PhaseVersion, fmt.Errorf("%w (it speaks, but not SSH)", io.EOF)), "no SSH server"},
		{shake(ssh.PhaseAuth, vty.ErrClosed), "the SSH handshake broke off (authentication)"},
		{dialing(vty.PhaseLogin, &vty.LoginError{}), "login refused"},
		{dialing(vty.PhaseLogin, &vty.TimeoutError{Err: vty.ErrSilence}), "no prompt (login)"},
		{dialing(vty.PhaseMode, &vty.ModeError{To: "privileged", Err: &vty.SecretError{Name: "enable", Refused: true}}), "the enable secret was refused"},
		{&vty.CommandError{Host: "r1", Command: "x", Reason: " % no "}, "refused: % no"},
		{&vty.ConfigureError{Line: 3, Report: &vty.Report{}, Err: &vty.CommandError{Reason: "% no"}}, "refused: % no"},
		{&vty.QuestionError{Input: "reload", Question: "sure? [y/n]"}, "the device asks: sure? [y/n]"},
		{&vty.TimeoutError{Err: vty.ErrSilence, Closed: true}, "no answer in time"},
		{&vty.ClosedError{}, "the session was lost"},
		{&vty.IncompleteError{Command: "x"}, "the answer was cut off"},
		{&vty.DesyncError{}, "the session got out of step"},
		{fmt.Errorf("r1: frr_vty: a candidate: %w", vty.ErrUnsupported), "the platform has no means for it"},
		{fmt.Errorf("odd\nand long"), "odd"},
	} {
		if got := Cause(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

func TestErrorsSayTheNextStepOnce(t *testing.T) {
	var b bytes.Buffer
	e := NewErrors(&b, streams.Style{})
	refused := dialing(vty.PhaseConnect, &socket.OpenError{Err: socket.ErrRefused})
	e.Host("r1", "refused", refused)
	e.Host("r2", "refused", refused)
	e.Host("r3", "late; on the screen:\nPassword:", dialing(vty.PhaseLogin, &vty.TimeoutError{Err: vty.ErrSilence}))
	e.Host("r4", "late; on the screen:\nPassword:", dialing(vty.PhaseLogin, &vty.TimeoutError{Err: vty.ErrSilence}))
	e.Host("r5", "not begun", fleet.ErrStopped)
	e.Host("r6", "not begun", fleet.ErrStopped)
	got := b.String()
	if strings.Count(got, "next: the address answers") != 1 || strings.Count(got, "Password:") != 1 || !strings.Contains(got, "vty: r2: refused\nvty: r3") ||
		!strings.Contains(got, "vty: r4: late\nvty: r5: not begun\n") || strings.Contains(got, "r6") {
		t.Errorf("%s", got)
	}
}
