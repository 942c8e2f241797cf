package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/textfsm"
)

// notRunError stands for the commands after the one with which the session ended.
type notRunError struct{ cause error }

func (e *notRunError) Error() string { return "not run: the session was over" }

// Unwrap returns what ended the session.
func (e *notRunError) Unwrap() error { return e.cause }

// outcome is an answer, or a line of one that is streamed.
type outcome struct {
	answer *output.Answer
	line   string
	// repeat tells that the error was reported with an earlier command.
	repeat bool
}

func (o *options) run(ctx context.Context, s *streams.Streams, commands []string) (err error) {
	set, err := o.targets.Resolve(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	if o.stream && len(set.Targets) > 1 {
		return exit.Misused(errors.New("--stream takes one host"))
	}
	var templates *textfsm.Library
	if o.parse {
		if templates, err = textfsm.Discover(o.dir, s.LookupEnv); err != nil {
			return exit.Misused(err)
		}
	}
	format := output.Format(o.format.String())
	headers := len(set.Targets)*len(commands) > 1
	if mode := o.headers.String(); mode != "auto" {
		headers = mode == "always"
	}
	for _, t := range set.Targets {
		t.Config.Raw = format == output.Raw
	}
	printer := output.NewPrinter(s.Out, format, headers)
	status := exit.OK
	progress := report.NewProgress(s.Err, len(set.Targets))
	sink := func(v outcome) error {
		progress.Clear()
		a := v.answer
		if a == nil {
			return printer.Line(set.Targets[0].Label, commands[0], v.line)
		}
		if err := printer.Answer(a); err != nil {
			return err
		}
		status = max(status, exit.Of(a.Err))
		if a.Err != nil && !v.repeat {
			report.Error(s.Err, a.Host, a.Error, a.Err)
		}
		return nil
	}
	work := func(ctx context.Context, i int, emit func(outcome)) {
		(&session{target: set.Targets[i], stream: o.stream, templates: templates, emit: emit}).run(ctx, commands)
	}
	err = fanout.Run(ctx, len(set.Targets), o.workers, format != output.JSONL, work, sink, progress.Done)
	progress.Clear()
	if err == nil {
		err = printer.Close()
	}
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return exit.Silently(status)
}

// session is the work for one host.
type session struct {
	target    *target.Target
	stream    bool
	templates *textfsm.Library // nil unless answers are to be parsed
	emit      func(outcome)
}

func (s *session) run(ctx context.Context, commands []string) {
	dev, err := s.target.Dial(ctx)
	if err != nil {
		s.unanswered(commands, err, false)
		return
	}
	defer func() { _ = dev.Close() }()
	for i, command := range commands {
		answer := s.command(ctx, dev, command)
		s.emit(outcome{answer: answer})
		switch rest := commands[i+1:]; {
		case errors.Is(answer.Err, vty.ErrClosed), answer.Err != nil && ctx.Err() != nil:
			s.unanswered(rest, &notRunError{answer.Err}, true)
			return
		case ctx.Err() != nil:
			s.unanswered(rest, fmt.Errorf("not run: %w", context.Cause(ctx)), false)
			return
		}
	}
}

// unanswered gives every command the same error, so that there is an answer for
// each command of each host, whatever happened.
func (s *session) unanswered(commands []string, err error, repeat bool) {
	for _, c := range commands {
		s.emit(outcome{repeat: repeat, answer: &output.Answer{
			Host: s.target.Label, Platform: s.target.Platform(), Command: c, Failed: true,
			Err: err, Error: report.Text(s.target.Host.Name, err),
		}})
		repeat = true
	}
}

func (s *session) command(ctx context.Context, dev *vty.Device, command string) *output.Answer {
	ctx, cancel := s.target.Limit(ctx)
	defer cancel()
	a := &output.Answer{Host: s.target.Label, Platform: dev.Platform().Name, Command: command}
	if s.stream {
		a.Streamed = true
		started := time.Now()
		for line, err := range dev.Stream(ctx, command) {
			if err != nil {
				s.failed(a, err)
				break
			}
			s.emit(outcome{line: line})
		}
		a.Elapsed = time.Since(started)
		return a
	}
	res, err := dev.Run(ctx, command)
	if res != nil {
		a.Output, a.Raw, a.Elapsed = res.Text(), res.Raw(), res.Elapsed
	}
	if err == nil && s.templates != nil {
		var records []textfsm.Record
		if records, err = res.Parse(s.templates); err == nil {
			err = a.SetParsed(records)
		}
	}
	if err != nil {
		s.failed(a, err)
	}
	return a
}

func (s *session) failed(a *output.Answer, err error) {
	a.Failed, a.Err, a.Error = true, err, report.Text(s.target.Host.Name, err)
}
