// Package report says on standard error how far a run is, what went wrong, what to
// do next, and in the end how many hosts it went wrong with.
package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/transport/ssh"
)

// Error writes what went wrong in one line (and the last lines of the screen,
// where the error has them), and the next step on another, after the likely
// cause where neither the error nor the step tells it. label is how the user
// knows the host; text is what err says, as Text gives it.
func Error(w io.Writer, label, text string, err error) {
	(&Errors{w: w}).Host(label, text, err)
}

// Errors writes what went wrong with several hosts: the screen and the next step
// only the first time that something went wrong in that way, and why hosts were not
// begun only of the first. It is for one goroutine.
type Errors struct {
	w     io.Writer
	style streams.Style
	told  map[string]bool // causes
}

// NewErrors writes to w.
func NewErrors(w io.Writer, style streams.Style) *Errors {
	return &Errors{w: w, style: style, told: map[string]bool{}}
}

// Host is Error for one of the hosts.
func (e *Errors) Host(label, text string, err error) {
	cause := Cause(err)
	again := e.told[cause]
	if e.told != nil {
		e.told[cause] = true
	}
	if again && errors.Is(err, fleet.ErrStopped) {
		return
	}
	if again || errors.Is(err, context.Canceled) {
		// Whoever pressed Ctrl-C has seen the screen.
		text, _, _ = strings.Cut(text, "; on the screen:\n")
	}
	if label != "" {
		text = label + ": " + text
	}
	_, _ = fmt.Fprintf(e.w, "%s %s\n", e.style.Red("vty:"), text)
	if again {
		return
	}
	next := Next(err)
	if next == "" && unexplained(err) {
		next = "vty doctor shows each step"
		if why := vty.Explain(err); why.Next != "" {
			_, _ = fmt.Fprintf(e.w, "     cause: %s\n", why.Cause)
			next = why.Next + "; " + next
		}
	}
	if next != "" {
		_, _ = fmt.Fprintf(e.w, "     next: %s\n", next)
	}
}

// unexplained tells that the text of a failed attempt to log in does not say what
// to do.
func unexplained(err error) bool {
	return errors.As(err, new(*vty.DialError)) &&
		!errors.Is(err, context.Canceled) && !errors.Is(err, ssh.ErrHostKey) && !errors.Is(err, ssh.ErrNegotiation)
}

// Text is the text of err without the host's name.
func Text(name string, err error) string {
	if dial, ok := errors.AsType[*vty.DialError](err); ok {
		err = dial.Err
	}
	text := err.Error()
	if errors.Is(err, context.DeadlineExceeded) { // the words of Go's programmers
		text = strings.Replace(text, context.DeadlineExceeded.Error(), "time ran out", 1)
	}
	if name == "" {
		return text
	}
	// An error around another has it in the middle.
	return strings.Replace(strings.TrimPrefix(text, name+": "), ": "+name+": ", ": ", 1)
}
