package vty

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty/platform"
)

// reverts reports whether the mode of how is entered so that the device takes the
// lines back by itself.
func (d *Device) reverts(how *platform.Configure) bool {
	return d.def.Revert.Mode != "" && strings.HasPrefix(how.Mode, d.def.Revert.Mode+" ")
}

// timed reports whether a commit has a place for a timer.
func timed(commit []platform.Step) bool {
	return platform.Takes(commit, "minutes") || platform.Takes(commit, "seconds") || platform.Takes(commit, "clock")
}

// timer is a duration in the ways that devices count it.
func timer(limit time.Duration) map[string]string {
	seconds := max(int(math.Ceil(limit.Seconds())), 1)
	minutes := (seconds + 59) / 60
	return map[string]string{
		"seconds": strconv.Itoa(seconds),
		"minutes": strconv.Itoa(minutes),
		"clock":   fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60),
	}
}

// Save makes the running configuration survive a restart. The error wraps
// ErrUnsupported where the platform has no such thing: where a commit is lasting
// by itself, for example.
func (d *Device) Save(ctx context.Context) error {
	return d.aside(ctx, OperationSave, "saving", func(how *platform.Configure) []platform.Step { return how.Save })
}

// Confirm makes a commit with a timer last, or lines that would be taken back; see
// Configuration.Confirm. It may be called on another session, so that it proves that
// the device can be reached.
func (d *Device) Confirm(ctx context.Context) error {
	return d.aside(ctx, OperationConfirm, "a commit with a timer", func(how *platform.Configure) []platform.Step { return how.Confirm })
}

// Cancel takes a commit with a timer back at once, or lines that would be taken
// back later.
func (d *Device) Cancel(ctx context.Context) error {
	return d.aside(ctx, OperationCancel, "taking a commit with a timer back", func(how *platform.Configure) []platform.Step { return how.Cancel })
}

// Rollback takes n commits back, 1 or more, and commits that.
func (d *Device) Rollback(ctx context.Context, n int) error {
	if n < 1 {
		return &InputError{Input: strconv.Itoa(n), Why: "the number of commits to take back is 1 or more"}
	}
	return d.aside(ctx, OperationRollback, "taking commits back", func(how *platform.Configure) []platform.Step {
		return platform.FillSteps(how.Rollback, map[string]string{"number": strconv.Itoa(n)})
	})
}

// aside types steps of the usual way to configure, or else of the one by way of
// a candidate, and comes back. Those of Save run in the mode for commands, all
// others in that for configuration, unless they say otherwise.
func (d *Device) aside(ctx context.Context, kind OperationKind, what string, list func(*platform.Configure) []platform.Step) (err error) {
	done := d.begun(ctx, kind, "", 0)
	defer func() { done(err) }()
	if err := d.lock(ctx); err != nil {
		return err
	}
	defer d.unlock()
	if err := d.ch.Err(); err != nil {
		return fmt.Errorf("%s: %w", d.host, err)
	}
	revert := platform.Configure{Mode: d.mode, Confirm: d.def.Revert.Confirm, Cancel: d.def.Revert.Cancel}
	for _, how := range []platform.Configure{d.def.Configure, d.def.Candidate, revert} {
		steps := list(&how)
		if len(steps) == 0 {
			continue
		}
		mode, argument := platform.Target(how.Mode)
		if m, ok := d.def.Mode(mode); ok && m.Argument != "" && argument == "" {
			how.Mode += " " + candidateName
			steps = platform.FillSteps(steps, map[string]string{m.Argument: candidateName})
		}
		own := append([]platform.Failure{}, how.Failures...)
		in := how.Mode
		if kind == OperationSave {
			in = d.mode
		}
		err := d.within(ctx, in, steps, own)
		d.timed = d.timed && (err != nil || kind == OperationSave)
		if back := d.comeBack(ctx); back != nil && !errors.Is(err, ErrClosed) {
			err = errors.Join(err, fmt.Errorf("%s: the way back to mode %q: %w", d.host, d.mode, back))
		}
		return err
	}
	return d.lacking(fmt.Errorf("%s: %s: %s: %w", d.host, d.def.Name, what, ErrUnsupported))
}

// concludeCandidate commits the candidate, or throws it away where something
// went wrong before or nothing was to be changed.
func (d *Device) concludeCandidate(ctx context.Context, how *platform.Configure, conf Configuration, report *Report, err error) error {
	if d.ch.Err() != nil {
		return err
	}
	if err == nil {
		err = d.review(ctx, how, conf, report)
		if err == nil && !conf.DryRun {
			if err = d.commit(ctx, how, report); err == nil {
				report.Committed, report.Timed = true, conf.Confirm != 0
				return nil
			}
		}
		if err != nil {
			err = &ConfigureError{Host: d.host, Report: report, Err: err}
		}
		if report.Uncertain || d.ch.Err() != nil {
			return err // what a rollback would undo cannot be known
		}
	}
	ctx, cancel := cleanUp(ctx)
	defer cancel()
	gone := d.within(ctx, how.Mode, how.Abort, nil)
	report.Aborted = gone == nil
	if err == nil && gone != nil {
		err = &ConfigureError{Host: d.host, Report: report, Err: gone}
	}
	return err
}

// review shows and checks the candidate, as far as that is wanted.
func (d *Device) review(ctx context.Context, how *platform.Configure, conf Configuration, report *Report) error {
	for _, look := range []struct {
		wanted bool
		steps  []platform.Step
		said   *string
	}{{conf.Diff, how.Diff, &report.Diff}, {conf.Check, how.Check, &report.Check}} {
		if !look.wanted {
			continue
		}
		for _, step := range look.steps {
			text, err := d.say(ctx, how, step)
			*look.said += text
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Device) commit(ctx context.Context, how *platform.Configure, report *Report) error {
	for _, step := range how.Commit {
		text, err := d.say(ctx, how, step)
		report.Commit += text
		if err != nil {
			_, before := errors.AsType[*ModeError](err)
			report.Uncertain = !before && !errors.Is(err, ErrRefused)
			return err
		}
	}
	return nil
}
