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
// device has come back to a prompt; the session then goes on. When ctx ends, or
// in or out fails, it returns that error, with the device interrupted and at its
// prompt, or with ErrClosed beside it.
//
// Once it returns nothing more is typed. A Read of in or a Write of out that
// blocks is left behind: it ends when it ends, and a key read by then is lost.
func (c *Channel) Attach(ctx context.Context, in io.Reader, out io.Writer) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	if err := c.Err(); err != nil {
		return err
	}
	c.listen()
	shown, keys := newTap(out), &keyboard{c: c, turn: make(chan struct{}, 1), at: -1}
	c.mu.Lock()
	shown.put(c.m.term.Current())
	c.tap = shown
	c.mu.Unlock()
	defer c.untap(shown)

	typed := make(chan error, 1)
	go func() { typed <- keys.copy(in) }()
	var err error
	select {
	case err = <-typed:
	case err = <-shown.failed:
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-c.done:
	}
	typedAt := keys.shut()
	select {
	case <-c.done:
		shown.finish(ctx)
		return nil
	default:
	}
	if err == nil {
		if err = c.comeBack(ctx, typedAt); err == nil {
			shown.finish(ctx)
		}
		return err
	}
	shown.abandon()
	if c.recover(context.WithoutCancel(ctx)) != nil {
		return errors.Join(err, ErrClosed)
	}
	return err
}

// comeBack waits for the prompt after somebody else typed; typedAt is how often the
// device had spoken when that was last. Where it has said nothing since, a prompt
// that stands there is an old one.
func (c *Channel) comeBack(ctx context.Context, typedAt int) error {
	modes := make([]string, 0, len(c.cfg.Prompts))
	for _, p := range c.cfg.Prompts {
		modes = append(modes, p.Mode)
	}
	in := &Input{Modes: modes, Ends: true}
	x := &exchange{c: c, in: in, started: time.Now(), awaited: "the prompt"}
	c.mu.Lock()
	c.adrift = false
	c.m.listen(in)
	c.m.spoken = typedAt != c.reads
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
		if s.kind == atPrompt {
			if x.stays(ctx, s) {
				_, err = x.reply(s)
				return err
			}
			if err := x.over(ctx); err != nil {
				_, err = x.ended(ctx, err)
				return err
			}
			continue
		}
		if s.kind == maybePrompt {
			c.mu.Lock()
			c.m.probing(s.line)
			c.mu.Unlock()
			if err = c.write(ctx, c.cfg.Return); err == nil {
				continue
			}
		} else {
			err = &QuestionError{Input: "what was typed", Question: s.line}
		}
		return x.fail(ctx, err)
	}
}

// keyboard types what is read, until it is shut.
type keyboard struct {
	c    *Channel
	turn chan struct{} // holds a token while something is typed
	off  bool          // nothing more is typed
	at   int           // how often the device had spoken when something was typed; -1 before
}

func (k *keyboard) copy(in io.Reader) error {
	buf := make([]byte, 4<<10)
	for {
		n, err := in.Read(buf)
		if n > 0 {
			if done, err := k.press(buf[:n]); done || err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// press types p, unless the keyboard is shut.
func (k *keyboard) press(p []byte) (shut bool, err error) {
	k.turn <- struct{}{}
	defer func() { <-k.turn }()
	if k.off {
		return true, nil
	}
	k.c.mu.Lock()
	k.at = k.c.reads
	k.c.mu.Unlock()
	k.c.typing.Lock()
	defer k.c.typing.Unlock()
	_, err = k.c.conn.Write(p)
	return false, err
}

// shut lets nothing more be typed, and returns how often the device had spoken at
// the last key; -1 where there was none. A device that does not take what is being
// typed loses the session.
func (k *keyboard) shut() (typedAt int) {
	timer := time.NewTimer(k.c.cfg.Grace)
	defer timer.Stop()
	select {
	case k.turn <- struct{}{}:
	case <-timer.C:
		_ = k.c.conn.Close()
		k.turn <- struct{}{}
	}
	k.off = true
	at := k.at
	<-k.turn
	return at
}

// maxShown bounds what waits for a slow writer; the device is held back then.
const maxShown = 256 << 10

// tap copies what the device sends to a writer, which may be slow or stuck
// without holding up anything but the device.
type tap struct {
	failed chan error    // the first error of the writer; capacity 1
	done   chan struct{} // closed when nothing more is written

	mu     sync.Mutex
	change sync.Cond
	wait   []byte // still to be written
	ended  bool   // nothing more is taken
}

func newTap(out io.Writer) *tap {
	t := &tap{failed: make(chan error, 1), done: make(chan struct{})}
	t.change.L = &t.mu
	go t.run(out)
	return t
}

func (t *tap) run(out io.Writer) {
	defer close(t.done)
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		for len(t.wait) == 0 && !t.ended {
			t.change.Wait()
		}
		if len(t.wait) == 0 {
			return
		}
		p := t.wait
		t.wait = nil
		t.change.Broadcast()
		t.mu.Unlock()
		_, err := out.Write(p)
		t.mu.Lock()
		if err != nil {
			t.failed <- err
			t.ended, t.wait = true, nil
			t.change.Broadcast()
			return
		}
	}
}

// put hands p to the writer, once there is room. It reports whether the tap is
// open.
func (t *tap) put(p []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.wait) >= maxShown && !t.ended {
		t.change.Wait()
	}
	if !t.ended {
		t.wait = append(t.wait, p...)
		t.change.Broadcast()
	}
	return !t.ended
}

// finish waits until all was written, as long as ctx lasts.
func (t *tap) finish(ctx context.Context) {
	t.mu.Lock()
	t.ended = true
	t.change.Broadcast()
	t.mu.Unlock()
	select {
	case <-t.done:
	case <-ctx.Done():
	}
}

// abandon drops what was not written yet and takes no more.
func (t *tap) abandon() {
	t.mu.Lock()
	t.ended, t.wait = true, nil
	t.change.Broadcast()
	t.mu.Unlock()
}

// untap ends the copying.
func (c *Channel) untap(t *tap) {
	c.mu.Lock()
	c.tap = nil
	c.mu.Unlock()
	t.abandon()
}
