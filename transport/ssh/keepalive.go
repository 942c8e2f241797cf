package ssh

import (
	"context"
	"errors"
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

// keepAlive watches a device that may have gone away without a word. Whatever
// it sends is a sign of life; only after an interval of silence is it asked, once.
func (c *Client) keepAlive() {
	ticker := time.NewTicker(c.s.KeepAlive)
	defer ticker.Stop()
	answered := make(chan struct{}, 1)
	var asked bool
	var silent int
	heard := c.w.received.Load()
	for {
		select {
		case <-c.closing:
			return
		case <-c.over:
			return
		case <-answered:
			asked = false
			continue
		case <-ticker.C:
		}
		if now := c.w.received.Load(); now != heard {
			heard, silent = now, 0
			continue
		}
		if silent++; silent >= c.s.KeepAliveCount {
			_ = c.w.end(errSilent)
			return
		}
		if !asked {
			asked = true
			c.tasks.Go(func() {
				_ = c.ping()
				answered <- struct{}{}
			})
		}
	}
}
