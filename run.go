package vty

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/channel"
)

// Run types a command in the mode that commands run in and returns the answer.
//
// A command that the device refuses returns both the result and a
// *CommandError; the session goes on. An answer without the end that the
// platform's outputs have comes with an *IncompleteError and Result.Partial. With a *TimeoutError, a *QuestionError and
// a *ClosedError comes what there was of the answer, with Result.Partial set,
// unless there was nothing; a *DesyncError and a *ModeError come without a
// result. Errors that wrap ErrClosed mean that the session is over.
func (d *Device) Run(ctx context.Context, command string) (*Result, error) {
	return d.Do(ctx, Command{Line: command})
}

// Each runs commands one after the other and yields each result with its error.
// It stops when the session is over or the caller leaves the loop; a refused
// command does not stop it.
func (d *Device) Each(ctx context.Context, commands ...string) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		for _, command := range commands {
			res, err := d.Run(ctx, command)
			if !yield(res, err) || d.ch.Err() != nil || ctx.Err() != nil {
				return
			}
		}
	}
}

// Stream types a command and yields its answer line by line as it comes, in
// constant memory. An error is the last thing yielded. Leaving the loop early
// stops the command and leaves the device at its prompt. The session is busy until
// the loop ends: another operation on the device within it waits for ever.
func (d *Device) Stream(ctx context.Context, command string) iter.Seq2[string, error] {
	return d.Follow(ctx, Command{Line: command})
}

// Interact types a command and answers the questions that follow, one after the
// other. Questions that the device leaves out at the end are not an error;
// Result.Text shows what was asked.
func (d *Device) Interact(ctx context.Context, command string, steps ...Step) (*Result, error) {
	return d.Do(ctx, Command{Line: command, Steps: steps})
}

// Command is a command with all that may be said about it.
type Command struct {
	Line string
	// Text are further lines that the command reads: a here-document, a key, the
	// lines of a banner with the one that ends it. They are typed behind Line.
	Text []string
	// Mode is the mode to run it in, and After the mode it leads to; "" means the
	// mode that commands run in.
	Mode, After string
	// Steps are questions that come one after the other.
	Steps []Step
	// Whenever are questions that may come at any time, each up to three times.
	Whenever []Step
	// Usual answers the questions for which the platform's definition has a usual
	// answer, such as the return that IOS wants at [confirm], with that. Steps and
	// Whenever come first.
	Usual bool
	// Ends allows the device to end the session instead of showing a prompt, also
	// by showing its login on the same stream.
	Ends bool
	// Lines and Until stop a command that has no end of its own, or more to say
	// than is wanted: after so many lines of its answer, where Lines is not 0, or
	// behind the first line that Until matches. Result.Stopped says that it was
	// stopped.
	Lines int
	Until *regexp.Regexp
	// Cancel takes the place of Config.Cancel; "" leaves that.
	Cancel Cancel
	// Silence takes the place of Config.Silence, for commands that say nothing
	// for long; 0 leaves that, a negative value means for ever.
	Silence time.Duration
}

// Step is a question and its answer. Of Answer, Secret and Reply one is used:
// Reply if not nil, or else Secret, or else Answer. Reply must not use the device,
// whose session is busy.
type Step struct {
	Expect *regexp.Regexp // found in the line at the cursor, trailing blanks removed
	Answer string
	Secret auth.Source // typed unseen: kept out of every log and error
	Reply  func(ctx context.Context, question string) (string, error)
	Key    bool // a single key: no return follows
}

// Do runs a command. See Run for its errors.
func (d *Device) Do(ctx context.Context, cmd Command) (_ *Result, err error) {
	done := d.begun(ctx, OperationCommand, cmd.Line, 0)
	defer func() { done(err) }()
	if err := d.typed(cmd); err != nil {
		return nil, err
	}
	if err := d.lock(ctx); err != nil {
		return nil, err
	}
	defer d.unlock()
	if err := d.ready(ctx, cmd); err != nil {
		return nil, err
	}
	if cmd.Lines > 0 || cmd.Until != nil {
		return d.watch(ctx, cmd)
	}
	reply, err := d.ch.Send(ctx, d.command(cmd))
	if err != nil {
		err = fmt.Errorf("%s: %w", d.host, err)
		if asked, ok := errors.AsType[*QuestionError](err); ok {
			err = d.suggest(err, asked)
		}
		if reply == nil {
			return nil, err
		}
		res := d.answer(cmd.Line, reply)
		res.Partial = true
		return res, err
	}
	return d.result(cmd.Line, reply)
}

