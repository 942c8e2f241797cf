package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sim/scenario"
	"github.com/vtynet/vty/transport/ssh"
)

// errAccepted ends a run in which the library said that it is not sure.
var errAccepted = errors.New("the library gave up, as it may")

// A user goes through the operations of a scenario with the library.
type user struct {
	s      *scenario.Scenario
	player *scenario.Player
	open   func(context.Context, *vty.Config) (*vty.Device, error)
	exact  bool // the clock is the device's, and nothing is delayed
	unsure bool // the device pauses so long that the library may give up

	// unplayed reports whether no session was ever opened, so that there is no script
	// to finish; nil where one always is.
	unplayed func() bool

	dev  *vty.Device
	cut  bool // the last operation's text was cut short
	left bool // a command may still be running
}

func (u *user) config() *vty.Config {
	s := u.s
	cfg := &vty.Config{
		Platform: s.Platform, Definition: s.Definition, User: s.User, Size: s.Size, Mode: s.Mode,
		Password: auth.Literal(s.Password), Secrets: map[string]auth.Source{},
		KeepTerminal: !s.Prepare, Legacy: s.Legacy, Raw: true, Quiet: s.Quiet, Confirm: s.Confirm, Silence: s.Silence,
	}
	cfg.Auth = []auth.Method{auth.Password(cfg.Password)}
	for name, text := range s.Secrets {
		cfg.Secrets[name] = auth.Literal(text)
	}
	return cfg
}

// patience is more than any scenario takes, by its own clock.
const patience = 5 * time.Minute

// run goes through all operations and reports the first that goes wrong.
func (u *user) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		if u.dev != nil {
			_ = u.dev.Close()
		}
	}()
	for i := range u.s.Ops {
		op := &u.s.Ops[i]
		err := u.do(ctx, op)
		if errors.Is(err, errAccepted) {
			return nil
		}
		if err != nil {
			var d *scenario.DivergenceError
			if errors.As(u.finished(0), &d) {
				err = fmt.Errorf("%w\n%w", d, err)
			}
			return fmt.Errorf("%s:%d: %s %s: %w", u.s.Name, op.Line, op.Verb, op.Arg, err)
		}
	}
	if u.unplayed != nil && u.unplayed() {
		return nil
	}
	return u.finished(10 * time.Second)
}

// finished asks the device whether it is done, within a limit.
func (u *user) finished(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return u.player.Finished(ctx)
}

// outcome is what came of an operation.
type outcome struct {
	text  string
	raw   []byte
	aside []string
	err   error
}

func (u *user) do(ctx context.Context, op *scenario.Op) error {
	if op.Within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, op.Within)
		defer cancel()
	}
	sent := u.sentSoFar()
	started := time.Now()
	out := u.act(ctx, op)
	took := time.Since(started)
	if err := u.compareRaw(op, out, sent); err != nil {
		return err
	}
	if u.unsure && (errors.Is(out.err, vty.ErrDesync) || isKind(out.err, "question")) {
		return errAccepted
	}
	if u.cut {
		if u.cut = false; !errors.Is(out.err, vty.ErrDesync) {
			return fmt.Errorf("the text before was cut short, and the error is %w", out.err)
		}
		return errAccepted
	}
	if want := strings.Join(op.Text, "\n"); op.Cut && out.err == nil && out.text != want && strings.HasPrefix(want, out.text) {
		u.cut = true
		return nil
	}
	for _, kind := range op.Or {
		if isKind(out.err, kind) {
			return errAccepted
		}
	}
	if err := u.compare(op, out); err != nil {
		return err
	}
	if op.Took >= 0 && u.exact && took != op.Took {
		return fmt.Errorf("took %v, want %v", took, op.Took)
	}
	return nil
}

func (u *user) compare(op *scenario.Op, out outcome) error {
	want := strings.Join(op.Text, "\n")
	switch {
	case op.Error == "" && out.err != nil:
		return fmt.Errorf("unexpected: %w", out.err)
	case op.Error != "" && !isKind(out.err, op.Error):
		return fmt.Errorf("error %v with %q, want one of kind %s", out.err, out.text, op.Error)
	case op.Error != "" && !strings.Contains(out.err.Error(), op.Message):
		return fmt.Errorf("error %q, want %q in it", out.err, op.Message)
	case !op.Any && (op.Error == "" || op.Text != nil) && out.text != want:
		return fmt.Errorf("text\n got  %q\n want %q", out.text, want)
	case !op.Any && op.Error == "" && !slices.Equal(out.aside, op.Aside):
		return fmt.Errorf("aside %q, want %q", out.aside, op.Aside)
	}
	if u.dev != nil && op.Prompt != "" && u.dev.Prompt() != op.Prompt {
		return fmt.Errorf("prompt %q, want %q", u.dev.Prompt(), op.Prompt)
	}
	if u.dev != nil && op.Mode != "" && u.dev.Mode() != op.Mode {
		return fmt.Errorf("mode %q, want %q", u.dev.Mode(), op.Mode)
	}
	return nil
}

