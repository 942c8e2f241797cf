package vty

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
)

// Enter brings the device into a mode of its platform, by whatever way leads
// there, and keeps it there for the commands that follow. A mode that takes an
// argument is asked for with it behind a blank ("vdom customer1"), and so is one
// way of several into a mode ("configuration private") or to another place within
// one ("privileged context dmz"). The error is a
// *ModeError where there is no way or the device refuses, and an
// *AmbiguousError where a prompt is that of two modes.
func (d *Device) Enter(ctx context.Context, mode string) error {
	if err := d.lock(ctx); err != nil {
		return err
	}
	defer d.unlock()
	if err := d.reachMode(ctx, mode); err != nil {
		return err
	}
	d.mode = mode
	return nil
}

// reachMode goes the way from the mode the device is in to a target, see
// [platform.Target]. Each leg is checked by the prompt that ends it.
func (d *Device) reachMode(ctx context.Context, target string) error {
	if d.stands(target) {
		return nil
	}
	_, from := d.ch.Prompt()
	if err := d.unambiguous(); err != nil {
		return err
	}
	way, err := d.def.Path(from, target)
	if err != nil {
		return &ModeError{Host: d.host, From: from, To: target, Seen: from, Err: d.lacking(err)}
	}
	for _, leg := range way {
		d.way = ""
		before, _ := d.ch.Prompt()
		err := d.takeLeg(ctx, leg)
		for range deepest {
			prompt, seen := d.ch.Prompt()
			if d.ch.Err() != nil || seen != leg.From || seen == leg.To || prompt == before || !d.leadsUp(leg, err) {
				break
			}
			before = prompt
			err = d.takeLeg(ctx, leg)
		}
		if err != nil {
			return err
		}
	}
	d.way = target
	if !d.stands(target) { // its prompt shows another argument
		prompt, seen := d.ch.Prompt()
		return &ModeError{Host: d.host, From: from, To: target, Seen: seen, Answer: prompt}
	}
	return nil
}

// deepest is how many places deep within a mode a device may be that leaves them one
// by one.
const deepest = 16

// leadsUp reports whether a leg that ended where it began, at another prompt of the
// same mode, may be one that leads up by a place: out of a mode that is not the
// usual one, not refused, and with no secret given that would be given again.
func (d *Device) leadsUp(leg platform.Transition, err error) bool {
	stays, ok := errors.AsType[*ModeError](err)
	if !ok || stays.Err != nil || leg.From == d.def.Default {
		return false
	}
	if _, refused := judge(stays.Answer, d.def.Failures); refused {
		return false
	}
	return !slices.ContainsFunc(leg.Steps, func(s platform.Step) bool {
		return slices.ContainsFunc(s.Asks, func(a platform.Ask) bool { return a.Secret != "" })
	})
}

// stands reports whether the device is at a target. The prompt says it; where it
// does not show which way was taken or which argument was given, what was typed
// last says that.
func (d *Device) stands(target string) bool {
	mode, argument := platform.Target(target)
	prompt, seen := d.ch.Prompt()
	if seen != mode || argument == "" {
		return seen == mode
	}
	if m, ok := d.def.Mode(mode); ok {
		if shown := m.Shown(lastLine(prompt)); shown != "" {
			return shown == argument
		}
	}
	return d.way == target
}

// unambiguous checks that the prompt is of one mode.
func (d *Device) unambiguous() error {
	prompt, seen := d.ch.Prompt()
	line := lastLine(prompt)
	at, _ := d.def.Mode(seen)
	var modes []string
	for i := range d.def.Modes {
		m := &d.def.Modes[i]
		told := at != nil && at != m && at.Above != nil && m.Above != nil // by the lines above
		matched, err := m.Match(line)
		if err != nil {
			return err
		}
		if matched && !told {
			modes = append(modes, m.Name)
		}
	}
	if len(modes) > 1 {
		return &AmbiguousError{Host: d.host, Prompt: line, Modes: modes}
	}
	return nil
}

func lastLine(prompt string) string {
	return strings.TrimRight(prompt[strings.LastIndexByte(prompt, '\n')+1:], " \t")
}

func (d *Device) takeLeg(ctx context.Context, leg platform.Transition) error {
	said, refused := "", false
	for i, step := range leg.Steps {
		modes := []string{leg.To, leg.From}
		if i < len(leg.Steps)-1 {
			modes = nil // some place in between
			for _, m := range d.def.Modes {
				modes = append(modes, m.Name)
			}
		}
		reply, err := d.ch.Send(ctx, d.input(step, modes...))
		if err != nil {
			_, seen := d.ch.Prompt()
			return &ModeError{Host: d.host, From: leg.From, To: leg.To, Seen: seen, Err: err}
		}
		said = reply.Text
		_, refused = judge(said, d.def.Failures)
		if refused = refused && !step.Optional; refused && i < len(leg.Steps)-1 {
			break // what follows would be typed in the wrong place
		}
	}
	// What a way is to bring beside its mode, it does not bring where it is refused:
	// a timer, or another place in the mode that it began in.
	refused = refused && (leg.To+" "+leg.As == d.def.Revert.Mode || leg.From == leg.To)
	if _, seen := d.ch.Prompt(); seen != leg.To || refused {
		if err := d.unambiguous(); err != nil {
			return err
		}
		return &ModeError{Host: d.host, From: leg.From, To: leg.To, Seen: seen, Answer: d.ch.Mask(said)}
	}
	d.moved = d.moved || leg.From == leg.To
	return d.unambiguous()
}

