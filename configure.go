package vty

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vtynet/vty/platform"
)

// Configuration is what to configure and how. A wish that the platform has no
// means for is an error that wraps ErrUnsupported, before anything is typed.
type Configuration struct {
	// Lines are sent in order. Those of a statement that goes over several lines (a
	// banner, a certificate) are put together where the platform's definition knows
	// it, and have one Line in the report; a line may hold line feeds as well. Blank
	// lines are left out, but for those within such a statement.
	Lines []string
	// KeepGoing sends the lines after a refused one as well.
	KeepGoing bool
	// Ahead types lines before those in front of them are answered, where the
	// definition says how much the device takes so (typing.window). It saves a
	// round trip for nearly every line, and has its price: lines that follow a
	// refused one may be sent before the refusal is known (Report.Beyond), and a
	// question is answered by the line after it. Into a candidate, which is thrown
	// away where a line is refused, lines are typed ahead without it.
	Ahead bool
	// Save makes the running configuration survive a restart.
	Save bool

	// Mode takes the place of the platform's mode for configuration: one of its
	// other ways ("configuration private"), or a candidate's name ("session x").
	Mode string
	// Candidate asks for all or nothing, also where the platform's usual way acts
	// at once. Diff, Check, DryRun, Comment and Label imply it.
	Candidate bool
	// Diff asks the device what the candidate would change, for the report.
	Diff bool
	// Check has the device test the candidate before it is committed.
	Check bool
	// DryRun throws the candidate away in the end: nothing is changed.
	DryRun bool
	// Comment and Label go with the commit, in one line each.
	Comment, Label string
	// Confirm, where not 0, is how long the device waits for Device.Confirm before
	// it takes the commit back. It is rounded up to what the device can count.
	//
	// Some platforms have such a timer for lines that act at once (cisco_iosxe,
	// aruba_aoscx): it starts before the first line, and where a line is refused
	// the device takes back at once what was in effect, if it can, or else when the
	// timer ends. A device that does not start it gives a *TimerError. Save is for
	// after Device.Confirm.
	Confirm time.Duration
}