// sentSoFar is how much the device has sent, once all of it was read.
func (u *user) sentSoFar() int {
	if u.exact {
		synctest.Wait()
	}
	return len(u.player.Sent())
}

// compareRaw holds Result.Raw to every byte that the device sent since the command was
// typed. A command that is stopped, or typed while another is left running, has less.
func (u *user) compareRaw(op *scenario.Op, out outcome, sent int) error {
	whole := op.Lines == 0 && op.Until == "" && !u.left
	u.left = op.Cancel == string(vty.CancelLeave)
	if op.Verb != "run" || out.err != nil || u.s.Plays(scenario.OverWire) { // there Telnet is among what was sent
		return nil
	}
	said := u.player.Sent()
	if want := said[sent:]; u.exact && whole && string(out.raw) != want {
		return fmt.Errorf("raw\n got  %q\n want %q", out.raw, want)
	}
	if !strings.Contains(said, string(out.raw)) {
		return fmt.Errorf("raw %q is not what the device sent", out.raw)
	}
	return nil
}

func (u *user) act(ctx context.Context, op *scenario.Op) (out outcome) {
	if u.dev == nil && op.Verb != "open" {
		return outcome{err: errors.New("the device is not open")}
	}
	switch op.Verb {
	case "open":
		if u.dev, out.err = u.open(ctx, u.config()); u.dev != nil {
			out.text = u.dev.Banner()
		}
	case "run":
		res, err := u.dev.Do(ctx, command(op))
		out.err = err
		if res != nil {
			out.text, out.raw, out.aside = res.Text(), res.Raw(), res.Aside
		}
	case "stream":
		var lines []string
		for line, err := range u.dev.Follow(ctx, command(op)) {
			if err != nil {
				out.err = err
				break
			}
			if lines = append(lines, line); len(lines) == op.Leave {
				break
			}
		}
		out.text = strings.Join(lines, "\n")
	case "configure":
		report, err := u.dev.Configure(ctx, op.Send...)
		out.err = err
		var said []string
		for _, l := range report.Lines {
			if l.Answer != "" {
				said = append(said, l.Answer)
			}
		}
		out.text = strings.Join(said, "\n")
		if op.Applied >= 0 && report.Applied() != op.Applied {
			out.err = errors.Join(err, fmt.Errorf("%d lines were applied, want %d: %+v", report.Applied(), op.Applied, report))
		}
	case "disconnect":
		res, err := u.dev.ExpectDisconnect(ctx, command(op))
		out.err = err
		if res != nil {
			out.text, out.raw, out.aside = res.Text(), res.Raw(), res.Aside
		}
	case "interrupt":
		out.err = u.dev.Interrupt(ctx)
	case "enter":
		out.err = u.dev.Enter(ctx, op.Arg)
	case "idle":
		d, err := time.ParseDuration(op.Arg)
		if out.err = err; u.exact || u.unsure || d < time.Second {
			time.Sleep(d)
		}
	}
	return out
}

func command(op *scenario.Op) vty.Command {
	cmd := vty.Command{
		Line: op.Arg, Text: op.More, Ends: op.Ends, Lines: op.Lines, Silence: op.Silence, Cancel: vty.Cancel(op.Cancel),
	}
	if op.Until != "" {
		cmd.Until = regexp.MustCompile(op.Until)
	}
	for _, a := range op.Answers {
		cmd.Whenever = append(cmd.Whenever, vty.Step{Expect: regexp.MustCompile(a.Shape), Answer: a.Text, Key: a.Key})
	}
	return cmd
}

// isKind reports whether err is of a kind that scenarios name.
func isKind(err error, kind string) bool {
	var timeout *vty.TimeoutError
	var question *vty.QuestionError
	var secret *vty.SecretError
	var mode *vty.ModeError
	switch kind {
	case "timeout":
		return errors.As(err, &timeout) || errors.Is(err, context.DeadlineExceeded)
	case "connect":
		_, ok := errors.AsType[*ssh.HandshakeError](err)
		return ok
	case "auth":
		return errors.Is(err, ssh.ErrAuth)
	case "silence":
		return errors.Is(err, vty.ErrSilence)
	case "desync":
		return errors.Is(err, vty.ErrDesync)
	case "closed":
		return errors.Is(err, vty.ErrClosed)
	case "refused":
		return errors.Is(err, vty.ErrRefused)
	case "question":
		return errors.As(err, &question)
	case "login":
		return errors.Is(err, vty.ErrLogin)
	case "secret":
		return errors.As(err, &secret)
	case "mode":
		return errors.As(err, &mode)
	case "input":
		return errors.Is(err, vty.ErrInput)
	case "stayed":
		return errors.Is(err, vty.ErrStayed)
	}
	return false
}
