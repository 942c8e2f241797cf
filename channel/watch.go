package channel

import (
	"context"
	"sync/atomic"
)

// A watch calls an operation away when its context ends: from a wait, so that it
// looks at the context, and from a write by closing the session, since nothing else
// ends a write. One serves all waits and writes with the same context.
type watch struct {
	done    <-chan struct{} // of the context
	stop    func() bool
	writing atomic.Bool
}

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
		if w.writing.Load() {
			_ = c.conn.Close()
		}
		c.tell()
	})
	c.watched = w
	return w
}

// unwatch ends the watch.
func (c *Channel) unwatch() {
	if c.watched != nil {
		c.watched.stop()
		c.watched = nil
	}
}
