package jump

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/vtynet/vty/transport/ssh"
)

// HopError says which jump host could not be reached. It wraps the reason: an
// error of package socket or of package ssh, or a *ssh.TunnelError of the hop
// before it.
type HopError struct {
	Hop string // USER@HOST:PORT
	Err error
}

func (e *HopError) Error() string { return fmt.Sprintf("jump host %s: %v", e.Hop, e.Err) }

// Unwrap returns the reason.
func (e *HopError) Unwrap() error { return e.Err }

// hop is one jump host at one place in a chain, and the connections to it.
type hop struct {
	Hop
	pool   *Pool
	before *hop         // what it is reached through; nil for the first
	after  map[Hop]*hop // under the pool's lock

	mu      sync.Mutex
	links   []*link
	dialing *dialing
	begun   time.Time // when the last connection was begun
	refused error     // why it is not tried again
	closed  bool
}

// link is a connection to a hop and how many go through it.
type link struct {
	client *ssh.Client
	users  int
	idle   *time.Timer // closes it; nil while it is used
}

// dialing is a connection that is being opened. All who wait for it share what
// comes of it, and it goes on as long as one of them waits.
type dialing struct {
	waiting int
	cancel  context.CancelCauseFunc
	done    chan struct{}
	err     error // set before done is closed
}

// dial opens a way through the hop.
func (h *hop) dial(ctx context.Context, host string, port int) (net.Conn, error) {
	for again := false; ; again = true {
		l, err := h.acquire(ctx)
		if err != nil {
			return nil, err
		}
		conn, err := l.client.Dial(ctx, host, port)
		if err == nil {
			return &through{Conn: conn, done: sync.OnceFunc(func() { h.release(l) })}, nil
		}
		h.release(l)
		// A connection may have gone bad while nobody used it.
		if again || !errors.Is(err, ssh.ErrLost) || ctx.Err() != nil {
			return nil, err
		}
		h.drop(l)
	}
}

// acquire gives a connection to the hop that has room, opening one if need be.
func (h *hop) acquire(ctx context.Context) (*link, error) {
	for {
		h.mu.Lock()
		switch {
		case h.closed:
			h.mu.Unlock()
			return nil, ErrClosed
		case h.refused != nil:
			h.mu.Unlock()
			return nil, h.refused
		}
		if l := h.room(); l != nil {
			h.mu.Unlock()
			return l, nil
		}
		d := h.dialing
		if d == nil {
			d = h.begin(ctx)
		}
		d.waiting++
		h.mu.Unlock()
		select {
		case <-d.done:
			if d.err != nil {
				return nil, d.err
			}
		case <-ctx.Done():
			h.mu.Lock()
			if d.waiting--; d.waiting == 0 {
				d.cancel(context.Cause(ctx))
			}
			h.mu.Unlock()
			return nil, &HopError{Hop: h.String(), Err: context.Cause(ctx)}
		}
	}
}

// room takes a place on a connection. The caller holds the lock.
func (h *hop) room() *link {
	alive := h.links[:0]
	var found *link
	for _, l := range h.links {
		if !l.client.Alive() {
			go func() { _ = l.client.Close() }()
			continue
		}
		alive = append(alive, l)
		if found == nil && (h.pool.MaxChannels <= 0 || l.users < h.pool.MaxChannels) {
			found = l
		}
	}
	h.links = alive
	if found != nil {
		found.users++
		if found.idle != nil {
			found.idle.Stop()
			found.idle = nil
		}
	}
	return found
}

// begin starts to open a connection. The caller holds the lock.
func (h *hop) begin(ctx context.Context) *dialing {
	// What the first who asked put into its context stays; its end is not the others'.
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	d := &dialing{cancel: cancel, done: make(chan struct{})}
	h.dialing = d
	var wait time.Duration
	if h.pool.PerSecond > 0 && !h.begun.IsZero() {
		wait = time.Until(h.begun.Add(time.Duration(float64(time.Second) / h.pool.PerSecond)))
	}
	h.begun = time.Now().Add(max(wait, 0))
	go func() {
		client, err := h.connect(ctx, wait)
		cancel(nil)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.dialing = nil
		if err == nil && h.closed {
			_ = client.Close()
			err = ErrClosed
		}
		if err != nil {
			d.err = &HopError{Hop: h.String(), Err: err}
			if errors.Is(err, ssh.ErrAuth) || errors.Is(err, ssh.ErrHostKey) {
				h.refused = d.err
			}
		} else {
			l := &link{client: client}
			h.links = append(h.links, l)
			h.rest(l)
		}
		close(d.done)
	}()
	return d
}

// connect opens a connection to the hop, by way of the one before it.
func (h *hop) connect(ctx context.Context, wait time.Duration) (*ssh.Client, error) {
	if wait > 0 {
		turn := time.NewTimer(wait)
		defer turn.Stop()
		select {
		case <-turn.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	cfg := h.SSH
	if cfg == nil {
		cfg = &ssh.Config{}
	}
	if h.before != nil {
		own := *cfg
		own.Dial = h.before.dial
		cfg = &own
	}
	return ssh.Connect(ctx, h.Host, h.Port, cfg)
}

// release gives a place back.
func (h *hop) release(l *link) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l.users--; l.users == 0 {
		h.rest(l)
	}
}

// rest lets a connection end that nobody comes to use. The caller holds the lock.
func (h *hop) rest(l *link) {
	idle := h.pool.Idle
	if idle <= 0 {
		idle = DefaultIdle
	}
	l.idle = time.AfterFunc(idle, func() {
		h.mu.Lock()
		unused := l.users == 0
		if unused {
			h.forget(l)
		}
		h.mu.Unlock()
		if unused {
			_ = l.client.Close()
		}
	})
}

// drop ends a connection.
func (h *hop) drop(l *link) {
	h.mu.Lock()
	h.forget(l)
	h.mu.Unlock()
	_ = l.client.Close()
}

// forget takes a connection off the list. The caller holds the lock.
func (h *hop) forget(l *link) {
	h.links = slices.DeleteFunc(h.links, func(other *link) bool { return other == l })
}

// close ends every connection to the hop, and to those behind it before.
func (h *hop) close() {
	for _, next := range h.after {
		next.close()
	}
	h.mu.Lock()
	h.closed = true
	links, d := h.links, h.dialing
	h.links = nil
	for _, l := range links {
		if l.idle != nil {
			l.idle.Stop()
		}
	}
	if d != nil {
		d.cancel(ErrClosed)
	}
	h.mu.Unlock()
	for _, l := range links {
		_ = l.client.Close()
	}
	if d != nil {
		<-d.done
	}
}

// through is a connection that gives its place back when it is closed.
type through struct {
	net.Conn
	done func()
}

func (t *through) Close() error {
	err := t.Conn.Close()
	t.done()
	return err
}

// NetConn is the connection itself, whose liveness package socket asks for.
func (t *through) NetConn() net.Conn { return t.Conn }

// CloseWrite tells the other end that no more comes.
func (t *through) CloseWrite() error {
	if c, ok := t.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}
