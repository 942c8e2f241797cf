package channel

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vtynet/vty/auth"
)

// States of a channel that end an operation.
var (
	// ErrClosed: the session is over, whoever ended it.
	ErrClosed = errors.New("session closed")
	// ErrDesync: the device echoed something other than what was typed, so its
	// answer cannot be told to belong to the command.
	ErrDesync = errors.New("the device is out of step")
	// ErrSilence: the device said nothing for longer than Config.Silence.
	ErrSilence = errors.New("the device fell silent")
	// ErrLogin: the device refused the user or the password.
	ErrLogin = errors.New("login refused")
)

// TimeoutError says that what was awaited did not come in time. It wraps
// ErrSilence where the device fell silent, and the context's cause otherwise.
type TimeoutError struct {
	Input   string        // the command, "" at login
	Awaited string        // what was awaited
	After   time.Duration // since the command was typed
	Screen  []string      // the last lines on the screen
	Closed  bool          // the session was closed, or could not be brought back to a prompt
	Left    bool          // the command was left running: the next operation waits for its end
	Err     error
}

func (e *TimeoutError) Error() string {
	var b strings.Builder
	if e.Input != "" {
		fmt.Fprintf(&b, "%q: ", auth.Mask(e.Input))
	}
	fmt.Fprintf(&b, "%v after %s, awaiting %s", e.Err, e.After.Round(time.Millisecond), e.Awaited)
	switch {
	case e.Closed:
		b.WriteString("; the session was closed")
	case e.Left:
		b.WriteString("; the command was left running, and the next operation waits for its end")
	default:
		b.WriteString("; the command was stopped and the device is back at its prompt")
	}
	screen(&b, e.Screen)
	return b.String()
}

// Unwrap returns the cause, and ErrClosed where the session is over.
func (e *TimeoutError) Unwrap() []error {
	if e.Closed {
		return []error{e.Err, ErrClosed}
	}
	return []error{e.Err}
}

// Timeout makes the error satisfy net.Error's test.
func (e *TimeoutError) Timeout() bool { return true }

// QuestionError says that the device asked something nobody had an answer for.
type QuestionError struct {
	Input    string
	Question string
	Closed   bool // the session was closed, or could not be brought back to a prompt
	Left     bool // the question was left unanswered
}

func (e *QuestionError) Error() string {
	s := fmt.Sprintf("%q: the device asks %q and no answer was given", auth.Mask(e.Input), e.Question)
	switch {
	case e.Closed:
		s += "; the session was closed"
	case e.Left:
		s += "; it was left unanswered"
	}
	return s
}

// Unwrap returns ErrClosed where the session is over.
func (e *QuestionError) Unwrap() error {
	if e.Closed {
		return ErrClosed
	}
	return nil
}

// DesyncError says how the device got out of step. It wraps ErrDesync.
type DesyncError struct {
	Input string
	Echo  string // what the device echoed instead; "" for nothing
	// Cut is what the device printed behind the prompt that ended the answer before,
	// which was therefore a line of that answer: it was returned cut short, and all
	// but this is lost. "" where that is not what happened.
	Cut string
	// Mixed: the echo was right, but the answer holds the device's own prompt and more
	// behind it, which may be the rest of something else.
	Mixed  bool
	Screen []string
	Closed bool
}

func (e *DesyncError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q: %v: ", auth.Mask(e.Input), ErrDesync)
	switch {
	case e.Cut != "":
		fmt.Fprintf(&b, "the answer before it was cut short at a line that equals the prompt, and went on with %q", e.Cut)
	case e.Mixed:
		b.WriteString("its own prompt stands within the answer, which cannot be told from what follows")
	case e.Echo == "":
		b.WriteString("it showed a prompt without having echoed the command")
	default:
		fmt.Fprintf(&b, "it echoed %q", e.Echo)
	}
	screen(&b, e.Screen)
	return b.String()
}

// Unwrap returns ErrDesync, and ErrClosed where the session is over.
func (e *DesyncError) Unwrap() []error {
	if e.Closed {
		return []error{ErrDesync, ErrClosed}
	}
	return []error{ErrDesync}
}

// ClosedError says that the session ended while something was awaited. It wraps
// ErrClosed and the transport's error.
type ClosedError struct {
	Input   string
	Awaited string
	Screen  []string
	Err     error // io.EOF where the device ended the session in order
}

func (e *ClosedError) Error() string {
	var b strings.Builder
	if e.Input != "" {
		fmt.Fprintf(&b, "%q: ", auth.Mask(e.Input))
	}
	fmt.Fprintf(&b, "the device ended the session (%v), awaiting %s", e.Err, e.Awaited)
	screen(&b, e.Screen)
	return b.String()
}

// Unwrap returns ErrClosed and the transport's error.
func (e *ClosedError) Unwrap() []error { return []error{ErrClosed, e.Err} }

// LoginError says why a login failed. It wraps ErrLogin.
type LoginError struct {
	Reason string // what the device said or did
	Screen []string
	Err    error // beneath, or nil
}

func (e *LoginError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: %s", ErrLogin, e.Reason)
	screen(&b, e.Screen)
	return b.String()
}

// Unwrap returns ErrLogin and what is beneath.
func (e *LoginError) Unwrap() []error {
	if e.Err != nil {
		return []error{ErrLogin, e.Err}
	}
	return []error{ErrLogin}
}

// screen appends the last lines on the screen to an error text.
func screen(b *strings.Builder, lines []string) {
	if len(lines) == 0 {
		b.WriteString("; nothing was on the screen")
		return
	}
	b.WriteString("; on the screen:")
	for _, l := range lines {
		fmt.Fprintf(b, "\n    | %s", l)
	}
}
