package netconf

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vtynet/vty/netconf/rpc"
)

// ErrClosed is in the error of whatever is asked of a session after its end, or
// is under way at its end: ours by Close, or the server's.
var ErrClosed = errors.New("netconf: the session is closed")

// ErrTooLarge is in the error of a call whose reply is larger than
// Config.MaxReply. The session goes on.
var ErrTooLarge = errors.New("netconf: the reply is larger than allowed; stream it, or ask for less")

// RPCError is what a server says is wrong; see rpc.Error.
type RPCError = rpc.Error

// CallError is the failure of an operation: the server's refusal (an *RPCError is
// in it then, or several), the end of the context or of the session, or that it
// was not sent at all.
type CallError struct {
	Operation string
	MessageID string // "" where none was given yet
	// Sent tells that the server may have seen the operation. Where it is false,
	// nothing has happened.
	Sent bool
	Err  error
}

func (e *CallError) Error() string {
	text := e.Operation + ": " + e.Err.Error()
	if _, refused := e.Err.(rpc.Errors); !e.Sent && !refused {
		text += " (not sent)"
	}
	return text
}

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// HelloError says that a connection did not become a session.
type HelloError struct {
	// Heard is what came instead of a hello, up to some hundred bytes.
	Heard string
	// Stderr is what the server's program wrote to its standard error over SSH.
	Stderr string
	Err    error
}

func (e *HelloError) Error() string {
	text := "netconf: no session: " + e.Err.Error()
	if e.Heard != "" {
		text += fmt.Sprintf(" (heard %q)", e.Heard)
	}
	if s := strings.TrimSpace(e.Stderr); s != "" {
		text += fmt.Sprintf(" (on standard error: %q)", s)
	}
	return text
}

// Unwrap returns the cause.
func (e *HelloError) Unwrap() error { return e.Err }

// endError is the end of a session with its cause.
type endError struct{ cause error }

func (e *endError) Error() string { return ErrClosed.Error() + ": " + e.cause.Error() }

func (e *endError) Unwrap() []error { return []error{ErrClosed, e.cause} }

// errByServer is the cause where the server ended the session in order.
var errByServer = errors.New("the server has ended it")
