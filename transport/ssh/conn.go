package ssh

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vtynet/vty/transport"
	xssh "golang.org/x/crypto/ssh"
)

const (
	// grace is how long news that must follow each other are given to do so: the
	// exit status the end of the output, the end of the connection its cause.
	grace = 50 * time.Millisecond
	// partingTime is how long Close tries to take leave of the device.
	partingTime = 200 * time.Millisecond
	// joinTime is how long Close waits for goroutines of x/crypto/ssh, which a
	// peer that breaks the protocol on purpose can hold up.
	joinTime = 2 * time.Second
)

// errFinished is what Write returns after the end of the session.
var errFinished = fmt.Errorf("ssh: the device has ended the session: %w", io.ErrClosedPipe)

// Conn is an open shell, or a program: a transport.Conn with all its optional
// parts, and the Client that it runs on.
//
// Read, Write (with CloseWrite) and the other methods may be called from
// different goroutines at the same time; Read from one at a time, and so Write.
type Conn struct {
	*Client
	owner bool    // the client ends with the session
	what  Session // with its defaults in place

	ch      xssh.Channel
	reading sync.Once      // somebody takes what the device writes
	output  *io.PipeReader // for Read: both streams of the channel, merged; of a program the first. Nil until reading is done
	stderr  tail           // of a program the second

	drained atomic.Bool // the device has ended its output

	exited     chan struct{} // closed when the device has said how the shell ended
	exitOnce   sync.Once
	exitStatus atomic.Int64 // -1 while not known
	exitSignal atomic.Pointer[string]
	closed     chan struct{} // closed when the device has closed the channel

	mu   sync.Mutex
	size transport.Size

	shut     chan struct{} // closed by Close
	shutOnce sync.Once
	tasks    sync.WaitGroup
}

var (
	_ transport.Conn       = (*Conn)(nil)
	_ transport.Sizer      = (*Conn)(nil)
	_ transport.Resizer    = (*Conn)(nil)
	_ transport.Aliver     = (*Conn)(nil)
	_ transport.HalfCloser = (*Conn)(nil)
)

// channel is an SSH channel with the requests that come in on it.
type channel struct {
	xssh.Channel
	requests <-chan *xssh.Request
}

func newConn(c *Client, what Session) *Conn {
	conn := &Conn{Client: c, what: what, exited: make(chan struct{}), closed: make(chan struct{}), shut: make(chan struct{})}
	conn.exitStatus.Store(-1)
	if what.PTY != PTYNone {
		conn.size = what.Size
	}
	return conn
}

// serve takes the session's channel into service.
func (c *Conn) serve(ch channel) {
	c.ch = ch
	c.tasks.Go(func() { c.heed(ch.requests) })
}

// receiver begins to hand what the device writes to w; the function it returns
// goes on until the device ends its output or w fails, and says which. Whichever
// stream has something hands it over and waits until it was taken, so the device
// is held back by w and by nothing else.
func (c *Conn) receiver(w io.Writer) func() error {
	var first io.Writer = &shared{w: w}
	second := first
	if c.what.program() {
		first, second = w, &c.stderr
		if c.what.Stderr != nil {
			second = c.what.Stderr
		}
	}
	ended := make(chan error, 1)
	c.tasks.Go(func() { ended <- trickle(second, unthanked{c.ch.Stderr()}) })
	return func() error {
		if err := transport.Pump(first, unthanked{c.ch}); err != nil {
			return err
		}
		if err := <-ended; err != nil {
			return err
		}
		c.drained.Store(true)
		return c.outcome()
	}
}

// unthanked reads on where x/crypto/ssh cannot tell the device any more that something
// was read: a device that has gone has said all that is there to be read.
type unthanked struct{ io.Reader }

func (u unthanked) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if n > 0 {
		err = nil
	}
	return n, err
}

// trickle is transport.Pump for what mostly never says anything, and has little room
// until it does.
func trickle(to io.Writer, from io.Reader) error {
	first := make([]byte, 64)
	n, err := from.Read(first)
	if n > 0 {
		if _, err := to.Write(first[:n]); err != nil {
			return err
		}
	}
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	return transport.Pump(to, from)
}

// shared is a writer for two.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// heed takes note of how the shell ended.
func (c *Conn) heed(requests <-chan *xssh.Request) {
	for r := range requests {
		switch r.Type {
		case "exit-status":
			if len(r.Payload) >= 4 {
				c.exitStatus.Store(int64(binary.BigEndian.Uint32(r.Payload)))
			}
			c.exitOnce.Do(func() { close(c.exited) })
		case "exit-signal":
			var s exitSignal
			if xssh.Unmarshal(r.Payload, &s) == nil {
				c.exitSignal.Store(&s.Name)
			}
			c.exitOnce.Do(func() { close(c.exited) })
		}
		_ = r.Reply(r.Type == keepAliveRequest, nil)
	}
	close(c.closed)
}

// outcome is what Read returns after the last byte: io.EOF where the device has
// ended the session, which x/crypto/ssh does not tell from a connection that
// broke. A shell whose end was announced has ended; else the connection, if it
// is about to fail, gets a moment to say so.
func (c *Conn) outcome() error {
	select {
	case <-c.exited:
		return io.EOF
	case <-c.over:
	case <-time.After(grace):
	}
	if cause := c.cause(); cause != nil && cause != io.EOF {
		return c.lost(cause)
	}
	return io.EOF
}

// cause is why the session cannot go on; nil while it can.
func (c *Conn) cause() error {
	select {
	case <-c.shut:
		return net.ErrClosed
	default:
		return c.Client.cause()
	}
}

