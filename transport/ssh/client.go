package ssh

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"github.com/vtynet/vty/socket"
	xssh "golang.org/x/crypto/ssh"
)

// Client is an authenticated connection, on which any number of sessions run and
// which, at a jump host, is the way to others. It is safe for concurrent use.
type Client struct {
	s       *settings
	w       *wire
	ssh     xssh.Conn
	version string
	banner  string
	method  string
	kexInit []byte // the device's, for PeerOffer
	hostKey HostKey

	over    chan struct{} // closed when the connection has ended
	overErr error         // why, as x/crypto/ssh says; set before over is closed

	closing   chan struct{}
	closeOnce sync.Once
	tasks     sync.WaitGroup
	pulse     pulse
}

// Connect connects to host and authenticates, as Dial does, and opens no
// session.
func Connect(ctx context.Context, host string, port int, cfg *Config) (*Client, error) {
	s, checker, err := prepare(host, port, cfg)
	if err != nil {
		return nil, err
	}
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	return join(ctx, s, checker, conn, nil)
}

func newClient(h *handshake, l *link) *Client {
	c := &Client{
		s: h.s, w: h.w, ssh: l.Conn,
		version: string(l.ServerVersion()),
		banner:  h.banner.String(),
		method:  l.method,
		kexInit: h.w.hello.kexInit,
		hostKey: hostKeyOf(h.hostKey),
		over:    make(chan struct{}),
		closing: make(chan struct{}),
	}
	c.tasks.Go(func() { c.attend(l) })
	c.watchOver()
	return c
}

// attend answers what a device asks for until the connection ends, and notes why
// it did: signs of life are given, all else is declined. It is one goroutine for
// it all, since thousands of connections have one each.
func (c *Client) attend(l *link) {
	requests, channels := l.requests, l.channels
	for requests != nil || channels != nil {
		select {
		case r, more := <-requests:
			if !more {
				requests = nil
				break
			}
			_ = r.Reply(r.Type == keepAliveRequest, nil)
		case ch, more := <-channels:
			if !more {
				channels = nil
				break
			}
			_ = ch.Reject(xssh.Prohibited, "this client offers nothing")
		}
	}
	c.overErr = c.ssh.Wait()
	close(c.over)
}

// Session opens a further session: a shell, a subsystem or a command. Closing it
// leaves the connection as it is. A device may allow fewer sessions on a
// connection than are asked for; its refusal says so.
func (c *Client) Session(ctx context.Context, what Session) (*Conn, error) {
	what, err := what.withDefaults()
	if err != nil {
		return nil, err
	}
	conn := newConn(c, what)
	err = c.within(ctx, func() error { return conn.openShell(func() {}) })
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// cause is why the connection ended; nil while it has not.
func (c *Client) cause() error {
	cause := c.w.ended()
	if cause != nil && cause != errGivenUp {
		return cause
	}
	select {
	case <-c.over:
		return c.overErr
	default:
		return nil
	}
}

func (c *Client) lost(cause error) error {
	if cause == net.ErrClosed {
		return cause
	}
	return &LostError{Host: c.s.host, Port: c.s.port, Err: c.s.masker.Error(cause)}
}

// Close ends the connection and all that runs on it, and waits until it has
// stopped. It may be called more than once.
func (c *Client) Close() error {
	c.closeOnce.Do(func() {
		close(c.closing)
		c.pulse.stop()
		_ = c.w.end(net.ErrClosed)
		if !joined(&c.tasks, joinTime) {
			c.s.log.Debug("the connection's goroutines are held up")
		}
	})
	return nil
}

// joined waits for goroutines to end, for a while.
func joined(tasks *sync.WaitGroup, limit time.Duration) bool {
	done := make(chan struct{})
	go func() {
		tasks.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(limit):
		return false
	}
}

// leaveChannel closes a channel of a connection that goes on. The goodbye may
// have to wait until what others send has gone out.
func leaveChannel(ch xssh.Channel) {
	left := make(chan struct{})
	go func() {
		defer close(left)
		_ = ch.Close()
	}()
	select {
	case <-left:
	case <-time.After(partingTime):
	}
}

// within waits for f no longer than ctx and the connection last. f goes on until
// the connection ends.
func (c *Client) within(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return ended(ctx)
	}
	select {
	case <-c.closing:
		return net.ErrClosed
	default:
	}
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		if err == io.EOF {
			if cause := c.cause(); cause != nil {
				err = c.lost(cause)
			}
		}
		return err
	case <-ctx.Done():
		return ended(ctx)
	}
}

// Alive reports whether the connection is open and the device can be reached, as
// far as is known without sending anything.
func (c *Client) Alive() bool {
	select {
	case <-c.over:
		return false
	case <-c.closing:
		return false
	default:
		return c.w.ended() == nil && socket.Alive(c.w.Conn)
	}
}

// ServerVersion is how the device announced itself: "SSH-2.0-Cisco-1.25".
func (c *Client) ServerVersion() string { return c.version }

// Banner is the text that the device showed before it let us in, up to 64 KiB.
func (c *Client) Banner() string { return c.banner }

// AuthMethod is the method that the device accepted last, "none" where it asked
// for nothing.
func (c *Client) AuthMethod() string { return c.method }

// HostKey is the key that the device proved to hold.
func (c *Client) HostKey() HostKey { return c.hostKey }

// Algorithms are those in use.
func (c *Client) Algorithms() Algorithms { return algorithmsOf(c.ssh) }

// PeerOffer is all that the device offered.
func (c *Client) PeerOffer() Offer {
	o, _ := parseOffer(c.kexInit)
	return o
}

// RemoteAddr is the device's address.
func (c *Client) RemoteAddr() net.Addr { return c.w.RemoteAddr() }

// LocalAddr is our own.
func (c *Client) LocalAddr() net.Addr { return c.w.LocalAddr() }
