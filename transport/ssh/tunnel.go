package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	xssh "golang.org/x/crypto/ssh"
)

// TunnelError says why a jump host opened no way to another host. Err is an
// *xssh.OpenChannelError of golang.org/x/crypto/ssh where the jump host refused,
// or how the connection to it ended.
type TunnelError struct {
	Via  string // the jump host, with its port unless that is 22
	Host string
	Port int
	Err  error
}

func (e *TunnelError) Error() string {
	text := e.Err.Error()
	if refused, ok := errors.AsType[*xssh.OpenChannelError](e.Err); ok {
		text = refusal(refused)
	}
	return fmt.Sprintf("jump host %s: no way to %s: %s", e.Via, joinHostPort(e.Host, e.Port), text)
}

// Unwrap returns the cause.
func (e *TunnelError) Unwrap() error { return e.Err }

// refusal says in words why a jump host opened no channel (RFC 4254, section 5.1).
func refusal(e *xssh.OpenChannelError) string {
	switch e.Reason {
	case xssh.Prohibited:
		return fmt.Sprintf("it may not forward there (AllowTcpForwarding, PermitOpen?): %s", e.Message)
	case xssh.ConnectionFailed:
		return fmt.Sprintf("it could not connect: %s", e.Message)
	case xssh.UnknownChannelType:
		return fmt.Sprintf("it does not forward at all: %s", e.Message)
	case xssh.ResourceShortage:
		return fmt.Sprintf("it has no room for another connection: %s", e.Message)
	}
	return e.Message
}

// directTCPIP is the payload of the request for a connection to another host
// (RFC 4254, section 7.2).
type directTCPIP struct {
	Host       string
	Port       uint32
	OriginHost string
	OriginPort uint32
}

// Dial has the device at the other end connect to host, which it looks up
// itself, and returns that connection. It lasts no longer than the Client. It
// has no deadlines: close it instead.
//
// An error is a *TunnelError, or the end of ctx.
func (c *Client) Dial(ctx context.Context, host string, port int) (net.Conn, error) {
	fail := func(err error) error {
		return &TunnelError{Via: address(c.s.host, c.s.port), Host: host, Port: port, Err: err}
	}
	type answer struct {
		channel
		err error
	}
	answered := make(chan answer, 1)
	go func() {
		opened, err := await(c, func() (channel, error) {
			ch, requests, err := c.ssh.OpenChannel("direct-tcpip", xssh.Marshal(&directTCPIP{Host: host, Port: uint32(port), OriginHost: "127.0.0.1"}))
			return channel{ch, requests}, err
		})
		answered <- answer{opened, err}
	}()
	select {
	case a := <-answered:
		if a.err != nil {
			a.err = c.s.hidden(a.err)
			if _, refused := errors.AsType[*xssh.OpenChannelError](a.err); !refused {
				a.err = c.lost(a.err)
			}
			return nil, fail(a.err)
		}
		return newTunnel(c, a.channel, host, port), nil
	case <-ctx.Done():
		go func() { // what comes too late is not wanted any more
			if a := <-answered; a.err == nil {
				go xssh.DiscardRequests(a.requests)
				_ = a.Close()
			}
		}()
		return nil, fail(ended(ctx))
	}
}

// tunnel is a connection through a jump host.
type tunnel struct {
	c      *Client
	ch     xssh.Channel
	remote addr
	output *io.PipeReader
	tasks  sync.WaitGroup

	shut     chan struct{} // closed by Close
	shutOnce sync.Once
	over     chan struct{} // closed when nothing more comes
}

func newTunnel(c *Client, ch channel, host string, port int) *tunnel {
	output, input := io.Pipe()
	t := &tunnel{
		c: c, ch: ch, remote: addr(joinHostPort(host, port)), output: output,
		shut: make(chan struct{}), over: make(chan struct{}),
	}
	t.tasks.Go(func() { xssh.DiscardRequests(ch.requests) })
	t.tasks.Go(func() {
		_, err := io.CopyBuffer(input, onlyReader{ch}, make([]byte, 32<<10))
		close(t.over)
		if cause := c.cause(); err == nil && cause != nil && cause != io.EOF {
			err = c.lost(cause) // x/crypto/ssh does not tell it from an orderly end
		}
		_ = input.CloseWithError(err)
	})
	return t
}

// Read returns io.EOF at the end, ErrLost where the connection to the jump host
// broke, and net.ErrClosed after Close.
func (t *tunnel) Read(p []byte) (int, error) {
	n, err := t.output.Read(p)
	if err == io.ErrClosedPipe {
		err = net.ErrClosed
	}
	return n, err
}

func (t *tunnel) Write(p []byte) (int, error) {
	n, err := t.ch.Write(p)
	if err == nil {
		return n, nil
	}
	select {
	case <-t.shut:
		return n, net.ErrClosed
	default:
	}
	if cause := t.c.cause(); cause != nil && cause != io.EOF {
		return n, t.c.lost(cause)
	}
	if err == io.EOF {
		err = io.ErrClosedPipe
	}
	return n, err
}

// CloseWrite tells the host at the other end that no more comes.
func (t *tunnel) CloseWrite() error { return t.ch.CloseWrite() }

// Close leaves the connection to the jump host as it is.
func (t *tunnel) Close() error {
	t.shutOnce.Do(func() {
		close(t.shut)
		_ = t.output.Close()
		leaveChannel(t.ch)
		joined(&t.tasks, partingTime)
	})
	return nil
}

// Alive reports whether the other end can still be reached, as far as is known.
func (t *tunnel) Alive() bool {
	select {
	case <-t.shut:
		return false
	case <-t.over:
		return false
	default:
		return t.c.Alive()
	}
}

func (t *tunnel) LocalAddr() net.Addr  { return t.c.LocalAddr() }
func (t *tunnel) RemoteAddr() net.Addr { return t.remote }

func (t *tunnel) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (t *tunnel) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (t *tunnel) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }

// addr is a host and a port that somebody else looks up.
type addr string

func (addr) Network() string  { return "tcp" }
func (a addr) String() string { return string(a) }
