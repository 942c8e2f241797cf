package ssh

import (
	"context"
	"errors"
	"sync"
	"time"
)

const keepAliveRequest = "keepalive@openssh.com"

// silentIntervals is after how many intervals without a byte a device is given
// up, where nobody says otherwise.
const silentIntervals = 3

var errSilent = errors.New("the device gives no sign of life")

// KeepAlive asks the device for a sign of life, which nobody sees in the
// terminal, and waits for it. That the device does not know the request is as
// good an answer as any.
func (c *Client) KeepAlive(ctx context.Context) error {
	return c.within(ctx, c.ping)
}

func (c *Client) ping() error {
	_, _, err := c.ssh.SendRequest(keepAliveRequest, true, nil)
	return err
}

// pulse is what is known of a device's signs of life. It is felt by a timer:
// thousands of connections would need a goroutine each.
type pulse struct {
	mu      sync.Mutex
	timer   *time.Timer // nil where nobody watches
	stopped bool
	heard   int64 // bytes received when it was felt last
	silent  int   // intervals without any since
	asked   bool  // a sign of life was asked for and has not come
}

// watchOver watches a device that may go away without a word. Whatever it sends is
// a sign of life; only after an interval of silence is it asked, once.
func (c *Client) watchOver() {
	if c.s.KeepAlive <= 0 {
		return
	}
	p := &c.pulse
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = c.w.received.Load()
	p.timer = time.AfterFunc(c.s.KeepAlive, c.feel)
}

// feel is called once in an interval.
func (c *Client) feel() {
	p := &c.pulse
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-c.over:
		return
	default:
	}
	switch now := c.w.received.Load(); {
	case p.stopped:
		return
	case now != p.heard:
		p.heard, p.silent = now, 0
	default:
		if p.silent++; p.silent >= c.s.KeepAliveCount {
			_ = c.w.end(errSilent)
			return
		}
		if !p.asked {
			p.asked = true
			c.tasks.Go(c.ask)
		}
	}
	p.timer.Reset(c.s.KeepAlive)
}

// ask asks for a sign of life.
func (c *Client) ask() {
	_ = c.ping()
	c.pulse.mu.Lock()
	defer c.pulse.mu.Unlock()
	c.pulse.asked = false
}

// stop ends the watch.
func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	if p.timer != nil {
		p.timer.Stop()
	}
}
