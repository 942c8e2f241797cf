package memnet

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// backlog is how many dialled connections wait for Accept before Dial waits.
const backlog = 128

// Listener is a net.Listener whose connections come from its own Dial. Its
// methods may be called from any number of goroutines.
type Listener struct {
	addr  Addr
	limit int

	conns  chan *Conn
	closed chan struct{}
	once   sync.Once
	dialed atomic.Int64
}

var _ net.Listener = (*Listener)(nil)

// Listen returns a listener. The name is only what Addr shows: names need not
// be unique, and two listeners never share connections.
func Listen(name string) *Listener {
	return &Listener{
		addr:   Addr(name),
		limit:  DefaultLimit,
		conns:  make(chan *Conn, backlog),
		closed: make(chan struct{}),
	}
}

// Dial connects to the listener. As with TCP it need not wait for Accept, until
// 128 connections are waiting; then it waits for room or the end of ctx. Dialling
// a closed listener gives ECONNREFUSED.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	fail := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: l.addr.Network(), Addr: l.addr, Err: err}
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	from := Addr(fmt.Sprintf("client-%d", l.dialed.Add(1)))
	client, server := pipe(l.limit, from, l.addr)
	select {
	case l.conns <- server:
	case <-l.closed:
		return fail(syscall.ECONNREFUSED)
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	select {
	case <-l.closed: // nobody will accept it any more
		client.Abort()
		return fail(syscall.ECONNREFUSED)
	default:
		return client, nil
	}
}

// Accept waits for the next connection. On a closed listener it fails with an
// error that is net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case <-l.closed:
	case c := <-l.conns:
		return c, nil
	}
	return nil, &net.OpError{Op: "accept", Net: l.addr.Network(), Addr: l.addr, Err: net.ErrClosed}
}

// Close makes Accept and Dial fail, and resets the connections that nobody
// accepted. Accepted connections stay open. A second Close does nothing.
func (l *Listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		for {
			select {
			case c := <-l.conns:
				c.Abort()
			default:
				return
			}
		}
	})
	return nil
}

// Addr returns the listener's address, an Addr.
func (l *Listener) Addr() net.Addr { return l.addr }
