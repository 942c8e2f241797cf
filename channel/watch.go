package channel

import (
	"context"
	"sync"
	"time"
)

// A watch calls an operation away when its context ends: from a wait, so that it
// looks at the context, and from a write that the device does not take by closing the
// session, since nothing else ends that. One serves all waits and writes with the same
// context.
type watch struct {
	done <-chan struct{} // of the context
	stop func() bool

	mu      sync.Mutex
	writing bool
	closed  bool // the session, for a write
}

// writeGrace is how long a write may take on when its context has ended: nearly every
// write is over at once, and a session that lives can be led back to its prompt.
const writeGrace = 250 * time.Millisecond

// watch has ctx watched for the operation under way, and for no one else. It returns
// nil for a context that never ends.
func (c *Channel) watch(ctx context.Context) *watch {
	done := ctx.Done()
	if c.watched != nil && c.watched.done == done {
		return c.watched
	}
	c.unwatch()
	if done == nil {
		return nil
	}
	w := &watch{done: done}
	w.stop = context.AfterFunc(ctx, func() {
		// No write begins under a context that has ended: this is about the one under way.
		if w.isWriting() {
			time.AfterFunc(writeGrace, func() {
				if w.giveUp() {
					_ = c.conn.Close()
				}
			})
		}
		c.tell()
	})
	c.watched = w
	return w
}

// begin is called before a write. Like those below it does nothing where w is nil.
func (w *watch) begin() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writing = true
}

// end is called after it, and reports whether the session was closed for it.
func (w *watch) end() (closed bool) {
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writing = false
	return w.closed
}

// over reports whether the context has ended.
func (w *watch) over() bool {
	if w == nil {
		return false
	}
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

func (w *watch) isWriting() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writing
}

// giveUp reports whether a write is still under way, for which the session is to be
// closed.
func (w *watch) giveUp() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = w.writing
	return w.closed
}

// unwatch ends the watch.
func (c *Channel) unwatch() {
	if c.watched != nil {
		c.watched.stop()
		c.watched = nil
	}
}