// prepare sets the terminal and types the on-open steps.
func (d *Device) prepare(ctx context.Context) error {
	var steps []platform.Step
	for _, ways := range [][]platform.Way{d.def.Paging, d.def.Width} {
		if len(ways) == 1 {
			// Where there is no other way, nothing depends on whether it is taken.
			for _, step := range ways[0] {
				step.Optional = true
				steps = append(steps, step)
			}
			continue
		}
		if err := d.firstWay(ctx, ways); err != nil {
			return err
		}
	}
	return d.steps(ctx, append(steps, d.def.Open...), d.home())
}

// firstWay tries ways until the device takes one. That it takes none does no
// harm.
func (d *Device) firstWay(ctx context.Context, ways []platform.Way) error {
	for _, way := range ways {
		err := d.steps(ctx, way, d.home())
		if err == nil || d.ch.Err() != nil || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// home is the name of the mode that commands run in.
func (d *Device) home() string {
	mode, _ := platform.Target(d.mode)
	return mode
}

// steps types steps. A refusal of one that is not optional is a *CommandError.
// After steps in other modes the device is brought back to the one it was in.
func (d *Device) steps(ctx context.Context, steps []platform.Step, modes ...string) error {
	if slices.ContainsFunc(steps, func(s platform.Step) bool { return s.In != "" }) {
		return d.elsewhere(ctx, steps, modes)
	}
	for len(steps) > 0 {
		n := independent(steps)
		if n > 1 {
			err := d.together(ctx, steps[:n], modes)
			if err != nil && !errors.Is(err, ErrDesync) || d.ch.Err() != nil {
				return err
			}
			if err == nil {
				steps = steps[n:]
				continue
			}
		}
		// One by one: these need an answer each, or the device does not take lines
		// that are typed ahead.
		for _, step := range steps[:max(n, 1)] {
			if ended, err := d.step(ctx, step, modes); err != nil || ended {
				return err
			}
		}
		steps = steps[max(n, 1):]
	}
	return nil
}

// elsewhere is steps where some of them are typed in other modes.
func (d *Device) elsewhere(ctx context.Context, steps []platform.Step, modes []string) error {
	_, here := d.ch.Prompt()
	if d.way != "" {
		here = d.way
	}
	var err error
	for _, step := range steps {
		in := here
		if step.In != "" {
			in = step.In
		}
		if err = d.reachMode(ctx, in); err == nil {
			var ended bool
			if ended, err = d.step(ctx, step, append(modes[:len(modes):len(modes)], in)); ended {
				return err
			}
		}
		if err != nil && (!step.Optional || d.ch.Err() != nil) {
			break
		}
	}
	if d.ch.Err() != nil {
		return err
	}
	ctx, cancel := cleanUp(ctx)
	defer cancel()
	return errors.Join(err, d.reachMode(ctx, here))
}

// independent returns how many steps at the head of steps need no answer before
// the next is typed: their refusal does no harm, and they ask nothing.
func independent(steps []platform.Step) int {
	for i, s := range steps {
		if !s.Optional || s.Ends || len(s.Asks) > 0 {
			return i
		}
	}
	return len(steps)
}

// together types independent steps ahead of one another, which saves a round trip
// each. The echo of every one is awaited.
func (d *Device) together(ctx context.Context, steps []platform.Step, modes []string) error {
	lines := make([]string, len(steps))
	for i, s := range steps {
		lines[i] = s.Send
	}
	_, err := d.ch.Send(ctx, channel.Input{Line: strings.Join(lines, "\n"), Modes: modes})
	return err
}

// step types one step. It reports whether the device ended the session.
func (d *Device) step(ctx context.Context, step platform.Step, modes []string) (ended bool, err error) {
	reply, err := d.ch.Send(ctx, d.input(step, modes...))
	if err != nil {
		if step.Ends && errors.Is(err, ErrClosed) {
			return true, nil
		}
		return false, err
	}
	if line, refused := judge(reply.Text, d.def.Failures); refused && !step.Optional {
		return false, &CommandError{Host: d.host, Command: d.cfg.masker.Hide(step.Send), Reason: d.ch.Mask(line), Answer: reply.Text}
	}
	return reply.Ended, nil
}

// input makes a channel's input of a definition's step.
func (d *Device) input(step platform.Step, modes ...string) channel.Input {
	return channel.Input{
		Line: step.Send, Modes: modes, Asks: d.asks(step.Asks), Ends: step.Ends, Cancel: d.cfg.cancel(""),
	}
}

// asks makes a channel's questions of a definition's. A secret is given as often
// as the definition says, once mostly: a device that asks again has refused it.
func (d *Device) asks(asks []platform.Ask) []channel.Ask {
	out, answers := make([]channel.Ask, len(asks)), make([]usualAnswer, len(asks))
	for i, ask := range asks {
		answers[i] = usualAnswer{d: d, ask: ask}
		out[i] = channel.Ask{Shape: ask.Prompt, Hidden: ask.Secret != "" && ask.Secret != "user", Answer: answers[i].answer}
	}
	return out
}

// usualAnswer is the answer to a question of a definition's.
type usualAnswer struct {
	d     *Device
	ask   platform.Ask
	given int // how often its secret was
}

func (u *usualAnswer) answer(ctx context.Context, _ string) (channel.Answer, error) {
	if u.ask.Secret == "" {
		return channel.Answer{Text: u.ask.Answer, Key: u.ask.Key}, nil
	}
	if u.given == max(u.ask.Times, 1) {
		return channel.Answer{}, &SecretError{Name: u.ask.Secret, Refused: true}
	}
	u.given++
	secret, err := u.d.cfg.secret(ctx, u.ask.Secret)
	return channel.Answer{Text: secret.Reveal(), Hidden: u.ask.Secret != "user"}, err
}
