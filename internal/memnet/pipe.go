package memnet

import (
	"io"
	"net"
	"time"
)

// DefaultLimit is the number of bytes that Pipe buffers in each direction.
const DefaultLimit = 256 << 10

// Addr is the address of an end of a pipe; its network is "mem".
type Addr string

// Network returns "mem".
func (Addr) Network() string { return "mem" }

// String returns the address itself.
func (a Addr) String() string { return string(a) }

// Conn is one end of a pipe: a net.Conn with half close and reset. Its methods
// may be called from any number of goroutines.
//
// As with TCP, errors other than io.EOF are *net.OpError values around
// net.ErrClosed, os.ErrDeadlineExceeded, syscall.EPIPE (the peer has closed) or
// syscall.ECONNRESET (the peer has aborted).
type Conn struct {
	in, out       *queue
	local, remote Addr
}

var _ net.Conn = (*Conn)(nil)

// Pipe returns the two ends of a duplex pipe that holds up to DefaultLimit bytes
// in each direction.
func Pipe() (a, b *Conn) { return PipeSize(DefaultLimit) }

// PipeSize is Pipe with at most limit unread bytes in each direction: a Write
// that finds the peer's window full waits. It panics if limit is not positive,
// since nothing could ever be written.
func PipeSize(limit int) (a, b *Conn) { return pipe(limit, "pipe-a", "pipe-b") }

func pipe(limit int, local, remote Addr) (a, b *Conn) {
	if limit <= 0 {
		panic("memnet: the limit of a pipe must be positive")
	}
	ab, ba := newQueue(limit), newQueue(limit)
	return &Conn{in: ba, out: ab, local: local, remote: remote},
		&Conn{in: ab, out: ba, local: remote, remote: local}
}

// Read returns what the peer has written, waiting while that is nothing, and
// io.EOF once the peer has closed and everything was read.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	return n, c.wrap("read", err)
}

// Receive returns a copy of what the peer has written, waiting while that is nothing
// unless wait is false. It returns neither bytes nor an error where it did not wait, or
// Interrupt was called. With Release and Interrupt it makes of the pipe what a TCP
// connection can be too: see package socket's Receiver.
func (c *Conn) Receive(wait bool) ([]byte, error) {
	p, err := c.in.receive(wait)
	return p, c.wrap("read", err)
}

// Release does nothing: what Receive returns is the caller's.
func (c *Conn) Release() {}

// Interrupt makes a Receive that waits return, or else the next one that would.
func (c *Conn) Interrupt() { c.in.change(func() { c.in.interrupted = true }) }

// Write returns once every byte is in the peer's buffer.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.out.Write(p)
	return n, c.wrap("write", err)
}

// Close ends both directions. The peer reads what was written before, then
// io.EOF; its writes fail with EPIPE. A second Close does nothing.
func (c *Conn) Close() error {
	c.out.endWrite()
	c.in.endRead()
	return nil
}

// CloseWrite ends this end's writing only: the peer reads io.EOF after what
// was written, and may go on writing.
func (c *Conn) CloseWrite() error {
	c.out.endWrite()
	return nil
}

// Abort ends the pipe as a TCP reset does: what is buffered in either direction
// is lost, and the peer's reads and writes fail with ECONNRESET at once.
func (c *Conn) Abort() {
	c.out.abort()
	c.in.abort()
	_ = c.Close()
}

// Unread returns the number of bytes that the peer has written and this end
// has not read yet.
func (c *Conn) Unread() int {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	return len(c.in.buf) - c.in.off
}

// LocalAddr returns the address of this end, an Addr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the address of the other end, an Addr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets the deadline of reads and writes, blocked ones included; the
// zero time means none.
func (c *Conn) SetDeadline(t time.Time) error {
	c.in.setReadDeadline(t)
	c.out.setWriteDeadline(t)
	return nil
}

// SetReadDeadline sets the deadline of reads, blocked ones included.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.in.setReadDeadline(t)
	return nil
}

// SetWriteDeadline sets the deadline of writes, blocked ones included.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.out.setWriteDeadline(t)
	return nil
}

func (c *Conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: c.local.Network(), Source: c.local, Addr: c.remote, Err: err}
}
