package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// configure sends lines of which one in the middle is refused, and then good ones.
func configure(ctx context.Context, def *platform.Definition) error {
	return lines(ctx, def, vty.Configuration{})
}

// candidate is configure by way of the platform's candidate, with all that it can.
func candidate(ctx context.Context, def *platform.Definition) error {
	how := def.Configure
	if len(how.Commit) == 0 {
		how = def.Candidate
	}
	conf := vty.Configuration{Candidate: true, Diff: len(how.Diff) > 0, Check: len(how.Check) > 0}
	if platform.Takes(how.Commit, "comment") {
		conf.Comment = "made by vty"
	}
	if platform.Takes(how.Commit, "label") {
		conf.Label = "vty1"
	}
	if platform.Takes(how.Commit, "minutes") || platform.Takes(how.Commit, "seconds") || platform.Takes(how.Commit, "clock") {
		conf.Confirm = 5 * time.Minute
	}
	if err := lines(ctx, def, conf); err != nil {
		return err
	}
	conf.Confirm = 0
	return dryRun(ctx, def, conf)
}

func lines(ctx context.Context, def *platform.Definition, conf vty.Configuration) (err error) {
	s, err := open(ctx, def, sim.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	home := s.Mode()
	if refuses(def) {
		bad := conf
		bad.Lines = []string{good, nonsense, good}
		report, err := s.Apply(ctx, bad)
		failed, ok := errors.AsType[*vty.ConfigureError](err)
		switch {
		case !ok || failed.Line != 2:
			return fmt.Errorf("a refused line in the middle: %w", unexpected(err))
		case len(report.Unsent) != 1 || report.Applied() != 1 || report.Aborted != report.Candidate || report.Committed:
			return fmt.Errorf("a refused line in the middle: the report is %+v", report)
		case report.Candidate && strings.Contains(s.sim.RunningConfig(), good):
			return errors.New("an aborted candidate is in effect")
		case s.Mode() != home:
			return fmt.Errorf("after a refused line it is left in mode %s", s.Mode())
		}
	}
	conf.Lines = []string{good}
	report, err := s.Apply(ctx, conf)
	switch {
	case err != nil:
		return err
	case report.Committed != report.Candidate || !strings.Contains(s.sim.RunningConfig(), good):
		return fmt.Errorf("the lines are not in effect: the report is %+v", report)
	case conf.Diff && !strings.Contains(report.Diff, good):
		return fmt.Errorf("the difference is %q", report.Diff)
	case s.Mode() != home:
		return fmt.Errorf("it is left in mode %s", s.Mode())
	}
	if conf.Confirm != 0 && (len(def.Configure.Confirm) > 0 || len(def.Candidate.Confirm) > 0) {
		if err := s.Confirm(ctx); err != nil {
			return fmt.Errorf("the confirmation: %w", err)
		}
	}
	return nil
}

func dryRun(ctx context.Context, def *platform.Definition, conf vty.Configuration) (err error) {
	s, err := open(ctx, def, sim.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	conf.Lines, conf.DryRun = []string{good}, true
	report, err := s.Apply(ctx, conf)
	if err != nil {
		return fmt.Errorf("a dry run: %w", err)
	}
	if !report.Aborted || report.Committed || strings.Contains(s.sim.RunningConfig(), good) {
		return fmt.Errorf("a dry run changed something: the report is %+v", report)
	}
	return nil
}

// rollback takes commits back, by their number.
func rollback(ctx context.Context, def *platform.Definition) (err error) {
	screen := &screen{}
	s, err := open(ctx, def, sim.Config{Wrap: screen.over})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	home := s.Mode()
	if err := s.Rollback(ctx, 2); err != nil {
		return err
	}
	for _, step := range platform.FillSteps(def.Configure.Rollback, map[string]string{"number": "2"}) {
		if !screen.shows(step.Send) {
			return fmt.Errorf("%q was not typed", step.Send)
		}
	}
	if s.Mode() != home {
		return fmt.Errorf("it is left in mode %s", s.Mode())
	}
	return nil
}

// revert configures by lines that are taken back unless they are confirmed.
func revert(ctx context.Context, def *platform.Definition) (err error) {
	s, err := open(ctx, def, sim.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	apply := func() error {
		report, err := s.Apply(ctx, vty.Configuration{Lines: []string{good}, Confirm: 5 * time.Minute})
		if err == nil && (!report.Timed || !strings.Contains(s.sim.RunningConfig(), good)) {
			return fmt.Errorf("the lines are not in effect: the report is %+v", report)
		}
		return err
	}
	if len(def.Revert.Cancel) > 0 {
		if err := cmp.Or(apply(), s.Cancel(ctx)); err != nil {
			return fmt.Errorf("taking back: %w", err)
		}
		if strings.Contains(s.sim.RunningConfig(), good) {
			return errors.New("the lines were not taken back")
		}
	}
	if err := cmp.Or(apply(), s.Confirm(ctx)); err != nil {
		return fmt.Errorf("the confirmation: %w", err)
	}
	if s.Confirm(ctx) == nil {
		return errors.New("after the confirmation the timer still runs")
	}
	return nil
}
