package vty

import (
	"context"
	"errors"
	"strings"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
)

// Enter brings the device into a mode of its platform, by whatever way leads
// there, and keeps it there for the commands that follow. The error is a
// *ModeError where there is no way or the device refuses.
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

// reachMode goes the way from the mode the device is in to mode. Each leg is
// checked by the prompt that ends it.
func (d *Device) reachMode(ctx context.Context, mode string) error {
	_, from := d.ch.Prompt()
	if from == mode {
		return nil
	}
	way, err := d.def.Path(from, mode)
	if err != nil {
		return &ModeError{Host: d.host, From: from, To: mode, Seen: from, Err: err}
	}
	for _, leg := range way {
		if err := d.takeLeg(ctx, leg); err != nil {
			return err
		}
	}
	return nil
}

func (d *Device) takeLeg(ctx context.Context, leg platform.Transition) error {
	said := ""
	for _, step := range leg.Steps {
		reply, err := d.ch.Send(ctx, d.input(step, leg.To, leg.From))
		if err != nil {
			_, seen := d.ch.Prompt()
			return &ModeError{Host: d.host, From: leg.From, To: leg.To, Seen: seen, Err: err}
		}
		said = reply.Text
	}
	if _, seen := d.ch.Prompt(); seen != leg.To {
		return &ModeError{Host: d.host, From: leg.From, To: leg.To, Seen: seen, Answer: said}
	}
	return nil
}

// steps types steps. A refusal of one that is not optional is a *CommandError.
func (d *Device) steps(ctx context.Context, steps []platform.Step, modes ...string) error {
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
		return false, &CommandError{Host: d.host, Command: step.Send, Reason: line, Answer: reply.Text}
	}
	return reply.Ended, nil
}

// input makes a channel's input of a definition's step.
func (d *Device) input(step platform.Step, modes ...string) channel.Input {
	return channel.Input{
		Line: step.Send, Modes: modes, Asks: d.asks(step.Asks), Ends: step.Ends, Cancel: d.cfg.cancel(""),
	}
}

// asks makes a channel's questions of a definition's. A secret is given once: a
// device that asks again has refused it.
func (d *Device) asks(asks []platform.Ask) []channel.Ask {
	var out []channel.Ask
	for _, ask := range asks {
		given := false
		out = append(out, channel.Ask{Shape: ask.Prompt, Hidden: ask.Secret != "" && ask.Secret != "user", Answer: func(ctx context.Context, _ string) (channel.Answer, error) {
			if ask.Secret == "" {
				return channel.Answer{Text: ask.Answer, Key: ask.Key}, nil
			}
			if given {
				return channel.Answer{}, &SecretError{Name: ask.Secret, Refused: true}
			}
			given = true
			secret, err := d.cfg.secret(ctx, ask.Secret)
			return channel.Answer{Text: secret.Reveal(), Hidden: ask.Secret != "user"}, err
		}})
	}
	return out
}