// Follow is Do with the answer streamed, as Stream does.
func (d *Device) Follow(ctx context.Context, cmd Command) iter.Seq2[string, error] {
	return func(hand func(string, error) bool) {
		done := d.begun(ctx, OperationStream, cmd.Line, 0)
		var failure error
		defer func() { done(failure) }()
		yield := func(line string, err error) bool {
			failure = err
			return hand(line, err)
		}
		if err := d.typed(cmd); err != nil {
			yield("", err)
			return
		}
		if err := d.lock(ctx); err != nil {
			yield("", err)
			return
		}
		defer d.unlock()
		if err := d.ready(ctx, cmd); err != nil {
			yield("", err)
			return
		}
		var seen ends
		n := 0
		for line, err := range d.ch.Lines(ctx, d.command(cmd)) {
			if err != nil {
				yield("", fmt.Errorf("%s: %w", d.host, err))
				return
			}
			seen.add(line)
			n++
			if !yield(line, nil) || cmd.enough(n, line) {
				return
			}
		}
		if reason, refused := judge(seen.text(), d.def.Failures); refused {
			yield("", &CommandError{Host: d.host, Command: d.cfg.masker.Hide(cmd.Line), Reason: d.ch.Mask(reason)})
		} else if err := d.complete(cmd.Line, seen.text()); err != nil {
			yield("", err)
		}
	}
}

// enough reports whether a command is to be stopped behind its n-th line.
func (cmd *Command) enough(n int, line string) bool {
	return cmd.Lines > 0 && n >= cmd.Lines || cmd.Until != nil && cmd.Until.MatchString(line)
}

// watch runs a command that is to be stopped.
func (d *Device) watch(ctx context.Context, cmd Command) (*Result, error) {
	var lines []string
	var failure error
	res := d.answer(cmd.Line, &channel.Reply{Started: time.Now()})
	for line, err := range d.ch.Lines(ctx, d.command(cmd)) {
		if err != nil {
			failure = fmt.Errorf("%s: %w", d.host, err)
			break
		}
		lines = append(lines, line)
		if cmd.enough(len(lines), line) {
			res.Stopped = true
			break
		}
	}
	res.Elapsed = time.Since(res.Started)
	res.Prompt, res.Mode = d.ch.Prompt()
	res.text = strings.Join(lines, "\n")
	switch {
	case failure != nil && lines == nil:
		return nil, failure
	case failure != nil:
		res.Partial = true
		return res, failure
	case res.Stopped:
		if err := d.ch.Err(); err != nil && cmd.Cancel != CancelClose {
			return res, fmt.Errorf("%s: %q was stopped, and the device gave no prompt: %w", d.host, d.ch.Mask(cmd.Line), err)
		}
		return res, nil
	}
	if res.Reason, res.Failed = judge(res.text, d.def.Failures); res.Failed {
		return res, &CommandError{Host: d.host, Command: d.cfg.masker.Hide(cmd.Line), Reason: d.ch.Mask(res.Reason), Answer: res.text}
	}
	if err := d.complete(cmd.Line, res.text); err != nil {
		res.Partial = true
		return res, err
	}
	return res, nil
}

// ready brings the device into the mode of a command.
func (d *Device) ready(ctx context.Context, cmd Command) error {
	if err := d.ch.Err(); err != nil {
		return fmt.Errorf("%s: %w", d.host, err)
	}
	mode := cmd.Mode
	if mode == "" {
		mode = d.mode
	}
	return d.reachMode(ctx, mode)
}

