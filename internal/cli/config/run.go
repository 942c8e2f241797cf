package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
)

// run configures all hosts.
func (o *options) run(ctx context.Context, s *streams.Streams, lines []numbered) (err error) {
	set, err := o.targets.Resolve(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	for _, t := range set.Targets {
		if def := t.Config.Definition; def != nil && def.Configure.Mode == "" {
			return exit.Misused(fmt.Errorf("%s: platform %s has no configuration mode; name the device's own with -p", t.Label, def.Name))
		}
	}
	each, err := o.each(lines, set.Targets)
	if err != nil {
		return err
	}
	if o.dryRun {
		return o.plan(s, set.Targets, each)
	}
	run, err := o.fleet.Start(s, set.Targets)
	if err != nil {
		return err
	}
	defer run.Close()
	format := output.Format(o.format.String())
	printer := newPrinter(run.Out, format, len(set.Targets) > 1, s.Style(s.Out))
	status := exit.OK
	results := make([]*result, len(set.Targets))
	take := func(i int, r *result) error {
		results[i] = r
		return nil
	}
	end := func(h *fanout.Host) error {
		r := results[h.Index]
		results[h.Index] = nil
		if r == nil { // it was not reached
			r = newResult(h.Target, nil, statements(h.Config.Definition, each[h.Index]), h.Err)
			r.Error = h.Text
		}
		status = max(status, exit.Of(h.Err))
		if err := printer.print(r); err != nil {
			return err
		}
		if h.Err != nil {
			run.Errors.Host(r.Host, r.Error, h.Err)
		}
		return nil
	}
	index := map[*target.Target]int{}
	for i, t := range set.Targets {
		index[t] = i
	}
	work := func(ctx context.Context, t *target.Target, s *fleet.Session, emit func(*result)) error {
		own := each[index[t]]
		if blank(own) {
			emit(newResult(t, nil, nil, nil))
			return nil
		}
		dev, err := t.Session(ctx, s)
		if err != nil {
			return err
		}
		r := o.configure(ctx, t, dev, own)
		emit(r)
		return r.err
	}
	err = fanout.Do(ctx, run, format != output.JSONL, work, fanout.Sink[*result]{Outcome: take, End: end})
	if err == nil {
		err = printer.close()
	}
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return exit.Silently(status)
}

// plan says what would be sent.
func (o *options) plan(s *streams.Streams, targets []*target.Target, each [][]numbered) error {
	format := output.Format(o.format.String())
	texts := map[*target.Target][]string{}
	for i, t := range targets {
		texts[t] = []string{}
		for _, l := range each[i] {
			if strings.TrimSpace(l.text) != "" {
				texts[t] = append(texts[t], l.text)
			}
		}
	}
	if err := o.fleet.Plan(s.Out, format, targets, func(t *target.Target) []string { return texts[t] }); err != nil {
		return err
	}
	if format == output.Text {
		style := s.Style(s.Out)
		for i, t := range targets {
			if i > 0 && !o.template {
				break // all get the same
			}
			head := "=== all hosts"
			if o.template || len(targets) == 1 {
				head = "=== " + t.Label
			}
			_, _ = fmt.Fprintln(s.Out, strings.Join(slices.Insert(slices.Clone(texts[t]), 0, style.Bold(head)), "\n"))
		}
	}
	_, _ = fmt.Fprintln(s.Err, "vty: a dry run: no host was reached")
	return nil
}

// unconfirmedError says that a commit with a timer was not confirmed.
type unconfirmedError struct {
	within time.Duration
	err    error
}

func (e *unconfirmedError) Error() string {
	return fmt.Sprintf("committed, but not confirmed: the device takes it back within %v: %v", e.within, e.err)
}

// Unwrap returns why it could not be confirmed.
func (e *unconfirmedError) Unwrap() error { return e.err }

// configure configures one host.
func (o *options) configure(ctx context.Context, t *target.Target, dev *vty.Device, lines []numbered) *result {
	lines = statements(dev.Platform(), lines)
	conf := vty.Configuration{
		KeepGoing: o.keepGoing, Ahead: o.ahead, Save: o.save,
		Diff: o.diff || o.diffOnly, DryRun: o.diffOnly, Check: o.check, Comment: o.comment, Confirm: o.confirm,
	}
	for _, l := range lines {
		conf.Lines = append(conf.Lines, l.text)
	}
	ctx, cancel := t.Limit(ctx)
	defer cancel()
	rep, err := dev.Apply(ctx, conf)
	confirmed := false
	if err == nil && rep.Timed {
		if err = confirm(ctx, t); err != nil {
			err = &unconfirmedError{o.confirm, err}
		}
		confirmed = err == nil
	}
	r := newResult(t, rep, lines, err)
	r.Confirmed, r.dry = confirmed, o.diffOnly
	return r
}

// confirm makes a commit with a timer last, in a session of its own: who has locked
// himself out cannot confirm.
func confirm(ctx context.Context, t *target.Target) error {
	dev, err := t.Dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = dev.Close() }()
	return dev.Confirm(ctx)
}
