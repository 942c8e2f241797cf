package ssh

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/vtynet/vty/socket"
)

// Dial connects to host, a name or an address, and opens a shell there. Port 0
// is 22.
//
// The context governs all of it, and nothing after it. Errors are those of
// package socket until the connection is open, then *HandshakeError. Dial may be
// called from many goroutines with one Config.
func Dial(ctx context.Context, host string, port int, cfg *Config) (*Conn, error) {
	s, checker, err := prepare(host, port, cfg)
	if err != nil {
		return nil, err
	}
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	return open(ctx, s, checker, conn)
}

// New opens a shell over a connection that is already there, of any kind. Host
// and port are those that the host key is checked for. New owns conn from here
// on: it closes it on failure, and the returned Conn closes it in the end.
func New(ctx context.Context, conn net.Conn, host string, port int, cfg *Config) (*Conn, error) {
	s, checker, err := prepare(host, port, cfg)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return open(ctx, s, checker, conn)
}

// prepare checks what was asked for, before anything is sent.
func prepare(host string, port int, cfg *Config) (*settings, *hostChecker, error) {
	s, err := cfg.settings(host, port)
	if err != nil {
		return nil, nil, err
	}
	checker, err := newHostChecker(s)
	return s, checker, err
}

// connect opens the connection that SSH is spoken on.
func (s *settings) connect(ctx context.Context) (conn net.Conn, err error) {
	start := time.Now()
	if s.Config.Dial != nil {
		conn, err = s.Config.Dial(ctx, s.host, s.port)
	} else {
		conn, err = socket.Dial(ctx, s.host, s.port, s.socketOptions())
	}
	if err != nil {
		return nil, err
	}
	if f := s.Trace.Connected; f != nil {
		f(conn.RemoteAddr(), time.Since(start))
	}
	return conn, nil
}

// open authenticates and opens the session.
func open(ctx context.Context, s *settings, checker *hostChecker, netConn net.Conn) (*Conn, error) {
	var c *Conn
	_, err := join(ctx, s, checker, netConn, func(client *Client, h *handshake) error {
		c = newConn(client, s.session)
		c.owner = true
		err := c.openShell(func() { h.enter(PhaseShell) })
		if err != nil {
			err = h.fail(err)
			_ = c.Close()
			return err
		}
		took := h.enter(PhaseShell)
		s.log.Debug("shell", "took", took)
		if f := s.Trace.ShellOpened; f != nil {
			f(took)
		}
		return nil
	})
	if err != nil {
		if c != nil {
			_ = c.Close()
		}
		return nil, err
	}
	return c, nil
}

// join authenticates, and does what is to be done at once within the same limit.
func join(ctx context.Context, s *settings, checker *hostChecker, netConn net.Conn, then func(*Client, *handshake) error) (*Client, error) {
	ctx, cancel := s.limit(ctx)
	defer cancel()
	h := newHandshake(ctx, s, checker, netConn)
	stop := context.AfterFunc(ctx, func() { _ = h.w.end(ended(ctx)) })
	defer stop()

	l, err := h.run()
	if err != nil {
		_ = h.w.end(err)
		return nil, err
	}
	c := newClient(h, l)
	if then != nil {
		if err := then(c, h); err != nil {
			_ = c.Close()
			return nil, err
		}
	}
	if !stop() { // the context ended at the last moment and closed the connection
		err := h.fail(ended(ctx))
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// limit puts the handshake's own limit on ctx.
func (s *settings) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	d := s.HandshakeTimeout
	if _, has := ctx.Deadline(); d == 0 && !has {
		d = DefaultHandshakeTimeout
	}
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("handshake timeout of %v: %w", d, context.DeadlineExceeded))
}
