package vty

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/rfc2217"
	"github.com/vtynet/vty/transport/serial"
	"github.com/vtynet/vty/transport/ssh"
)

// Explanation is what is likely behind an error, and what to do about it. Both are
// sentences without a stop, and "" where nothing is known that the error does not
// say itself.
type Explanation struct {
	Cause string
	Next  string
}

// Explain says what is likely behind an error of this package, and what to do
// next. The error's own text says what happened: the phase, what was awaited, and
// what was on the screen. Of an error that comes from elsewhere, of a context that
// was cancelled and of nil nothing is known.
func Explain(err error) Explanation {
	if err == nil || errors.Is(err, context.Canceled) {
		return Explanation{}
	}
	for _, explain := range []func(error) (Explanation, bool){explainOpen, explainPort, explainSSH, explainLogin, explainSession} {
		if e, ok := explain(err); ok {
			return e
		}
	}
	return Explanation{}
}

func explainOpen(err error) (Explanation, bool) {
	open, ok := errors.AsType[*socket.OpenError](err)
	if !ok {
		return Explanation{}, false
	}
	switch {
	case errors.Is(open, socket.ErrUnresolved) && (errors.Is(open, context.DeadlineExceeded) || errors.Is(open, socket.ErrTimedOut)):
		return Explanation{"the name servers do not answer",
			"check the name servers, or give the address"}, true
	case errors.Is(open, socket.ErrUnresolved):
		return Explanation{"the name is misspelt or has no address record",
			"check the spelling of the name and the name servers, or give the address"}, true
	case errors.Is(open, socket.ErrRefused):
		return Explanation{"the address answers but nothing listens on that port",
			"check the port, the transport, and that the service is on at the device"}, true
	case errors.Is(open, socket.ErrTimedOut), errors.Is(open, context.DeadlineExceeded):
		return Explanation{"nothing answers at all: the device is down, or a firewall or access list drops the connection",
			"try it from another host, and look at the way there (ping, traceroute)"}, true
	}
	return Explanation{}, true
}

func explainPort(err error) (Explanation, bool) {
	switch {
	case errors.Is(err, serial.ErrNoPort):
		return Explanation{"the name is wrong, or the adapter is not plugged in", "check the name of the port"}, true
	case errors.Is(err, serial.ErrBusy), errors.Is(err, rfc2217.ErrBusy):
		return Explanation{"somebody else has the port", "see who uses it, or wait until it is free"}, true
	case errors.Is(err, serial.ErrDenied):
		return Explanation{"the port belongs to a group that the user is not in", "join that group, and log in again"}, true
	case errors.Is(err, rfc2217.ErrNoAnswer):
		return Explanation{"what listens there speaks no Telnet: a bare port, perhaps", "reach it as a bare port (Raw)"}, true
	case errors.Is(err, rfc2217.ErrRefused):
		return Explanation{"the port is a plain Telnet one", "reach it by Telnet"}, true
	case errors.As(err, new(*rfc2217.SettingError)):
		return Explanation{"the server or its port cannot do that", "leave the setting out (Config.Line) to have the port as its server has set it"}, true
	}
	return Explanation{}, false
}

func explainSSH(err error) (Explanation, bool) {
	if key, ok := errors.AsType[*ssh.HostKeyError](err); ok {
		switch key.Reason {
		case ssh.ReasonUnknown:
			return Explanation{"nobody has logged in to this device from here before",
				"compare the fingerprint with the device's own, then accept the key once"}, true
		case ssh.ReasonChanged:
			return Explanation{"the device was replaced or got a new key, or somebody poses as it",
				"ask who runs the device; only then remove the old key"}, true
		}
		return Explanation{"somebody may pose as the device", "compare its key with the one that is expected"}, true
	}
	if none, ok := errors.AsType[*ssh.NegotiationError](err); ok {
		if none.Legacy {
			return Explanation{"the device is old, and knows weak algorithms only",
				"update the device's software, or allow legacy algorithms for this host"}, true
		}
		return Explanation{"the device and this client have been restricted to different algorithms",
			"allow one of the algorithms that the device offers"}, true
	}
	if refused, ok := errors.AsType[*ssh.AuthError](err); ok {
		return explainAuth(refused), true
	}
	shake, ok := errors.AsType[*ssh.HandshakeError](err)
	if !ok {
		return Explanation{}, false
	}
	switch shake.Phase {
	case ssh.PhaseVersion:
		return Explanation{"something listens there that is no SSH server, or all lines of the device are in use",
			"check the port; free a line of the device, or wait until one is free"}, true
	case ssh.PhaseKeyExchange:
		return Explanation{"large packets are lost on the way (MTU), or the device is too busy to compute keys",
			"try again, and try a smaller MTU on the way"}, true
	case ssh.PhaseAuth:
		return Explanation{"the device waits for its own authentication server (TACACS+, RADIUS)",
			"check the device's AAA servers, or allow more time"}, true
	}
	if errors.Is(err, ssh.ErrNoSubsystem) {
		return Explanation{"the service is not switched on at the device, or not on this port: NETCONF mostly has one of its own, 830",
			"switch it on, or give its port"}, true
	}
	return Explanation{"the device has let us in and gives no terminal: no line is free, or it wants no terminal on this port",
		"look at the device's sessions, and check the port"}, true
}

