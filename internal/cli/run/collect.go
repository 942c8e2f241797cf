package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
)

// notRunError stands for the commands after the one with which the session ended.
type notRunError struct{ cause error }

func (e *notRunError) Error() string { return "not run: the session was over" }

// Unwrap returns what ended the session.
func (e *notRunError) Unwrap() error { return e.cause }

// printer writes answers.
type printer interface {
	Answer(a *output.Answer) error
	Close() error
}

// collector takes what comes of the hosts: it prints and saves the answers, says
// what went wrong, and gives every command of every host an answer.
type collector struct {
	targets  []*target.Target
	commands []string
	printer  printer
	lines    *output.Printer // for streamed lines
	folder   *output.Folder  // nil where nothing is saved
	errors   *report.Errors
	form     output.Format
	err      io.Writer // for what commands write to their standard error

	answered []int   // of each host, how many commands
	last     []error // of each host, the error of its last answer
	status   exit.Status
}

func (o *options) collector(s *streams.Streams, run *fanout.Run, targets []*target.Target, commands []string) (*collector, error) {
	headers := len(targets)*len(commands) > 1
	if mode := o.headers.String(); mode != "auto" {
		headers = mode == "always"
	}
	lines := output.NewPrinter(run.Out, o.form(), headers, s.Style(s.Out))
	c := &collector{
		targets: targets, commands: commands, printer: lines, lines: lines, errors: run.Errors, form: o.form(), err: run.Err,
		answered: make([]int, len(targets)), last: make([]error, len(targets)),
	}
	if o.group {
		c.printer = output.NewGroups(run.Out, o.form(), streams.Width(s.Out), s.Style(s.Out))
	}
	if o.save != "" {
		var labels []string
		for _, t := range targets {
			labels = append(labels, t.Label)
		}
		var err error
		if c.folder, err = output.NewFolder(o.save, labels, commands); err != nil {
			return nil, exit.Misused(fmt.Errorf("--save: %w", err))
		}
	}
	return c, nil
}

func (c *collector) outcome(i int, v outcome) error {
	if v.answer == nil {
		return c.lines.Line(c.targets[i].Label, c.commands[0], v.line)
	}
	c.answered[i]++
	c.last[i] = v.answer.Err
	v.answer.Place = i
	return c.answer(v.answer, true)
}

func (c *collector) answer(a *output.Answer, tell bool) error {
	if err := c.printer.Answer(a); err != nil {
		return err
	}
	if err := c.stderr(a); err != nil {
		return err
	}
	if c.folder != nil {
		if err := c.folder.Save(a); err != nil {
			return fmt.Errorf("--save: %w", err)
		}
	}
	c.status = max(c.status, exit.Of(a.Err))
	if a.Err != nil && tell {
		c.errors.Host(a.Host, a.Error, a.Err)
	}
	return nil
}

// stderr writes what a command wrote to its standard error to ours, unless the form of
// the answers has a place for it.
func (c *collector) stderr(a *output.Answer) error {
	if a.Executed == nil || a.Executed.Stderr == "" || c.form == output.JSON || c.form == output.JSONL {
		return nil
	}
	before := ""
	if len(c.targets) > 1 {
		before = a.Host + ": "
	}
	for line := range strings.SplitSeq(a.Executed.Stderr, "\n") {
		if _, err := fmt.Fprintln(c.err, before+line); err != nil {
			return err
		}
	}
	return nil
}

// end gives the commands that were not run an answer that says why.
func (c *collector) end(h *fanout.Host) error {
	err, text := h.Err, h.Text
	tell := true
	switch last := c.last[h.Index]; {
	case last != nil && final(last):
		err = &notRunError{last}
		text, tell = err.Error(), false
	case c.answered[h.Index] > 0:
		text = "not run: " + text
	}
	for n := c.answered[h.Index]; n < len(c.commands); n++ {
		a := &output.Answer{
			Host: h.Label, Place: h.Index, Platform: h.Platform(), Command: c.commands[n], Number: n,
			Failed: true, Err: err, Error: text, Cause: report.Cause(err),
		}
		if err := c.answer(a, tell); err != nil {
			return err
		}
		tell = false
	}
	return nil
}

// final reports whether the error of an answer is why none came after it.
func final(err error) bool {
	for _, end := range []error{vty.ErrClosed, context.Canceled, fleet.ErrHostLimit, fleet.ErrInactive} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}
