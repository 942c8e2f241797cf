package fleet

import (
	"context"
	"errors"
	"fmt"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
)

var (
	// ErrStopped: the host was not begun, since the run was stopped before: by
	// failures, by Drain, or by its context.
	ErrStopped = errors.New("not begun: the run was stopped")
	// ErrHostLimit: the attempt took longer than HostLimit.
	ErrHostLimit error = passed("the limit on the host has passed")
	// ErrInactive: no byte came or went for longer than Inactivity.
	ErrInactive error = passed("nothing came or went for too long")
	// ErrAbandoned: the task did not return though its context had ended and its
	// session was closed. Its goroutine may run on.
	ErrAbandoned = errors.New("the task did not end")
)

// passed is a limit that has passed. It wraps context.DeadlineExceeded.
type passed string

func (p passed) Error() string { return string(p) }

// Unwrap returns context.DeadlineExceeded.
func (p passed) Unwrap() error { return context.DeadlineExceeded }

// BreakerError says that a host was not begun, since its credential failed too
// often. It wraps ErrStopped.
type BreakerError struct {
	Credential string
	Failures   int
}

func (e *BreakerError) Error() string {
	return fmt.Sprintf("not begun: %d logins in a row failed for %s, and the next may lock the account", e.Failures, e.Credential)
}

// Unwrap returns ErrStopped.
func (e *BreakerError) Unwrap() error { return ErrStopped }

// PanicError is a panic of a task.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("the task panicked: %v", e.Value) }

// SafeToRetry reports whether an error came before any command was typed, so that
// trying again repeats nothing but the login.
func SafeToRetry(err error) bool {
	return errors.As(err, new(*vty.DialError)) && !refusesLogin(err)
}

// transient reports whether an error may pass by itself.
func transient(err error) bool {
	if refusesLogin(err) || errors.Is(err, ssh.ErrHostKey) || errors.Is(err, ssh.ErrNegotiation) || errors.Is(err, context.Canceled) {
		return false
	}
	for _, passing := range []error{
		socket.ErrTimedOut, socket.ErrRefused, socket.ErrReset, socket.ErrUnreachable, ssh.ErrLost,
		vty.ErrClosed, vty.ErrSilence, context.DeadlineExceeded,
	} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

// refusesLogin reports whether a device did not accept the account.
func refusesLogin(err error) bool {
	if s, ok := errors.AsType[*vty.SecretError](err); ok && s.Refused && s.Name == "password" {
		return true
	}
	return errors.Is(err, ssh.ErrAuth) || errors.Is(err, vty.ErrLogin)
}