func explainAuth(e *ssh.AuthError) Explanation {
	offered := slices.ContainsFunc(e.Attempts, func(a ssh.Attempt) bool { return a.Outcome == ssh.Refused })
	if offered {
		return Explanation{"the user, the password or the key is not the device's",
			"check user and password; after several attempts the account may be locked"}
	}
	return Explanation{"nothing was given that the device takes; it takes " + strings.Join(e.Offered, ", "),
		"give a password or a key"}
}

func explainLogin(err error) (Explanation, bool) {
	if secret, ok := errors.AsType[*SecretError](err); ok {
		if secret.Refused {
			return Explanation{"the " + secret.Name + " secret is not the device's", "check it: Config.Secrets or Config.Password"}, true
		}
		return Explanation{"what comes next is behind the " + secret.Name + " secret, which is not among those given", "give it: Config.Secrets or Config.Password"}, true
	}
	switch {
	case errors.Is(err, auth.ErrNoSecret):
		return Explanation{"the device asks for a password and none was given", "give one: Config.Password"}, true
	case errors.Is(err, ErrLogin):
		return Explanation{"the user or the password is not the device's", "check user and password; after several attempts the account may be locked"}, true
	}
	dial, ok := errors.AsType[*DialError](err)
	if !ok {
		return Explanation{}, false
	}
	late, isLate := errors.AsType[*TimeoutError](err)
	switch {
	case dial.Phase == PhaseLogin && !isLate && errors.Is(err, ErrClosed):
		return Explanation{"what answers there has begun no session: its port or all its lines are in use, or what lies beyond a hop was not reached",
			"read what it said, which stands in the error; see who uses the port, or try the way by hand"}, true
	case dial.Phase == PhaseLogin && isLate && len(late.Screen) == 0:
		return Explanation{"the device accepts the session and says nothing: it is overloaded, its lines are in use, or it waits for a key",
			"try it by hand, and allow more time"}, true
	case dial.Phase == PhaseLogin && isLate && strings.HasPrefix(late.Awaited, "what follows the answer"):
		return Explanation{"the device takes its time to check what it was given (its TACACS+ or RADIUS servers), or took it and hangs",
			"check the device's AAA servers, or allow more time"}, true
	case dial.Phase == PhaseLogin && isLate:
		return Explanation{"what is on the screen is no prompt of this platform",
			"check the platform; if it is right, its prompt pattern has to learn this one"}, true
	}
	return Explanation{}, false
}

func explainSession(err error) (Explanation, bool) {
	var late *TimeoutError
	switch {
	case errors.As(err, new(*UndetectedError)):
		return Explanation{"nothing that the device says tells which of several platforms it is, or it is of none that is known",
			"name its platform (Config.Platform); Device.Detection says what it may be, and why that is not known"}, true
	case errors.As(err, new(*QuestionError)):
		return Explanation{"the command asks before it does something", "answer it (Interact, Command.Whenever), or use a form of the command that asks nothing"}, true
	case errors.Is(err, ErrIncomplete):
		return Explanation{"the device cut the output off, or a line in it looks like its prompt", "run the command again; if it stays so, set Config.Confirm"}, true
	case errors.Is(err, ErrDesync):
		return Explanation{"keys were lost or typed by somebody else, or output holds the device's own prompt", "run the command again; if it stays so, set Config.Confirm"}, true
	case errors.As(err, &late):
		return explainLate(late), true
	case errors.Is(err, ErrClosed):
		return Explanation{"the device restarted, its idle timer ran out, or somebody cleared the line", "connect again"}, true
	}
	if errors.As(err, new(*TimerError)) {
		return Explanation{"the device has no place to keep the configuration that it would go back to, or knows no such timer",
			"set it up (on IOS-XE: archive, and a path in it), or configure without Confirm"}, true
	}
	mode, ok := errors.AsType[*ModeError](err)
	switch {
	case errors.Is(err, ErrLocked):
		return Explanation{"somebody else has the configuration open; who, the device's words may say", "ask them to leave it, or try again later"}, true
	case ok && mode.Err == nil:
		return Explanation{"the user may not go there, or the device is not ready for it", "check the user's rights, or run in the mode that the login ends in (Config.Mode)"}, true
	case errors.Is(err, ErrRefused):
		return Explanation{"the command is misspelt, not known to this device, or not allowed to this user", "try it by hand; the device's own words are in the error"}, true
	case errors.Is(err, ErrInput):
		return Explanation{"typed as it stands, the text would do something else than it says", "change the text"}, true
	}
	return Explanation{}, false
}

func explainLate(late *TimeoutError) Explanation {
	switch {
	case len(late.Screen) > 0 && late.Closed && errors.Is(late, ErrSilence):
		return Explanation{"the device or the way to it is gone, or the command says nothing for long", "connect again; allow the command more silence (Command.Silence)"}
	case strings.HasPrefix(late.Awaited, "its echo"):
		return Explanation{"the device takes nothing that is typed: it is busy, hangs, or the way to it is gone", "try it by hand, and connect again"}
	case strings.HasPrefix(late.Awaited, "the page"):
		return Explanation{"the device's pager wants another key than the one that was typed", "correct the key in the platform's pagers, or switch its paging off"}
	}
	return Explanation{"the command takes longer than the limit, or never ends", "allow more time, or stream it and leave the stream (Stream)"}
}
