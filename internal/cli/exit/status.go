// Package exit turns errors into the command's exit status. It prints nothing.
package exit

import (
	"context"
	"errors"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/textfsm"
	"github.com/vtynet/vty/transfer"
)

// Status is the command's exit status. Of several hosts the worst wins, and a
// higher number is worse.
type Status int

// The statuses.
const (
	OK          Status = 0
	Refused     Status = 1   // a device refused a command, or its answer could not be parsed
	Usage       Status = 2   // the command line makes no sense, or asks what a platform has no means for
	Unreached   Status = 3   // a host was not reached, not logged in to or not begun, the session was lost, or an answer was cut off
	TimedOut    Status = 4   // time ran out, while connecting or while waiting for an answer
	Interrupted Status = 130 // Ctrl-C, as shells have it
)

// UsageError says that the command line makes no sense.
type UsageError struct {
	Err  error
	Verb string // such as "vty run", whose help explains; may be ""
}

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// StatusError ends the command with a status after everything was said.
type StatusError struct{ Status Status }

func (e *StatusError) Error() string { return "" }

// Silently is an error that stands for a status and has no words of its own; nil
// for OK.
func Silently(s Status) error {
	if s == OK {
		return nil
	}
	return &StatusError{Status: s}
}

// Misused makes a UsageError of err.
func Misused(err error) error {
	if err == nil {
		return nil
	}
	return &UsageError{Err: err}
}

// Of is the status that err stands for.
func Of(err error) Status {
	var said *StatusError
	var dial *vty.DialError
	switch {
	case err == nil:
		return OK
	case errors.As(err, &said):
		return said.Status
	case errors.As(err, new(*UsageError)), errors.Is(err, platform.ErrUnknown), errors.Is(err, platform.ErrInvalid),
		errors.Is(err, vty.ErrInput), errors.As(err, new(*textfsm.TemplateError)), errors.Is(err, textfsm.ErrNoCollection):
		return Usage
	case errors.Is(err, vty.ErrUnsupported), errors.Is(err, vty.ErrNoConfiguration):
		return Usage // said before anything was typed
	case errors.Is(err, textfsm.ErrNoTemplate), errors.Is(err, textfsm.ErrNoMatch), errors.As(err, new(*textfsm.RunError)):
		return Refused
	case errors.Is(err, fleet.ErrHostLimit), errors.Is(err, fleet.ErrInactive):
		return TimedOut
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, vty.ErrSilence), errors.Is(err, socket.ErrTimedOut):
		return TimedOut
	case errors.As(err, &dial), errors.Is(err, vty.ErrClosed), errors.Is(err, vty.ErrDesync), errors.Is(err, vty.ErrIncomplete):
		return Unreached
	case errors.Is(err, transfer.ErrRefused), errors.Is(err, transfer.ErrExists), errors.Is(err, transfer.ErrMismatch), errors.Is(err, transfer.ErrNoResume):
		return Refused
	case errors.Is(err, vty.ErrRefused), errors.Is(err, vty.ErrShell), errors.As(err, new(*vty.QuestionError)), errors.As(err, new(*vty.ModeError)):
		return Refused
	}
	return Unreached
}
