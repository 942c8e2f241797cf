package vty

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vtynet/vty/platform"
)

// Report is what became of a configuration.
type Report struct {
	Lines     []Line   // those that were sent
	Unsent    []string // those that were not
	Candidate bool     // the platform collects lines in a candidate that is committed
	Committed bool     // the candidate was made live
	Aborted   bool     // the candidate was thrown away
	Uncertain bool     // the commit was typed, and how it ended is not known
	Commit    string   // what the device said to the commit
	Saved     bool     // the running configuration was saved
}

// Line is one configuration line and the device's answer.
type Line struct {
	Text     string // as sent
	Answer   string // as answered; "" for a line taken without a word
	Accepted bool
	Reason   string // the part of Answer that refuses it
	Prompt   string // that followed
	Elapsed  time.Duration
}

// Applied returns how many lines the device took.
func (r *Report) Applied() int {
	n := 0
	for _, l := range r.Lines {
		if l.Accepted {
			n++
		}
	}
	return n
}

// state says in words what is in effect.
func (r *Report) state() string {
	switch {
	case r.Uncertain:
		return "whether it took effect is not known: look at the device"
	case r.Aborted:
		return "nothing was changed: the candidate was thrown away"
	case r.Committed:
		return "the configuration was committed all the same"
	case r.Candidate:
		return fmt.Sprintf("nothing was committed, and %d lines may be left in the candidate", r.Applied())
	}
	return fmt.Sprintf("%d of %d lines are in effect", r.Applied(), len(r.Lines)+len(r.Unsent))
}

// Configuration is what to configure and how.
type Configuration struct {
	// Lines are sent in order. A line may hold line feeds where one statement
	// goes over several lines (a banner). Blank lines are left out.
	Lines []string
	// KeepGoing sends the lines after a refused one as well.
	KeepGoing bool
	// Save makes the running configuration survive a restart.
	Save bool
}

// Configure sends configuration lines. It stops at the first line that the
// device refuses; platforms with a candidate then throw it away, and commit it
// where every line was taken. In every case the device is brought back to the
// mode that commands run in.
//
// The report is never nil once the device was reached. A refused line is a
// *ConfigureError around a *CommandError.
func (d *Device) Configure(ctx context.Context, lines ...string) (*Report, error) {
	return d.Apply(ctx, Configuration{Lines: lines})
}

// Apply is Configure with all that may be said about it.
func (d *Device) Apply(ctx context.Context, conf Configuration) (*Report, error) {
	how := d.def.Configure
	report := &Report{Candidate: len(how.Commit) > 0}
	var lines []string
	for _, l := range conf.Lines {
		if err := d.printable(l); err != nil {
			return report, err
		}
		if l != "" {
			lines = append(lines, l)
		}
	}
	report.Unsent = lines
	if how.Mode == "" {
		return report, fmt.Errorf("%s: %s: %w", d.host, d.def.Name, ErrNoConfiguration)
	}
	if err := d.lock(ctx); err != nil {
		return report, err
	}
	defer d.unlock()
	if err := d.ch.Err(); err != nil {
		return report, fmt.Errorf("%s: %w", d.host, err)
	}
	if err := d.reachMode(ctx, how.Mode); err != nil {
		return report, err
	}
	err := d.sendLines(ctx, conf, report)
	if report.Candidate {
		err = d.concludeCandidate(ctx, report, err)
	}
	if back := d.comeBack(ctx); back != nil && !errors.Is(err, ErrClosed) {
		err = errors.Join(err, fmt.Errorf("%s: the way back to mode %q: %w", d.host, d.mode, back))
	}
	if err == nil && conf.Save && len(how.Save) > 0 {
		if err = d.steps(ctx, how.Save); err == nil {
			report.Saved = true
		}
	}
	return report, err
}

// sendLines sends report.Unsent, line by line.
func (d *Device) sendLines(ctx context.Context, conf Configuration, report *Report) error {
	how := d.def.Configure
	var first error
	for len(report.Unsent) > 0 {
		text := report.Unsent[0]
		report.Unsent = report.Unsent[1:]
		n := len(report.Lines) + 1
		reply, err := d.ch.Send(ctx, d.input(platform.Step{Send: text}, how.Mode, d.mode))
		if err != nil {
			report.Lines = append(report.Lines, Line{Text: text, Reason: err.Error()})
			return &ConfigureError{Host: d.host, Line: n, Report: report, Err: err}
		}
		line := Line{Text: text, Answer: reply.Text, Prompt: reply.Prompt, Elapsed: reply.Elapsed}
		reason, refused := judge(reply.Text, how.Failures, d.def.Failures)
		line.Accepted, line.Reason = !refused, reason
		report.Lines = append(report.Lines, line)
		if refused && first == nil {
			first = &ConfigureError{Host: d.host, Line: n, Report: report,
				Err: &CommandError{Host: d.host, Command: text, Reason: reason, Answer: reply.Text}}
		}
		if refused && !conf.KeepGoing {
			return first
		}
		if reply.Mode != how.Mode && len(report.Unsent) > 0 {
			return &ConfigureError{Host: d.host, Line: n, Report: report, Err: &ModeError{
				Host: d.host, From: how.Mode, To: how.Mode, Seen: reply.Mode,
				Err: fmt.Errorf("the line left configuration mode with %d lines still to come", len(report.Unsent)),
			}}
		}
	}
	return first
}

// concludeCandidate commits the candidate, or throws it away where something
// went wrong before.
func (d *Device) concludeCandidate(ctx context.Context, report *Report, err error) error {
	how := d.def.Configure
	if d.ch.Err() != nil {
		return err
	}
	if err == nil {
		if err = d.commit(ctx, report); err == nil {
			report.Committed = true
			return nil
		}
		err = &ConfigureError{Host: d.host, Report: report, Err: err}
		if report.Uncertain || d.ch.Err() != nil {
			return err // what a rollback would undo cannot be known
		}
	}
	ctx, cancel := cleanUp(ctx)
	defer cancel()
	if e := d.reachMode(ctx, how.Mode); e != nil {
		return err
	}
	report.Aborted = d.steps(ctx, how.Abort, d.mode) == nil
	return err
}

func (d *Device) commit(ctx context.Context, report *Report) error {
	how := d.def.Configure
	if err := d.reachMode(ctx, how.Mode); err != nil {
		return err
	}
	for _, step := range how.Commit {
		reply, err := d.ch.Send(ctx, d.input(step, d.mode))
		if err != nil {
			report.Uncertain = true
			return fmt.Errorf("%s: %w", d.host, err)
		}
		report.Commit += reply.Text
		if reason, refused := judge(reply.Text, how.Failures, d.def.Failures); refused {
			return &CommandError{Host: d.host, Command: step.Send, Reason: reason, Answer: reply.Text}
		}
	}
	return nil
}

// comeBack returns to the mode that commands run in, also where ctx has ended.
func (d *Device) comeBack(ctx context.Context) error {
	if err := d.ch.Err(); err != nil {
		return err
	}
	ctx, cancel := cleanUp(ctx)
	defer cancel()
	return d.reachMode(ctx, d.mode)
}

// cleanUpTimeout is how long a device may take to be put in order after an
// operation whose context has ended.
const cleanUpTimeout = 10 * time.Second

// cleanUp returns ctx while it lasts, and a short one of its own afterwards.
func cleanUp(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
}
