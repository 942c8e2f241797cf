package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/textfsm"
)

// outcome is an answer, or a line of one that is streamed.
type outcome struct {
	answer *output.Answer
	line   string
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
	format := o.form()
	if o.dryRun {
		return o.plan(s, format, set.Targets, commands)
	}
	if o.exec {
		for _, t := range set.Targets {
			if t.Hop != "" || t.Config.Fallback != nil {
				return exit.Misused(fmt.Errorf("%s: --exec needs an SSH connection of its own: it goes neither with --hop nor with --fallback", t.Label))
			}
			if t.Config.Transport != vty.SSH {
				return exit.Misused(fmt.Errorf("%s: --exec is of SSH, and there is none over %s: leave out --exec, or -t %s", t.Label, t.Config.Transport, t.Config.Transport))
			}
		}
	}
	w := &work{stream: o.stream, commands: commands, exec: o.exec}
	if o.parse {
		if w.templates, err = textfsm.Discover(o.dir, s.LookupEnv); err != nil {
			return exit.Misused(err)
		}
	}
	for _, t := range set.Targets {
		t.Config.Raw = format == output.Raw
	}
	run, err := o.fleet.Start(s, set.Targets)
	if err != nil {
		return err
	}
	defer run.Close()
	c, err := o.collector(s, run, set.Targets, commands)
	if err != nil {
		return err
	}
	err = fanout.Do(ctx, run, format != output.JSONL && !o.group, w.on, fanout.Sink[outcome]{Outcome: c.outcome, End: c.end})
	if err == nil {
		err = c.printer.Close()
	}
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return exit.Silently(c.status)
}

// form is the form of the answers: what is saved is printed only if that was asked
// for.
func (o *options) form() output.Format {
	if o.save != "" && !o.chosen() {
		return output.None
	}
	return output.Format(o.format.String())
}

// plan says what would be done.
func (o *options) plan(s *streams.Streams, format output.Format, targets []*target.Target, commands []string) error {
	if err := o.fleet.Plan(s.Out, format, targets, func(*target.Target) []string { return commands }); err != nil {
		return err
	}
	if format == output.Text || format == output.None {
		_, _ = fmt.Fprintln(s.Out, "would run:")
		for _, c := range commands {
			_, _ = fmt.Fprintln(s.Out, "  "+c)
		}
	}
	_, _ = fmt.Fprintln(s.Err, "vty: a dry run: no host was reached")
	return nil
}

// work is what is done on each host.
type work struct {
	commands  []string
	stream    bool
	exec      bool
	templates *textfsm.Library // nil unless answers are to be parsed
}

// on runs the commands on a host. The error is the first of them, or why there was
// no session.
func (w *work) on(ctx context.Context, t *target.Target, s *fleet.Session, emit func(outcome)) error {
	run, done, err := w.begin(ctx, t, s, emit)
	if err != nil {
		return err
	}
	defer done()
	for i, command := range w.commands {
		answer := run(command)
		answer.Number = i
		emit(outcome{answer: answer})
		if err == nil {
			err = answer.Err
		}
		if errors.Is(answer.Err, vty.ErrClosed) || ctx.Err() != nil {
			break
		}
	}
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// begin logs in. run runs a command then; done ends what begin began.
func (w *work) begin(ctx context.Context, t *target.Target, s *fleet.Session, emit func(outcome)) (run func(string) *output.Answer, done func(), err error) {
	if w.exec {
		device, err := vty.DialExec(ctx, t.Host.Address(), &t.Config)
		s.LoggedIn(err)
		if err != nil {
			return nil, nil, err
		}
		return func(command string) *output.Answer { return w.execute(ctx, t, device, command) }, func() { _ = device.Close() }, nil
	}
	dev, err := t.Session(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	return func(command string) *output.Answer { return w.command(ctx, t, dev, command, emit) }, func() {}, nil
}

// execute runs a command without a shell.
func (w *work) execute(ctx context.Context, t *target.Target, device *vty.Executor, command string) *output.Answer {
	ctx, cancel := t.Limit(ctx)
	defer cancel()
	res, err := device.Exec(ctx, command)
	a := &output.Answer{
		Host: t.Label, Platform: res.Platform, Command: command, Output: res.Text(), Raw: res.Raw(), Elapsed: res.Elapsed,
		Executed: &output.Executed{Stderr: res.Stderr, Status: res.Status, Signal: res.Signal},
	}
	if err == nil {
		err = w.parse(a, res.Result)
	}
	if err != nil {
		fail(a, t, err)
	}
	return a
}

// parse makes records of an answer, where that is asked for.
func (w *work) parse(a *output.Answer, res *vty.Result) error {
	if w.templates == nil {
		return nil
	}
	records, err := res.Parse(w.templates)
	if err != nil {
		return err
	}
	return a.SetParsed(records)
}

func (w *work) command(ctx context.Context, t *target.Target, dev *vty.Device, command string, emit func(outcome)) *output.Answer {
	ctx, cancel := t.Limit(ctx)
	defer cancel()
	a := &output.Answer{Host: t.Label, Platform: dev.Platform().Name, Command: command}
	if by, notSSH := dev.Transport(); notSSH != nil {
		a.Transport = string(by)
	}
	if w.stream {
		a.Streamed = true
		started := time.Now()
		for line, err := range dev.Stream(ctx, command) {
			if err != nil {
				fail(a, t, err)
				break
			}
			emit(outcome{line: line})
		}
		a.Elapsed = time.Since(started)
		return a
	}
	res, err := dev.Run(ctx, command)
	if res != nil {
		a.Output, a.Raw, a.Elapsed = res.Text(), res.Raw(), res.Elapsed
	}
	if err == nil {
		err = w.parse(a, res)
	}
	if err != nil {
		fail(a, t, err)
	}
	return a
}

func fail(a *output.Answer, t *target.Target, err error) {
	a.Failed, a.Err, a.Error, a.Cause = true, err, report.Text(t.Host.Name, err), report.Cause(err)
}