// command makes a channel's input of a command.
func (d *Device) command(cmd Command) channel.Input {
	in := channel.Input{Line: cmd.Line, Ends: cmd.Ends, Silence: cmd.Silence, Cancel: d.cfg.cancel(cmd.Cancel)}
	if len(cmd.Text) > 0 {
		in.Line += "\n" + strings.Join(cmd.Text, "\n")
	}
	if cmd.After != "" {
		in.Modes = []string{cmd.After}
	}
	for _, s := range cmd.Steps {
		in.Steps = append(in.Steps, s.ask())
	}
	for _, s := range cmd.Whenever {
		in.Asks = append(in.Asks, s.ask())
	}
	if cmd.Usual {
		in.Asks = append(in.Asks, d.usual()...)
	}
	return in
}

func (s Step) ask() channel.Ask {
	return channel.Ask{Shape: s.Expect, Hidden: s.Secret != nil, Answer: func(ctx context.Context, question string) (channel.Answer, error) {
		a := channel.Answer{Text: s.Answer, Key: s.Key}
		var err error
		switch {
		case s.Reply != nil:
			a.Text, err = s.Reply(ctx, question)
		case s.Secret != nil:
			var secret auth.Secret
			secret, err = s.Secret.Secret(ctx)
			a.Text, a.Hidden = secret.Reveal(), true
		}
		return a, err
	}}
}

// answer makes a Result of a reply.
func (d *Device) answer(command string, reply *channel.Reply) *Result {
	return &Result{
		Host: d.host, Platform: d.def.Name, Command: command,
		Mode: reply.Mode, Prompt: reply.Prompt, Aside: reply.Aside, Ended: reply.Ended,
		Started: reply.Started, Elapsed: reply.Elapsed,
		text: reply.Text, raw: reply.Raw, masker: d.cfg.masker, running: &d.def.Running,
	}
}

// result makes a Result of a reply, a *CommandError of a refusal, and an
// *IncompleteError of an answer without its end.
func (d *Device) result(command string, reply *channel.Reply) (*Result, error) {
	r := d.answer(command, reply)
	if r.Reason, r.Failed = judge(r.text, d.def.Failures); r.Failed {
		return r, &CommandError{Host: d.host, Command: d.cfg.masker.Hide(command), Reason: d.ch.Mask(r.Reason), Answer: r.text}
	}
	if r.Ended { // by the command, as it seems
		return r, nil
	}
	if err := d.complete(command, r.text); err != nil {
		r.Partial = true
		return r, err
	}
	return r, nil
}

// typable says whether a text can be typed as one command.
func (d *Device) typable(command string) error {
	if strings.ContainsAny(command, "\r\n") {
		return &InputError{Input: command, Why: "it has more than one line; run each by itself"}
	}
	return d.printable(command)
}

// typed says whether a command can be typed.
func (d *Device) typed(cmd Command) error {
	if err := d.typable(cmd.Line); err != nil {
		return err
	}
	if len(cmd.Text) == 0 {
		return nil
	}
	for _, line := range cmd.Text {
		if strings.ContainsAny(line, "\r\n") {
			return &InputError{Input: line, Why: "each line of a command's text stands by itself"}
		}
	}
	return d.printable("\n" + strings.Join(cmd.Text, "\n"))
}

// printable says whether every character of a text stands in the line when it is
// typed, instead of doing something.
func (d *Device) printable(text string) error {
	for _, r := range text {
		if r < ' ' && r != '\n' || r == 0x7f {
			return &InputError{Input: text, Why: fmt.Sprintf("control character %U in it", r)}
		}
	}
	if longest := d.def.Typing.Line; longest > 0 {
		for line := range strings.SplitSeq(text, "\n") {
			if len(line) > longest {
				return &InputError{Input: line, Why: fmt.Sprintf("it has %d bytes, and %s takes lines of %d at most", len(line), d.def.Name, longest)}
			}
		}
	}
	first, _, _ := strings.Cut(text, "\n") // the lines below are text, in which nothing helps
	if help := d.def.Help; help != "" && strings.Contains(first, help) {
		return &InputError{Input: text, Why: fmt.Sprintf("%s would show its help at the %q in it, and take the rest for another command", d.def.Name, help)}
	}
	return nil
}