// transactional reports whether only a candidate will do.
func (c *Configuration) transactional() bool {
	return c.Candidate || c.Diff || c.Check || c.DryRun || c.Comment != "" || c.Label != ""
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
func (d *Device) Apply(ctx context.Context, conf Configuration) (_ *Report, err error) {
	done := d.begun(ctx, OperationConfigure, "", len(conf.Lines))
	defer func() { done(err) }()
	how, err := d.method(&conf)
	report := &Report{Candidate: err == nil && len(how.Commit) > 0}
	parts := how
	if parts == nil {
		parts = &d.def.Configure
	}
	for _, s := range parts.Statements(conf.Lines) {
		report.Unsent = append(report.Unsent, s.Text)
	}
	for _, line := range report.Unsent {
		if err := d.printable(line); err != nil {
			return report, err
		}
	}
	if err != nil {
		return report, err
	}
	if err := d.lock(ctx); err != nil {
		return report, err
	}
	defer d.unlock()
	if err := d.ch.Err(); err != nil {
		return report, fmt.Errorf("%s: %w", d.host, err)
	}
	err = d.configure(ctx, how, conf, report)
	d.timed = d.timed || report.Timed
	d.staged = d.staged || report.Candidate && !report.Aborted && !report.Committed
	if back := d.comeBack(ctx); back != nil && !errors.Is(err, ErrClosed) {
		err = errors.Join(err, fmt.Errorf("%s: the way back to mode %q: %w", d.host, d.mode, back))
	}
	if err == nil && conf.Save && !conf.DryRun && len(how.Save) > 0 {
		if err = d.steps(ctx, how.Save, d.home()); err == nil {
			report.Saved = true
		}
	}
	return report, err
}

// configure enters the mode for configuration, sends the lines, and sees to it
// that they last or are gone.
func (d *Device) configure(ctx context.Context, how *platform.Configure, conf Configuration, report *Report) error {
	if err := d.toConfigure(ctx, how); err != nil {
		return err
	}
	report.Timed = d.reverts(how)
	err := d.sendLines(ctx, how, conf, report)
	switch {
	case report.Candidate:
		return d.concludeCandidate(ctx, how, conf, report, err)
	case err != nil && report.Timed && len(d.def.Revert.Cancel) > 0 && d.ch.Err() == nil:
		ctx, cancel := cleanUp(ctx)
		defer cancel()
		if gone := d.within(ctx, d.mode, d.def.Revert.Cancel, how.Failures); gone != nil {
			return errors.Join(err, gone)
		}
		report.Timed, report.Aborted = false, true
	case err != nil && len(how.Abort) > 0 && d.ch.Err() == nil:
		return errors.Join(err, d.letGo(ctx, how, report))
	}
	return err
}

// letGo throws away what was begun in a place that lines led to: leaving it in the
// usual way would put it into effect, half done.
func (d *Device) letGo(ctx context.Context, how *platform.Configure, report *Report) error {
	if _, seen := d.ch.Prompt(); !slices.Contains(how.Places, seen) {
		return nil
	}
	ctx, cancel := cleanUp(ctx)
	defer cancel()
	mode, _ := platform.Target(how.Mode)
	err := d.steps(ctx, how.Abort, append([]string{mode}, how.Places...)...)
	report.LetGo = err == nil
	return err
}

// candidateName is the name of a session that vty makes for a candidate.
const candidateName = "vty"

// method is how a configuration is to be applied: by the platform's usual way or
// by way of a candidate, with the caller's wishes filled in.
func (d *Device) method(conf *Configuration) (*platform.Configure, error) {
	how := d.def.Configure
	missing := func(what string) error {
		return d.lacking(fmt.Errorf("%s: %s: %s: %w", d.host, d.def.Name, what, ErrUnsupported))
	}
	mode, _ := platform.Target(conf.Mode)
	other, _ := platform.Target(d.def.Candidate.Mode)
	atOnce := len(how.Commit) == 0
	if other != "" && (mode == other || atOnce && (conf.transactional() || timed(d.def.Candidate.Commit) && conf.Confirm != 0)) {
		how = d.def.Candidate
	}
	if how.Mode == "" {
		return nil, d.lacking(fmt.Errorf("%s: %s: %w", d.host, d.def.Name, ErrNoConfiguration))
	}
	if len(how.Commit) == 0 && conf.transactional() { // lines would act at once
		return nil, missing("a candidate, a difference, a check or a comment")
	}
	if conf.Confirm != 0 {
		if len(how.Save) > 0 && conf.Save {
			return nil, missing("saving what may be taken back (Device.Confirm comes first, and then Device.Save)")
		}
		if len(how.Commit) == 0 && conf.Mode == "" && d.def.Revert.Mode != "" {
			how.Mode = d.def.Revert.Mode + " " + timer(conf.Confirm)[d.def.Parameter(d.def.Revert.Mode)]
			return &how, nil
		}
	}
	if conf.Mode != "" {
		how.Mode = conf.Mode
	}
	mode, argument := platform.Target(how.Mode)
	values := map[string]string{"comment": conf.Comment, "label": conf.Label, "minutes": "", "seconds": "", "clock": ""}
	if m, ok := d.def.Mode(mode); ok && m.Argument != "" {
		if argument == "" {
			argument = candidateName
			how.Mode += " " + argument
		}
		values[m.Argument] = argument
	}
	for name, text := range map[string]string{"comment": conf.Comment, "label": conf.Label} {
		switch {
		case text == "":
		case !platform.Takes(how.Commit, name):
			return nil, missing("a " + name + " of a commit")
		case strings.ContainsAny(text, "\"\n\r"):
			return nil, &InputError{Input: text, Why: "a " + name + " is one line without quotation marks"}
		}
		if err := d.printable(text); err != nil {
			return nil, err
		}
	}
	if conf.Confirm != 0 {
		if !timed(how.Commit) {
			return nil, missing("a commit with a timer")
		}
		maps.Copy(values, timer(conf.Confirm))
	}
	if (conf.Diff) && len(how.Diff) == 0 {
		return nil, missing("the difference of a candidate")
	}
	if conf.Check && len(how.Check) == 0 {
		return nil, missing("the check of a candidate")
	}
	return filled(how, values), nil
}

func filled(how platform.Configure, values map[string]string) *platform.Configure {
	for _, steps := range []*[]platform.Step{
		&how.Diff, &how.Check, &how.Commit, &how.Confirm, &how.Cancel, &how.Abort, &how.Rollback, &how.Save,
	} {
		*steps = platform.FillSteps(*steps, values)
	}
	return &how
}

// toConfigure enters the mode for configuration. Where somebody else holds the
// configuration the error is a *LockedError, and where the device starts no timer a
// *TimerError.
func (d *Device) toConfigure(ctx context.Context, how *platform.Configure) error {
	if d.reverts(how) {
		d.way = "" // a timer that was started before is not the one that is wanted
	}
	err := d.reachMode(ctx, how.Mode)
	refused, ok := errors.AsType[*ModeError](err)
	if !ok {
		return err
	}
	if held := d.held(how, refused.Answer, err); held != err {
		return held
	}
	if said := strings.TrimSpace(refused.Answer); d.reverts(how) && said != "" {
		return &TimerError{Host: d.host, Said: said, Err: err}
	}
	return err
}

// refusal judges the answer to a line of a configuration or to a step of it: that
// somebody else holds the configuration is a refusal as well.
func (d *Device) refusal(how *platform.Configure, answer string) (reason string, refused bool) {
	if reason, refused = judge(answer, how.Failures, d.def.Failures); refused {
		return reason, true
	}
	if held, ok := errors.AsType[*LockedError](d.held(how, answer, ErrRefused)); ok {
		return held.Said, true
	}
	return reason, false
}

// held is err as a *LockedError where the answer says that somebody else holds the
// configuration; some devices say so only to a line, or to the commit.
func (d *Device) held(how *platform.Configure, answer string, err error) error {
	lines := strings.Split(answer, "\n")
	for i, line := range lines {
		if how.Locked == nil || !how.Locked.MatchString(line) {
			continue
		}
		said := strings.TrimSpace(line)
		if strings.HasSuffix(said, ":") && i+1 < len(lines) { // who it is, is on the next
			said += " " + strings.TrimSpace(lines[i+1])
		}
		return &LockedError{Host: d.host, Said: said, Err: err}
	}
	return err
}

// say types a step of how in its mode and returns what the device says to it.
func (d *Device) say(ctx context.Context, how *platform.Configure, step platform.Step) (string, error) {
	in := how.Mode
	if step.In != "" {
		in = step.In
	}
	if err := d.reachMode(ctx, in); err != nil {
		return "", err
	}
	reply, err := d.ch.Send(ctx, d.input(step, d.home()))
	if err != nil {
		return "", fmt.Errorf("%s: %w", d.host, err)
	}
	if reason, refused := d.refusal(how, reply.Text); refused && !step.Optional {
		return reply.Text, d.held(how, reply.Text, &CommandError{Host: d.host, Command: d.cfg.masker.Hide(step.Send), Reason: d.ch.Mask(reason), Answer: reply.Text})
	}
	return reply.Text, nil
}

// within types steps in a mode; they may leave it at the end.
func (d *Device) within(ctx context.Context, mode string, steps []platform.Step, failures []platform.Failure) error {
	for _, step := range steps {
		if _, err := d.say(ctx, &platform.Configure{Mode: mode, Failures: failures}, step); err != nil {
			return err
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
