// Package raw reaches a terminal over a bare TCP connection: the raw port of a
// console server, where every byte goes as it is, both ways.
//
// It speaks no Telnet; that is package telnet. To a port that does, its offers
// would be text.
package raw

import (
	"context"
	"errors"
	"net"
	"sync/atomic"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
)

// Config is how to reach a raw port. The zero value, or a nil *Config, is right
// for most.
type Config struct {
	// Socket is how Dial opens the TCP connection.
	Socket *socket.Options
	// Dial, where not nil, opens the connection in place of package socket: by way
	// of a jump host or of a program. Socket is then of no account. The context
	// governs the opening and nothing after it.
	Dial func(ctx context.Context, host string, port int) (net.Conn, error)
}

// Conn is a terminal behind a TCP port. It is safe for concurrent use as
// [transport.Conn] says.
type Conn struct {
	net.Conn
	over atomic.Bool // closed by us, or ended
}

var (
	_ transport.Conn       = (*Conn)(nil)
	_ transport.Aliver     = (*Conn)(nil)
	_ transport.HalfCloser = (*Conn)(nil)
)

// Dial opens a connection to host and port by [socket.Dial] or Config.Dial, whose
// errors it returns. It types nothing.
func Dial(ctx context.Context, host string, port int, cfg *Config) (*Conn, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	var conn net.Conn
	var err error
	if cfg.Dial != nil {
		conn, err = cfg.Dial(ctx, host, port)
	} else {
		conn, err = socket.Dial(ctx, host, port, cfg.Socket)
	}
	if err != nil {
		return nil, err
	}
	return New(conn), nil
}

// New makes a terminal of a connection, which is the Conn's from then on.
func New(conn net.Conn) *Conn { return &Conn{Conn: conn} }

// Read returns io.EOF once the server has ended the connection in order.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.over.Store(true)
	}
	return n, err
}

// Receiver returns the terminal as one, where its connection can be one.
func (c *Conn) Receiver() transport.Receiver {
	if lend := socket.ReceiverOf(c.Conn); lend != nil {
		return receiver{lend, c}
	}
	return nil
}

// receiver is a Conn that is read without a buffer.
type receiver struct {
	socket.Receiver
	c *Conn
}

func (r receiver) Receive(wait bool) ([]byte, error) {
	p, err := r.Receiver.Receive(wait)
	if err != nil {
		r.c.over.Store(true)
	}
	return p, err
}

// Alive tells whether the server can still be reached, as far as is known without
// sending anything: see [socket.Alive]. Of the device behind it that says nothing.
func (c *Conn) Alive() bool { return !c.over.Load() && socket.Alive(c.Conn) }

// CloseWrite tells the server that no more will be written, where the connection
// can do that; TCP can. Where it cannot, the error is errors.ErrUnsupported.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(transport.HalfCloser); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Close ends the connection. A second Close does nothing.
func (c *Conn) Close() error {
	c.over.Store(true)
	if err := c.Conn.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
