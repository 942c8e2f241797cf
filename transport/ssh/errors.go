package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// What went wrong, for errors.Is.
var (
	// ErrAuth: the device did not accept who we are.
	ErrAuth = errors.New("authentication failed")
	// ErrPasswordExpired: the password was right, and the device wants another one
	// before it lets the user in.
	ErrPasswordExpired = errors.New("the password has expired: the device wants a new one, which somebody has to set there")
	// ErrHostKey: we did not accept who the device is.
	ErrHostKey = errors.New("host key not accepted")
	// ErrNegotiation: the two sides have no algorithm in common.
	ErrNegotiation = errors.New("no common algorithm")
	// ErrNoVersion: whoever answers showed no SSH version, in time or at all.
	ErrNoVersion = errors.New("no SSH version")
	// ErrClosedInKeyExchange: the device hung up while keys were exchanged.
	ErrClosedInKeyExchange = errors.New("the device closed the connection in the key exchange")
	// ErrTooManySessions: the device lets us in and opens no session.
	ErrTooManySessions = errors.New("the device refuses a session: too many are open, or the user may have none")
	// ErrNoShell: the device opens a session and starts nothing in it.
	ErrNoShell = errors.New("the device refuses")
	// ErrNoSubsystem: it starts no such subsystem. It is ErrNoShell too.
	ErrNoSubsystem = fmt.Errorf("%w", ErrNoShell)
	// ErrLost: an open session ended otherwise than by the device's or our wish.
	ErrLost = errors.New("connection lost")
)

// Phase is a stretch of the way from the open connection to the shell.
type Phase string

// The phases, in order.
const (
	PhaseVersion     Phase = "version"
	PhaseKeyExchange Phase = "key exchange"
	PhaseAuth        Phase = "authentication"
	PhaseSession     Phase = "session"
	PhaseShell       Phase = "shell"
)

// HandshakeError says in which phase a connection failed. Err is the reason: a
// *HostKeyError, *NegotiationError or *AuthError, the end of the context, or
// that of the connection (io.EOF where the device hung up).
type HandshakeError struct {
	Host  string
	Port  int
	Phase Phase
	// Awaited says in words what was waited for.
	Awaited string
	// Elapsed is the time from the start of the phase to the failure.
	Elapsed time.Duration
	Err     error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("ssh %s: %s: %s", address(e.Host, e.Port), e.Phase, e.reason())
}

func (e *HandshakeError) reason() string {
	switch {
	case e.Err == io.EOF && e.Phase == PhaseVersion:
		return "the device closed the connection before it showed an SSH version (all its lines in use, or an access list?)"
	case e.Err == io.EOF:
		return "the device closed the connection"
	case errors.Is(e.Err, context.DeadlineExceeded):
		awaited := ""
		if e.Awaited != "" {
			awaited = ", awaiting " + e.Awaited
		}
		return fmt.Sprintf("no answer within %s%s: %v", e.Elapsed.Round(time.Millisecond), awaited, e.Err)
	}
	return e.Err.Error()
}

func (e *HandshakeError) Unwrap() error { return e.Err }

// Is finds ErrNoVersion, which is a matter of the phase.
func (e *HandshakeError) Is(target error) bool {
	return target == ErrNoVersion && e.Phase == PhaseVersion && !errors.Is(e.Err, context.Canceled)
}

// hungUp is a hang-up in the key exchange with its likely reason. It is
// ErrClosedInKeyExchange and io.EOF.
type hungUp struct{ why string }

func (e *hungUp) Error() string { return ErrClosedInKeyExchange.Error() + " (" + e.why + ")" }

func (e *hungUp) Unwrap() []error { return []error{ErrClosedInKeyExchange, io.EOF} }

// Outcome is what became of one way to authenticate.
type Outcome string

// The outcomes of an Attempt.
const (
	Refused Outcome = "refused" // the device said no, or never answered
	Partial Outcome = "partial" // accepted, and the device wants another method as well
	Skipped Outcome = "skipped" // never offered: Err says why
)

// Attempt is one way to authenticate that was tried or had to be skipped.
type Attempt struct {
	// Method is "password", "keyboard-interactive" or "publickey".
	Method string
	// Detail tells keys apart: where they came from and their fingerprint.
	Detail  string
	Outcome Outcome
	Err     error
}

func (a Attempt) String() string {
	text := a.Method
	if a.Detail != "" {
		text += " (" + a.Detail + ")"
	}
	text += " " + string(a.Outcome)
	if a.Err != nil {
		text += ": " + a.Err.Error()
	}
	return text
}

// AuthError says what was tried to prove who we are, and what the device would
// still have taken. It is ErrAuth.
type AuthError struct {
	User     string
	Attempts []Attempt
	// Offered are the methods that the device offered last.
	Offered []string
	// Banner is the text that the device showed before or while authenticating.
	Banner string
	// Err is how the exchange ended, where it did not end by our having nothing
	// left to offer: a disconnect message, io.EOF.
	Err error
}

func (e *AuthError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the device does not accept user %q", e.User)
	sep := ": "
	for _, a := range e.Attempts {
		b.WriteString(sep + a.String())
		sep = "; "
	}
	if len(e.Attempts) == 0 {
		b.WriteString(": nothing that it would take was given to offer")
	}
	switch {
	case e.Err == io.EOF:
		b.WriteString("; then it closed the connection")
	case e.Err != nil:
		fmt.Fprintf(&b, "; %v", e.Err)
	case len(e.Offered) > 0:
		fmt.Fprintf(&b, "; it offers %s", strings.Join(e.Offered, ", "))
	}
	return b.String()
}

// Unwrap finds ErrAuth, the end of the exchange, and why attempts were skipped.
func (e *AuthError) Unwrap() []error {
	errs := []error{ErrAuth}
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	for _, a := range e.Attempts {
		if a.Err != nil {
			errs = append(errs, a.Err)
		}
	}
	return errs
}

// LostError says why an open session ended unexpectedly. It is ErrLost.
type LostError struct {
	Host string
	Port int
	Err  error
}

func (e *LostError) Error() string {
	return fmt.Sprintf("ssh %s: connection lost: %v", address(e.Host, e.Port), e.Err)
}

// Unwrap finds ErrLost and the cause.
func (e *LostError) Unwrap() []error { return []error{ErrLost, e.Err} }

// hidden takes the secrets that a device may repeat out of its reason for opening
// no channel.
func (s *settings) hidden(err error) error {
	if refused, ok := errors.AsType[*xssh.OpenChannelError](err); ok {
		refused.Message = s.masker.Hide(refused.Message)
	}
	return err
}

// address is host and port as known_hosts and ssh-keygen write them.
func address(host string, port int) string {
	if port == DefaultPort {
		return host
	}
	return "[" + host + "]:" + strconv.Itoa(port)
}

// joinHostPort is the form that package net takes apart again.
func joinHostPort(host string, port int) string {
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// ended is the end of ctx as an error: always its Err, with the cause where the
// caller gave one.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