// Read returns what the device has written, its standard error included unless
// Config.Subsystem or Config.Command is set. At the
// end it returns io.EOF where the device ended the session or closed the
// connection in order, ErrLost where the connection broke, and net.ErrClosed
// after Close.
func (c *Conn) Read(p []byte) (int, error) {
	c.reading.Do(func() {
		output, input := io.Pipe()
		c.output = output
		receive := c.receiver(input)
		c.tasks.Go(func() { _ = input.CloseWithError(receive()) })
	})
	if c.output == nil { // WriteTo has it all, or Close was first
		return 0, net.ErrClosed
	}
	n, err := c.output.Read(p)
	if err == io.ErrClosedPipe {
		err = net.ErrClosed
	}
	return n, err
}

// WriteTo hands what the device writes to w as it comes, until the end that Read
// would show; io.EOF is nil. It saves a step on the way of each packet. Where
// something was read before, the rest goes to w.
func (c *Conn) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	receive := func() error { return transport.Pump(counted, onlyReader{c}) }
	if c.owner { // or else it is the device's goodbye that ends the channel, and Close does not wait for that
		c.reading.Do(func() { receive = c.receiver(counted) })
	}
	err := receive()
	select {
	case <-c.shut:
		err = net.ErrClosed
	default:
	}
	if err == io.EOF {
		err = nil
	}
	return counted.n, err
}

// onlyReader hides all methods but Read.
type onlyReader struct{ io.Reader }

// counter counts what goes to a writer.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// Write sends p, waiting while the device's window is full.
func (c *Conn) Write(p []byte) (int, error) {
	if c.finished() {
		return 0, errFinished
	}
	n, err := c.ch.Write(p)
	cause := c.cause()
	switch {
	case cause != nil && cause != io.EOF:
		// x/crypto/ssh calls the first write that fails a success.
		return n, c.lost(cause)
	case err == io.EOF:
		return n, errFinished
	}
	return n, err
}

// finished reports whether the shell has ended and all its output was read. Its
// channel may still take bytes then, until the device closes it.
func (c *Conn) finished() bool {
	select {
	case <-c.exited:
		return c.drained.Load()
	default:
		return false
	}
}

// CloseWrite tells the device that no more input comes.
func (c *Conn) CloseWrite() error {
	if err := c.ch.CloseWrite(); err != nil && err != io.EOF {
		return err
	}
	return nil
}

// Close ends the session, and the connection where the session was opened with
// it, and waits until all that belonged to them has stopped. It takes leave of
// the device unless that is not listening, and does not wait for it to answer.
func (c *Conn) Close() error {
	c.shutOnce.Do(func() {
		close(c.shut)
		if c.owner {
			c.w.remember(net.ErrClosed)
		}
		if c.ch != nil {
			c.reading.Do(func() {}) // nobody begins any more
			if c.output != nil {
				_ = c.output.Close()
			}
			c.takeLeave()
		}
		limit := joinTime
		if c.owner {
			_ = c.Client.Close()
		} else {
			// The device's own goodbye ends them: one that is far away or stuck gives it late.
			limit = partingTime
		}
		if !joined(&c.tasks, limit) {
			c.s.log.Debug("the session's goroutines are held up")
		}
	})
	return nil
}

// takeLeave closes the channel, so that the device frees the line at once. A
// device that takes no bytes gets none, unless others wait to send it some.
func (c *Conn) takeLeave() {
	if !c.owner {
		leaveChannel(c.ch)
		return
	}
	if c.w.writing.Load() > 0 {
		return
	}
	late := time.AfterFunc(partingTime, func() { _ = c.w.end(net.ErrClosed) })
	defer late.Stop()
	_ = c.ch.Close()
}

// Size is the terminal size last asked for, zero where no terminal was.
func (c *Conn) Size() transport.Size {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

// Resize tells the device another terminal size. It waits only while the
// connection takes no bytes.
func (c *Conn) Resize(ctx context.Context, size transport.Size) error {
	if size.Columns < 0 || size.Rows < 0 {
		return fmt.Errorf("ssh: terminal size %d x %d is negative", size.Columns, size.Rows)
	}
	if c.what.PTY == PTYNone {
		return errors.New("ssh: there is no terminal to resize")
	}
	select {
	case <-c.shut:
		return net.ErrClosed
	default:
	}
	err := c.within(ctx, func() error {
		_, err := c.ch.SendRequest("window-change", false, windowSize(size))
		return err
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size = size
	return nil
}

// Alive reports whether the session is open and the device can be reached, as
// far as is known without sending anything.
func (c *Conn) Alive() bool {
	select {
	case <-c.shut:
		return false
	default:
		return !c.drained.Load() && c.Client.Alive()
	}
}

// ExitStatus is how the shell ended, where the device has said so.
func (c *Conn) ExitStatus() (status int, known bool) {
	n := c.exitStatus.Load()
	return int(max(n, 0)), n >= 0
}

// ExitSignal is the name of the signal that ended the shell, without "SIG"; "" for
// none, or where the device has not said so.
func (c *Conn) ExitSignal() string {
	if name := c.exitSignal.Load(); name != nil {
		return *name
	}
	return ""
}

// exitSignal is the payload of "exit-signal" (RFC 4254, section 6.10).
type exitSignal struct {
	Name     string
	Dumped   bool
	Message  string
	Language string
}

// Stderr is the end, up to 4 KiB, of what a subsystem or a command has written to
// its standard error. A shell's is part of what Read returns.
func (c *Conn) Stderr() string { return c.stderr.String() }
