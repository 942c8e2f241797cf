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
	s, err := cfg.settings(host, port)
	if err != nil {
		return nil, err
	}
	checker, err := newHostChecker(s)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	conn, err := socket.Dial(ctx, s.host, s.port, s.socketOptions())
	if err != nil {
		return nil, err
	}
	if f := s.Trace.Connected; f != nil {
		f(conn.RemoteAddr(), time.Since(start))
	}
	return open(ctx, s, checker, conn)
}

// New opens a shell over a connection that is already there, of any kind. Host
// and port are those that the host key is checked for. New owns conn from here
// on: it closes it on failure, and the returned Conn closes it in the end.
func New(ctx context.Context, conn net.Conn, host string, port int, cfg *Config) (*Conn, error) {
	s, err := cfg.settings(host, port)
	if err == nil {
		var checker *hostChecker
		if checker, err = newHostChecker(s); err == nil {
			return open(ctx, s, checker, conn)
		}
	}
	_ = conn.Close()
	return nil, err
}

func open(ctx context.Context, s *settings, checker *hostChecker, netConn net.Conn) (*Conn, error) {
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
	c := newConn(h, l)
	if err := c.openShell(h); err != nil {
		err = h.fail(err)
		_ = c.Close()
		return nil, err
	}
	if !stop() { // the context ended at the last moment and closed the connection
		_ = c.Close()
		return nil, h.fail(ended(ctx))
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
