package channel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vtynet/vty/auth"
)

// ended is where an exchange goes whose prompt did not come. What came of the
// answer is kept: it comes back with the error, or goes to the stream.
func (x *exchange) ended(ctx context.Context, err error) (*Reply, error) {
	c := x.c
	c.mu.Lock()
	over := c.readErr != nil && ctx.Err() == nil && !errors.Is(err, errLeft)
	sofar := x.soFar()
	ended := over && x.in.ends() || err == errOutside || x.in.Leaves && errors.Is(err, ErrSilence)
	if ended {
		c.m.end()
		c.bounded = false
		c.room.Signal()
		sofar.Ended = true
	}
	c.mu.Unlock()
	if x.visit != nil && sofar != nil && !errors.Is(err, errLeft) && sofar.Text != "" {
		x.hand(sofar.Text)
		sofar.Text = ""
	}
	if ended {
		if !x.in.Stays || over {
			_ = c.Close()
		}
		return sofar, nil
	}
	return sofar, x.fail(ctx, err)
}

// soFar is the reply as far as it came; nil before the echo, when nothing can be
// told to be the command's. The caller holds the lock.
func (x *exchange) soFar() *Reply {
	m := x.c.m
	if !m.echo.seen && !x.in.ends() {
		return nil
	}
	text := string(m.term.Finished()) + string(m.term.Current())
	if at, _ := m.within(m.term.Finished(), m.prompt); at >= 0 {
		text = text[:at] // what follows the prompt may be of something else
	}
	return &Reply{
		Text: strings.TrimSuffix(text, "\n"), Raw: m.raw, Prompt: m.prompt, Mode: m.mode, Steps: m.steps,
		Started: x.started, Elapsed: time.Since(x.started),
	}
}

// fail turns the end of an exchange into an error, and brings the device back to
// its prompt or closes the session.
func (x *exchange) fail(ctx context.Context, err error) error {
	c := x.c
	after := time.Since(x.started)
	c.mu.Lock()
	screen := c.screen()
	awaited := x.awaited
	if c.m.echo.seen && awaited == "its echo and the prompt" {
		awaited = "the prompt"
		if c.m.prompt != "" {
			awaited = fmt.Sprintf("the prompt %q", c.secrets.Hide(c.m.prompt))
		}
		if c.m.answered != "" && c.m.turned() {
			awaited = fmt.Sprintf("the page behind %q", c.secrets.Hide(strings.TrimSpace(c.m.answered)))
		}
	}
	closed, readErr := c.closed, c.secrets.Error(c.readErr)
	c.mu.Unlock()
	switch {
	case closed && ctx.Err() == nil:
		return ErrClosed
	case readErr != nil && ctx.Err() == nil && !errors.Is(err, ErrSilence):
		_ = c.Close()
		return &ClosedError{Input: x.input(), Awaited: awaited, Screen: screen, Err: readErr}
	}
	left := x.in.Cancel == Leave && !x.login && !x.in.Last
	// A login that failed has no prompt to come back to.
	back := left || !x.login && !x.in.Last && x.in.Cancel == Resync && c.recover(context.WithoutCancel(ctx)) == nil
	switch {
	case left:
		c.leave()
	case !back:
		_ = c.Close()
		c.mu.Lock()
		if last := c.screen(); len(last) > 0 {
			screen = last // what the interrupt brought says why there is no way back
		}
		c.mu.Unlock()
	}
	var question *QuestionError
	var refused *refusal
	switch {
	case errors.Is(err, errLeft):
		if back {
			return errLeft
		}
		return fmt.Errorf("%q was stopped: %w", auth.Mask(x.input()), ErrClosed)
	case errors.As(err, &question):
		question.Question = c.Mask(question.Question)
		question.Closed, question.Left = !back, left
		return question
	case ctx.Err() != nil || errors.Is(err, ErrSilence):
		return &TimeoutError{Input: x.input(), Awaited: awaited, After: after, Screen: screen, Closed: !back, Left: left, Err: err}
	}
	if errors.As(err, &refused) {
		if back {
			return refused
		}
		return fmt.Errorf("%w; %w", refused, ErrClosed)
	}
	if !back {
		return errors.Join(fmt.Errorf("%q: %w", auth.Mask(x.input()), err), ErrClosed)
	}
	return fmt.Errorf("%q: %w", auth.Mask(x.input()), err)
}

// input is the command as errors show it.
func (x *exchange) input() string { return x.c.secrets.Hide(x.in.Line) }

// desync is the error of an answer that cannot be told to be the command's.
func (x *exchange) desync() error {
	c := x.c
	c.mu.Lock()
	c.mishaps.Desyncs++
	e := &DesyncError{
		Input: x.input(), Echo: c.secrets.Mask(c.m.echo.wrong), Cut: c.secrets.Mask(c.m.cut),
		Mixed: c.m.echo.seen && c.m.cut == "", Screen: c.screen(),
	}
	c.mu.Unlock()
	e.Closed = c.recover(context.Background()) != nil
	return e
}

