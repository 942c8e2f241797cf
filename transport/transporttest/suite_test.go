package transporttest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
)

// memConn is the simplest transport that there can be: a pipe in memory with
// every optional interface.
type memConn struct {
	*memnet.Conn
	mu    sync.Mutex
	size  transport.Size
	ended bool
}

func (c *memConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		c.end()
	}
	return n, err
}

func (c *memConn) Close() error {
	c.end()
	return c.Conn.Close()
}

func (c *memConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

func (c *memConn) Alive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.ended
}

func (c *memConn) Size() transport.Size {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

func (c *memConn) Resize(_ context.Context, size transport.Size) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return net.ErrClosed
	}
	c.size = size
	return nil
}

func TestPipeInMemory(t *testing.T) {
	l := memnet.Listen("device")
	defer l.Close()
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			client, device := memnet.Pipe()
			return &memConn{Conn: client}, device
		},
		Dial: func(ctx context.Context) (transport.Conn, error) { return l.Dial(ctx) },
		DialSilent: func(ctx context.Context) (transport.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	})
}

// resetOnAbort is a TCP connection that can be broken.
type resetOnAbort struct{ *net.TCPConn }

func (c resetOnAbort) Abort() {
	_ = c.SetLinger(0)
	_ = c.Close()
}

func TestTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var d net.Dialer
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			client, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			device, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			return client, resetOnAbort{device.(*net.TCPConn)}
		},
		Dial: func(ctx context.Context) (transport.Conn, error) {
			c, err := d.DialContext(ctx, "tcp", l.Addr().String())
			if op := new(net.OpError); errors.As(err, &op) && ctx.Err() != nil {
				err = errors.Join(err, ctx.Err()) // net says it in words of its own
			}
			return c, err
		},
	})
}
