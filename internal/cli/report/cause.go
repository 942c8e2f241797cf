package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/textfsm"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/openssh"
	"github.com/vtynet/vty/transport/ssh"
)

// Cause is what went wrong in a few words that are the same for every host it
// happened to, so that hosts can be counted by it. "" for nil.
func Cause(err error) string {
	for _, cause := range []func(error) string{causeOfRun, causeOfHop, causeOfConnection, causeOfLogin, causeOfSession} {
		if text := cause(err); text != "" {
			return text
		}
	}
	if err == nil {
		return ""
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// causeOfRun is one that lies with the run, not with the device.
func causeOfRun(err error) string {
	switch {
	case errors.As(err, new(*fleet.BreakerError)):
		return "not begun: too many logins failed before"
	case errors.Is(err, fleet.ErrStopped):
		return "not begun: the run was stopped"
	case errors.As(err, new(*fleet.PanicError)):
		return "an error within vty"
	case errors.Is(err, fleet.ErrAbandoned):
		return "it did not end, and was left behind"
	case errors.Is(err, fleet.ErrHostLimit):
		return "it took longer than --host-timeout"
	case errors.Is(err, fleet.ErrInactive):
		return "no byte came for --inactivity"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	return ""
}

func causeOfHop(err error) string {
	if hop, ok := errors.AsType[*jump.HopError](err); ok {
		return "jump host " + hop.Hop + ": " + Cause(hop.Err)
	}
	return ""
}

// causeOfConnection is one before the device asks who is there.
func causeOfConnection(err error) string {
	open := errors.As(err, new(*socket.OpenError))
	if open || errors.As(err, new(*openssh.Error)) {
		switch {
		case errors.Is(err, socket.ErrUnresolved):
			return "the name was not found"
		case errors.Is(err, socket.ErrRefused):
			return "connection refused"
		case errors.Is(err, socket.ErrTimedOut), open && errors.Is(err, context.DeadlineExceeded):
			return "no answer to the connection"
		case errors.Is(err, socket.ErrUnreachable):
			return "no way to the address"
		case errors.Is(err, socket.ErrReset):
			return "connection reset"
		case errors.Is(err, openssh.ErrUnanswered):
			return "ssh asks what nothing answers"
		case open:
			return "no connection"
		}
	}
	if key, ok := errors.AsType[*ssh.HostKeyError](err); ok {
		return "host key " + string(key.Reason)
	}
	if errors.Is(err, ssh.ErrNegotiation) {
		return "no SSH algorithm in common"
	}
	if errors.As(err, new(*ssh.AuthError)) {
		return "" // that is the login
	}
	shake, ok := errors.AsType[*ssh.HandshakeError](err)
	switch late := errors.Is(err, context.DeadlineExceeded); {
	case !ok:
		return ""
	case late:
		return "silent in the SSH handshake (" + string(shake.Phase) + ")"
	case shake.Phase == ssh.PhaseVersion && saidNothing(shake.Err):
		return "hung up before an SSH version"
	case shake.Phase == ssh.PhaseVersion:
		return "no SSH server"
	}
	return "the SSH handshake broke off (" + string(shake.Phase) + ")"
}

// saidNothing tells a connection that ended from one that brought something else
// than SSH, whose error says what.
func saidNothing(err error) bool {
	_, broken := err.(*net.OpError)
	return broken || err == io.EOF
}

func causeOfLogin(err error) string {
	secret, isSecret := errors.AsType[*vty.SecretError](err)
	switch {
	case errors.Is(err, ssh.ErrPasswordExpired):
		return "the password has expired"
	case isSecret && secret.Refused:
		return "the " + secret.Name + " secret was refused"
	case isSecret, errors.Is(err, auth.ErrNoSecret):
		return "a password is asked for, and none was given"
	case errors.Is(err, ssh.ErrAuth), errors.Is(err, vty.ErrLogin):
		return "login refused"
	}
	return ""
}

// causeOfSession is one of a session that is open.
func causeOfSession(err error) string {
	command, isCommand := errors.AsType[*vty.CommandError](err)
	status, isStatus := errors.AsType[*vty.StatusError](err)
	question, isQuestion := errors.AsType[*vty.QuestionError](err)
	mode, isMode := errors.AsType[*vty.ModeError](err)
	dial, isDial := errors.AsType[*vty.DialError](err)
	late := errors.Is(err, vty.ErrSilence) || errors.Is(err, context.DeadlineExceeded)
	switch {
	case errors.Is(err, vty.ErrLocked):
		return "somebody else holds the configuration"
	case isStatus && status.Signal != "":
		return "ended by signal " + status.Signal
	case isStatus:
		return fmt.Sprintf("exit status %d", status.Status)
	case isCommand:
		return "refused: " + strings.TrimSpace(auth.Mask(command.Reason))
	case isQuestion:
		return "the device asks: " + strings.TrimSpace(auth.Mask(question.Question))
	case errors.Is(err, vty.ErrIncomplete):
		return "the answer was cut off"
	case errors.Is(err, vty.ErrDesync):
		return "the session got out of step"
	case late && isDial:
		return "no prompt (" + string(dial.Phase) + ")"
	case late:
		return "no answer in time"
	case errors.Is(err, vty.ErrClosed), errors.Is(err, ssh.ErrLost):
		return "the session was lost"
	case isMode:
		return "mode " + mode.To + " was not reached"
	case errors.Is(err, vty.ErrUnsupported), errors.Is(err, vty.ErrNoConfiguration):
		return "the platform has no means for it"
	case errors.Is(err, platform.ErrUnknown):
		return "the platform was not found out"
	case errors.Is(err, textfsm.ErrNoTemplate):
		return "no template for the answer"
	case errors.Is(err, textfsm.ErrNoMatch), errors.As(err, new(*textfsm.RunError)):
		return "the answer could not be parsed"
	}
	return ""
}
