package netconf

import (
	"strconv"
	"sync"

	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/netconftest"
)

// maxPending is how many bytes wait for a client that does not read before it is cut
// off.
const maxPending = 256 << 20

// maxSpare is how large a buffer is kept for what is sent next.
const maxSpare = 1 << 20

// client is a session. What is sent to it waits in a buffer, so that a client that
// does not read holds up no other.
type client struct {
	*netconftest.Session
	chunk int

	mu      sync.Mutex
	wake    sync.Cond
	pending []byte
	over    bool
	flushed chan struct{} // closed when no more is written

	// The device's lock guards these.
	events  *subscription // by create-subscription
	subs    []*subscription
	started string
}

func newClient(s *netconftest.Session, chunk int) *client {
	c := &client{Session: s, chunk: chunk, flushed: make(chan struct{}), started: instant(now())}
	c.wake.L = &c.mu
	go c.flush()
	return c
}

// flush writes what is pending, as much at once as there is.
func (c *client) flush() {
	defer close(c.flushed)
	c.mu.Lock()
	defer c.mu.Unlock()
	var batch []byte
	for {
		for len(c.pending) == 0 {
			if c.over {
				return
			}
			c.wake.Wait()
		}
		batch, c.pending = c.pending, batch[:0]
		c.mu.Unlock()
		err := c.Write(batch)
		c.mu.Lock()
		if err != nil {
			c.over, c.pending = true, nil
			return
		}
		if cap(batch) > maxSpare {
			batch = nil
		}
	}
}

// send sends messages, in order.
func (c *client) send(messages ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	for _, m := range messages {
		c.pending = c.frame(c.pending, m)
	}
	if len(c.pending) > maxPending {
		c.over, c.pending = true, nil
		c.Close()
	}
	c.wake.Signal()
}

func (c *client) frame(dst []byte, message string) []byte {
	if c.chunk == 0 || c.Version == framing.V10 {
		dst, _ = framing.Append(dst, c.Version, []byte(message)) // fails for ]]>]]> alone, in base:1.0
		return dst
	}
	for len(message) > 0 {
		n := min(c.chunk, len(message))
		dst = append(append(append(dst, "\n#"...), strconv.Itoa(n)...), '\n')
		dst, message = append(dst, message[:n]...), message[n:]
	}
	return append(dst, "\n##\n"...)
}

// reply answers a request with what stands within <rpc-reply>.
func (c *client) reply(r *netconftest.Request, inner string) {
	c.send(`<rpc-reply xmlns="` + baseNS + `" message-id="` + r.ID + `">` + inner + `</rpc-reply>`)
}

// end lets nothing more be sent. What is pending is still written, and flushed is
// closed then.
func (c *client) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	c.wake.Signal()
}
