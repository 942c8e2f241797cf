package channel

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Attach hands the command line to a person or a program: everything the device
// sends goes to out as it comes, the prompt it stands at first, and everything
// read from in is typed. Nothing is interpreted.
//
// It returns nil when the device ends the session, and when in ends and the
// device has come back to a prompt; the session then goes on. When ctx ends it
// returns the context's cause, with the device interrupted and at its prompt, or
// with ErrClosed. An error of in or out comes back as it is.
//
// A Read of in that blocks is not interrupted: it goes on until it returns.
func (c *Channel) Attach(ctx context.Context, in io.Reader, out io.Writer) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	if err := c.Err(); err != nil {
		return err
	}
	tap := &tap{out: out, failed: make(chan error, 1)}
	c.mu.Lock()
	_, err := out.Write(c.m.term.Current())
	c.tap = tap
	c.mu.Unlock()
	defer c.untap()
	if err != nil {
		return err
	}
	typed := make(chan error, 1)
	go func() {
		_, err := io.Copy(c.conn, in)
		typed <- err
	}()
	select {
	case err = <-typed:
	case err = <-tap.failed:
	case <-c.done:
		return nil
	case <-ctx.Done():
		if c.recover() != nil {
			return errors.Join(context.Cause(ctx), ErrClosed)
		}
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	return c.comeBack(ctx)
}

// comeBack waits for the prompt after somebody else typed.
func (c *Channel) comeBack(ctx context.Context) error {
	modes := make([]string, 0, len(c.cfg.Prompts))
	for _, p := range c.cfg.Prompts {
		modes = append(modes, p.Mode)
	}
	in := &Input{Modes: modes, Ends: true}
	x := &exchange{c: c, in: in, started: time.Now(), awaited: "the prompt"}
	c.mu.Lock()
	c.m.listen(in)
	c.m.spoken = true
	c.heard = x.started
	c.mu.Unlock()
	for {
		s, err := x.await(ctx)
		if err != nil {
			_, err = x.ended(ctx, err)
			return err
		}
		// What was typed may still be on its way: only a quiet says that the
		// prompt is the last one.
		if s.kind == atPrompt && x.stays(ctx, s) {
			_, err = x.reply(s)
			return err
		}
		if s.kind != atPrompt {
			return x.fail(ctx, &QuestionError{Input: "what was typed", Question: s.line})
		}
	}
}

// tap copies what the device sends to a writer.
type tap struct {
	failed chan error // the first error of out; capacity 1

	mu  sync.Mutex
	out io.Writer // nil once the tap is closed
}

// copyOut gives p to the tap, if there is one, before the machine sees it: who
// sees the machine at a prompt has the prompt in out.
func (c *Channel) copyOut(p []byte) (tapped bool) {
	c.mu.Lock()
	t := c.tap
	c.mu.Unlock()
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out == nil {
		return false
	}
	if _, err := t.out.Write(p); err != nil {
		select {
		case t.failed <- err:
		default:
		}
	}
	return true
}

// untap ends the copying: out is not written to any more once it returns.
func (c *Channel) untap() {
	c.mu.Lock()
	t := c.tap
	c.tap = nil
	c.mu.Unlock()
	t.mu.Lock()
	t.out = nil
	t.mu.Unlock()
}
