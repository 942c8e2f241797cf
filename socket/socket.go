// Package socket turns a name and a port into a live TCP connection: every
// address tried, every failure named, liveness known.
//
// [Dial] does it in one step. A [Socket] is for those who open, close and open
// again. [Alive] tells of any connection whether its peer is still there.
//
// It is the bottom of a terminal session and knows nothing of what is spoken
// over the connection. It does not listen, pool, retry or send a byte of its
// own, save to a proxy.
package socket

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Socket is a TCP connection to one host that can be opened, asked whether it
// lives, closed, and opened again. Make one with [New]. It is safe for
// concurrent use; Alive, Conn and Close wait for no Open.
type Socket struct {
	host string
	port int
	opts Options
	log  *slog.Logger

	turn chan struct{} // held by the Open at work, so that two never dial at once

	mu     sync.Mutex
	conn   net.Conn                // nil while closed
	cancel context.CancelCauseFunc // ends the Open at work; nil without one
}

// New makes a socket for port on host, a name or a literal address. It does no
// I/O and cannot fail; what is wrong with its arguments Open says. Nil opts are
// the zero Options.
func New(host string, port int, opts *Options) *Socket {
	if opts == nil {
		opts = &Options{}
	}
	return &Socket{
		host: host,
		port: port,
		opts: *opts,
		log:  opts.logger(unbracket(host), port),
		turn: make(chan struct{}, 1),
	}
}

// Open connects, as [Dial] does. On an open socket it does nothing; one whose
// peer has gone is closed first and opened anew. Of two Opens at once one
// connects while the other waits for it. A Close that comes while Open is at
// work makes it fail with an error that is [net.ErrClosed]. Every error is an
// [*OpenError].
func (s *Socket) Open(ctx context.Context) error {
	begun := time.Now()
	fail := func(ctx context.Context) error {
		return &OpenError{Host: unbracket(s.host), Port: s.port, Elapsed: time.Since(begun), Err: ended(ctx)}
	}
	ctx, stop := withLimit(ctx, "total", s.opts.timeout()) // the wait for another Open counts
	defer stop()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return fail(ctx)
	}

	s.mu.Lock()
	if Alive(s.conn) {
		s.mu.Unlock()
		return nil
	}
	if s.conn != nil {
		s.log.Debug("the peer is gone; opening again")
		_ = s.conn.Close()
		s.conn = nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.cancel = cancel
	s.mu.Unlock()

	conn, err := Dial(ctx, s.host, s.port, &s.opts)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel = nil
	if err == nil && context.Cause(ctx) == errClosed {
		_ = conn.Close()
		return fail(ctx)
	}
	s.conn = conn
	return err
}

// errClosed is why an Open ends that a Close cuts short.
var errClosed = fmt.Errorf("the socket was closed while it opened: %w", net.ErrClosed)

// Conn is the connection, nil before Open and after Close. It is the same until
// then, also when its peer has gone.
func (s *Socket) Conn() net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

// Alive reports whether the socket is open and its peer has not ended the
// connection; see the function [Alive].
func (s *Socket) Alive() bool { return Alive(s.Conn()) }

// Close ends the connection, whether or not it is alive, and makes a blocked
// Read or Write of it return. It also ends an Open at work. On a closed socket
// it does nothing. The socket can be opened again.
func (s *Socket) Close() error {
	s.mu.Lock()
	conn := s.conn
	s.conn = nil
	if s.cancel != nil {
		s.cancel(errClosed)
	}
	s.mu.Unlock()
	if conn == nil {
		return nil
	}
	s.log.Debug("closing")
	err := conn.Close()
	s.log.Debug("closed")
	return err
}
