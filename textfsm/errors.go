package textfsm

import (
	"errors"
	"fmt"

	"github.com/vtynet/vty/textfsm/internal/pyre"
)

// The reasons of a RunError.
var (
	// ErrState says that a rule with the action Error matched: the template
	// does not know what it was given.
	ErrState = errors.New("the template takes this line for an error")
	// ErrTimeout says that a rule whose pattern only a backtracking engine can
	// match took longer than a quarter of a second on one line.
	ErrTimeout = pyre.ErrTimeout
)

// TemplateError says what is wrong with a template, and where.
type TemplateError struct {
	Template string // its name
	Line     int    // from 1; 0 if no line is to blame
	Text     string // the line
	Reason   string
	Err      error // the cause, where there is one
}

func (e *TemplateError) Error() string {
	where := e.Template
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", e.Template, e.Line)
	}
	reason := e.Reason
	if e.Err != nil {
		reason += ": " + e.Err.Error()
	}
	if e.Text == "" {
		return fmt.Sprintf("template %s: %s", where, reason)
	}
	return fmt.Sprintf("template %s: %s: %q", where, reason, e.Text)
}

// Unwrap returns the cause.
func (e *TemplateError) Unwrap() error { return e.Err }

// RunError ends a run: a rule had the action Error, or could not be matched. Err
// is ErrState or ErrTimeout.
type RunError struct {
	Template string // its name
	Rule     int    // the rule's line in the template
	Line     int    // the line of input, from 1
	Text     string // and what it says
	Message  string // what the rule says of it; may be ""
	Err      error
}

func (e *RunError) Error() string {
	message := e.Message
	if message == "" {
		message = e.Err.Error()
	}
	return fmt.Sprintf("template %s:%d: input line %d: %s: %q", e.Template, e.Rule, e.Line, message, e.Text)
}

// Unwrap returns the reason.
func (e *RunError) Unwrap() error { return e.Err }
