package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
)

func dialing(phase vty.Phase, err error) error {
	return &vty.DialError{Host: "r1", Port: 22, Phase: phase, Err: err}
}

func TestNext(t *testing.T) {
	refused := []ssh.Attempt{{Method: "password", Outcome: ssh.Refused}}
	for _, c := range []struct {
		name string
		err  error
		want string // a part of it; "" for nothing at all
	}{
		{"an unknown name", dialing(vty.PhaseConnect, &socket.OpenError{Err: socket.ErrUnresolved}), "spelling"},
		{"a refused port", dialing(vty.PhaseConnect, &socket.OpenError{Err: socket.ErrRefused}), "check the port"},
		{"a black hole", dialing(vty.PhaseConnect, &socket.OpenError{Err: socket.ErrTimedOut}), "firewall"},
		{"Ctrl-C while connecting", dialing(vty.PhaseConnect, &socket.OpenError{Err: context.Canceled}), ""},
		{"a wrong password", dialing(vty.PhaseConnect, &ssh.AuthError{Attempts: refused}), "check user and password"},
		{"no password", dialing(vty.PhaseConnect, &ssh.AuthError{Offered: []string{"password"}}), "VTY_PASSWORD"},
		{"keys only", dialing(vty.PhaseConnect, &ssh.AuthError{Attempts: nil, Offered: []string{"publickey"}}), "--identity"},
		{"an unknown host key", dialing(vty.PhaseConnect, &ssh.HostKeyError{Reason: ssh.ReasonUnknown}), ""},
		{"no password in the session", dialing(vty.PhaseLogin, fmt.Errorf("login: %w", auth.ErrNoSecret)), "VTY_PASSWORD"},
		{"a wrong password in the session", dialing(vty.PhaseLogin, &vty.LoginError{}), "check user and password"},
		{"no prompt", dialing(vty.PhaseLogin, &vty.TimeoutError{Err: vty.ErrSilence}), "platform right"},
		{"a port in use, said in the stream", dialing(vty.PhaseLogin, fmt.Errorf("ended: %w", vty.ErrClosed)), "may be in use"},
		{"silence that closed it", dialing(vty.PhaseLogin, &vty.TimeoutError{Err: vty.ErrSilence, Closed: true}), "platform right"},
		{"no NETCONF", &ssh.HandshakeError{Phase: ssh.PhaseShell, Err: fmt.Errorf("%w the subsystem", ssh.ErrNoSubsystem)}, "830"},
		{"a configuration that is held", &vty.LockedError{Err: &vty.ModeError{}}, "try again later"},
		{"a shell instead of a command", vty.ErrShell, "leave out --exec"},
		{"no enable secret", dialing(vty.PhaseMode, &vty.ModeError{Err: &vty.SecretError{Name: "enable"}}), "VTY_ENABLE"},
		{"a wrong enable secret", dialing(vty.PhaseMode, &vty.ModeError{Err: &vty.SecretError{Name: "enable", Refused: true}}), "check the enable"},
		{"a question", &vty.QuestionError{}, "asks nothing"},
		{"a password that has expired", dialing(vty.PhaseLogin, &vty.QuestionError{Question: "Current password:"}), "has expired"},
		{"one that SSH says has expired", dialing(vty.PhaseConnect, &ssh.AuthError{Attempts: []ssh.Attempt{{Method: "password", Outcome: ssh.Refused, Err: ssh.ErrPasswordExpired}}}), "has expired"},
		{"a late answer", &vty.TimeoutError{Err: context.DeadlineExceeded}, "--timeout"},
		{"a refused command", &vty.CommandError{}, ""},
	} {
		if got := Next(c.err); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q in it", c.name, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	command := &vty.CommandError{Host: "192.0.2.1", Command: "x", Reason: "% no"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{command, `"x" refused: % no`},
		{&vty.DialError{Host: "192.0.2.1", Err: errors.New("broken")}, "broken"},
		{fmt.Errorf("line 2: %w", command), `line 2: "x" refused: % no`},
		{errors.New("of somebody else"), "of somebody else"},
		{&vty.TimeoutError{Input: "x", Awaited: "the prompt", Err: context.DeadlineExceeded}, `"x": time ran out after 0s, awaiting the prompt; the command was stopped and the device is back at its prompt; nothing was on the screen`},
	} {
		if got := Text("192.0.2.1", c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

func TestError(t *testing.T) {
	var b bytes.Buffer
	err := dialing(vty.PhaseConnect, errors.New("broken"))
	Error(&b, "r1:22", Text("r1", err), err)
	if want := "vty: r1:22: broken\n     next: vty doctor shows each step\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestErrorOfCtrlCIsOneLine(t *testing.T) {
	var b bytes.Buffer
	err := &vty.TimeoutError{Input: "yes", Awaited: "the prompt", Screen: []string{"y", "y"}, Err: context.Canceled}
	Error(&b, "r1", Text("r1", err), err)
	if strings.Count(b.String(), "\n") != 1 || !strings.Contains(b.String(), "back at its prompt") {
		t.Errorf("%q", b.String())
	}
}
