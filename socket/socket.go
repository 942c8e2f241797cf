// Package socket turns a name and a port into a live TCP connection: every
// address tried, every failure named, liveness known.
//
// It is the bottom of a terminal session and knows nothing of what is spoken
// over the connection. It listens on nothing and pools nothing.
package socket

import (
	"context"
	"net"
	"sync"
)

// Socket is a TCP connection to one host that can be opened, asked whether it
// lives, closed, and opened again. It is safe for concurrent use.
type Socket struct {
	host string
	port int
	opts Options

	mu   sync.Mutex
	conn net.Conn
}

// New makes a socket for port on host, a name or a literal address. It does no
// I/O and cannot fail; what is wrong with its arguments Open says. Nil options
// are the zero Options.
func New(host string, port int, opts *Options) *Socket {
	s := &Socket{host: host, port: port}
	if opts != nil {
		s.opts = *opts
	}
	return s
}

// Open connects. On an open socket it does nothing.
func (s *Socket) Open(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		return nil
	}
	conn, err := Dial(ctx, s.host, s.port, &s.opts)
	if err != nil {
		return err
	}
	s.conn = conn
	return nil
}

// Conn is the open connection, nil before Open and after Close.
func (s *Socket) Conn() net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

// Alive reports whether the socket is open and the peer has not ended it.
func (s *Socket) Alive() bool { return Alive(s.Conn()) }

// Close ends the connection. On a closed socket it does nothing.
func (s *Socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return nil
	}
	err := s.conn.Close()
	s.conn = nil
	return err
}