// leave lets the command run on.
func (c *Channel) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.adrift = true
	c.bounded = false
	c.room.Signal()
	c.m.unwanted, c.m.keep, c.m.raw = true, false, nil
}

// rejoin waits for the end of a command that was left running. What it still had
// to say is nobody's answer.
func (c *Channel) rejoin(ctx context.Context, in *Input) error {
	c.mu.Lock()
	adrift := c.adrift
	c.mu.Unlock()
	if !adrift {
		return nil
	}
	var modes []string
	for _, p := range c.cfg.Prompts {
		modes = append(modes, p.Mode)
	}
	old := &Input{Line: "the command left running", Modes: modes, Cancel: in.Cancel, Silence: in.Silence}
	x := &exchange{c: c, in: old, started: time.Now(), awaited: "the end of the command that was left running"}
	c.mu.Lock()
	c.adrift = false
	seen := c.m.echo
	c.m.listen(old)
	c.m.echo = seen // where its echo is still to come, so is its answer
	c.m.unwanted, c.m.keep = true, false
	c.heard = x.started
	c.mu.Unlock()
	_, err := x.run(ctx)
	return err
}

// Interrupt types the interrupt key and waits for the prompt, which it learns.
// It waits its turn: a command under way is stopped by its own context. The
// error is ErrClosed where the device gave no prompt within Config.Grace; the
// session is then closed.
func (c *Channel) Interrupt(ctx context.Context) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	if err := c.Err(); err != nil {
		return err
	}
	return c.recover(ctx)
}

// recover interrupts whatever runs and waits for the prompt. Where none comes
// within Config.Grace it closes the session and says so.
func (c *Channel) recover(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Grace)
	defer cancel()
	var modes []string
	for _, p := range c.cfg.Prompts {
		modes = append(modes, p.Mode)
	}
	in := &Input{Modes: modes}
	x := &exchange{c: c, in: in, started: time.Now()}
	c.mu.Lock()
	c.mishaps.Interrupts++
	c.adrift, c.bounded = false, false
	c.room.Signal()
	c.m.listen(in)
	c.m.spoken, c.m.unwanted, c.m.keep = false, true, false
	c.heard = x.started
	c.mu.Unlock()
	c.cfg.Logger.Debug("interrupting, to come back to the prompt")
	err := c.write(ctx, c.cfg.Interrupt)
	for err == nil {
		var s sight
		if s, err = x.await(ctx); err != nil {
			break
		}
		switch s.kind {
		case atPrompt:
			if !x.stays(ctx, s) {
				err = x.over(ctx)
				continue
			}
			c.mu.Lock()
			c.m.settle(s)
			c.mu.Unlock()
			return nil
		case maybePrompt:
			c.mu.Lock()
			c.m.probing(s.line)
			c.mu.Unlock()
			err = c.write(ctx, c.cfg.Return)
		default:
			c.mu.Lock()
			c.m.answering(s.line)
			c.mu.Unlock()
			err = c.write(ctx, c.cfg.Interrupt)
		}
	}
	_ = c.Close()
	return ErrClosed
}

// AwaitEnd waits for the device to end the session, and closes the channel then.
// It returns ErrSilence where the device has not done so within limit, and the
// context's cause where that ends first; the session goes on in both cases.
func (c *Channel) AwaitEnd(ctx context.Context, limit time.Duration) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	until := time.Now().Add(limit)
	for {
		c.mu.Lock()
		over := c.readErr != nil
		c.mu.Unlock()
		left := time.Until(until)
		switch {
		case over:
			_ = c.Close()
			return nil
		case left <= 0:
			return ErrSilence
		}
		c.alarm.set(left)
		if err := c.wait(ctx); err != nil {
			return err
		}
	}
}

// over returns why nothing more is to be awaited, or nil.
func (x *exchange) over(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	x.c.mu.Lock()
	defer x.c.mu.Unlock()
	return x.c.readErr
}

// stays waits for a quiet and reports whether the prompt still stands at the
// cursor: what was under way when a command was interrupted may yet arrive.
func (x *exchange) stays(ctx context.Context, s sight) bool {
	c := x.c
	for {
		c.mu.Lock()
		now := c.m.look()
		c.dozing = false
		left := time.Until(c.heard.Add(c.cfg.Quiet))
		over := c.readErr != nil
		c.mu.Unlock()
		if over || now.line != s.line {
			return false
		}
		if left <= 0 {
			return true
		}
		c.alarm.set(left)
		if c.wait(ctx) != nil {
			return false
		}
	}
}
