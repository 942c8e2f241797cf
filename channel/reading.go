package channel

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/vtynet/vty/transport"
)

// Who reads. Over most transports one goroutine does, all the time. Where the
// transport is a transport.Receiver, an operation reads by itself while it waits: a
// hand-over wakes a thread, which costs more than a short command. Between operations
// nobody reads for a moment, and then a listener, which hears late output and the end
// of the session; before an operation types anything it takes in what came in that
// moment. A listener that is there when an operation begins is left alone: it hands
// over what comes first, and the reading with it.
type reading struct {
	from transport.Receiver // nil where one goroutine reads all the time

	// Under the channel's lock:
	by      reader
	busy    bool        // an operation is under way
	pinned  bool        // the listener stays while that is
	rested  time.Time   // when the last operation that read was over
	resting bool        // lull is set
	lull    *time.Timer // begins the listener

	waiting atomic.Bool // the operation is in Receive, or about to be; set under the lock
}

type reader int

const (
	nobody    reader = iota
	operation        // the one under way
	listener         // a goroutine
)

// lullTime is how long after an operation the listener begins. What is typed sooner
// costs no goroutine.
const lullTime = 10 * time.Millisecond

// attend gives the reading to the operation that has just got the turn, unless a
// listener is there, and takes in what has come.
func (c *Channel) attend(ctx context.Context) {
	r := &c.reading
	if r.from == nil {
		return
	}
	c.mu.Lock()
	r.busy = true
	own := r.by == nobody && c.readErr == nil && !c.closed
	if own {
		r.by = operation
	}
	c.mu.Unlock()
	c.watch(ctx)
	// A device that sends faster than this reads is stopped by the fence.
	for n := 0; own && n < 64; n++ {
		p, err := r.from.Receive(false)
		own = len(p) > 0
		if own {
			c.take(p)
		}
		r.from.Release()
		if err != nil {
			c.ended(err)
			return
		}
	}
}

// rest ends the reading of the operation under way.
func (c *Channel) rest() {
	r := &c.reading
	if r.from == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r.busy, r.pinned = false, false
	if r.by == operation {
		r.by, r.rested = nobody, time.Now()
		c.rouseListener(lullTime)
	}
}

// rouseListener has the listener begin in so long. The caller holds the lock.
func (c *Channel) rouseListener(after time.Duration) {
	r := &c.reading
	if r.resting || c.closed || c.readErr != nil {
		return
	}
	r.resting = true
	if r.lull == nil {
		r.lull = time.AfterFunc(after, c.lulled)
		return
	}
	r.lull.Reset(after)
}

// lulled begins the listener, if nothing was read for long enough.
func (c *Channel) lulled() {
	r := &c.reading
	c.mu.Lock()
	defer c.mu.Unlock()
	r.resting = false
	if r.by != nobody || c.closed || c.readErr != nil {
		return
	}
	if left := time.Until(r.rested.Add(lullTime)); left > 0 {
		c.rouseListener(left)
		return
	}
	r.by = listener
	c.m.term.Shrink()
	go c.hear()
}

// listen has a listener read from now on, until the operation under way is over: who
// calls it waits for something else than the device, or types more than a device may
// take that is not read meanwhile.
func (c *Channel) listen() {
	r := &c.reading
	if r.from == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r.pinned = true
	if r.by != listener && c.readErr == nil && !c.closed {
		r.by = listener
		go c.hear()
	}
}

// hear is the listener.
func (c *Channel) hear() {
	r := &c.reading
	for {
		p, err := r.from.Receive(true)
		if len(p) > 0 {
			c.take(p)
		}
		r.from.Release()
		if err != nil {
			c.ended(err)
			return
		}
		c.mu.Lock()
		over := r.busy && !r.pinned && len(p) > 0
		if over {
			r.by = operation
			c.tell()
		}
		c.mu.Unlock()
		if over {
			return
		}
	}
}

// wait waits until there is something to look at: what came, or the alarm.
func (c *Channel) wait(ctx context.Context) error {
	r := &c.reading
	own := false
	if r.from != nil {
		c.mu.Lock()
		own = r.by == operation && c.readErr == nil && !c.closed
		r.waiting.Store(own)
		c.mu.Unlock()
	}
	if own {
		c.receive(ctx)
	} else {
		select {
		case <-c.news:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// receive is wait for an operation that reads by itself.
func (c *Channel) receive(ctx context.Context) {
	r := &c.reading
	c.watch(ctx)
	for woken := false; !woken; {
		select {
		case <-c.news:
			woken = true
			continue
		default:
		}
		p, err := r.from.Receive(true)
		woken = len(p) == 0 || c.take(p)
		r.from.Release()
		if err != nil {
			c.ended(err)
			woken = true
		}
	}
	c.mu.Lock()
	r.waiting.Store(false)
	shut := c.closed
	c.mu.Unlock()
	if shut { // Close left the end to us
		c.ended(net.ErrClosed)
	}
}

// unread ends the reading of a channel that was closed, where nobody reads.
func (c *Channel) unread() {
	r := &c.reading
	if r.from == nil {
		return
	}
	c.mu.Lock()
	if r.lull != nil {
		r.lull.Stop()
	}
	alone := r.by != listener && !r.waiting.Load()
	c.mu.Unlock()
	if alone {
		c.ended(net.ErrClosed)
	}
}

// ended notes how the reading has ended. Only the first time counts.
func (c *Channel) ended(err error) {
	if err == nil {
		err = io.EOF
	}
	c.mu.Lock()
	if c.readErr != nil {
		c.mu.Unlock()
		return
	}
	c.readErr = err
	through := c.passage
	c.tell()
	c.mu.Unlock()
	if through != nil {
		through.finish(err)
	}
	close(c.done)
}
