package rfc2217

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/line"
	"github.com/vtynet/vty/transport/telnet"
)

// Config is how to reach a port and to set it. The zero value, or a nil *Config,
// leaves the port as its server has set it.
type Config struct {
	// Line is how to set the port; what it does not state stays as it is.
	Line line.Settings
	// Socket is how Dial opens the TCP connection.
	Socket *socket.Options
	// Dial, where not nil, opens the connection in place of package socket: by way
	// of a jump host or of a program. Socket is then of no account. The context
	// governs the opening and nothing after it.
	Dial func(ctx context.Context, host string, port int) (net.Conn, error)
	// KeepAlive is how often to send IAC NOP, which the device does not see; zero is
	// never.
	KeepAlive time.Duration
	// Logger sees every option, command and subnegotiation, by its name and
	// without content, at level Debug. Nil logs nothing.
	Logger *slog.Logger
}

// Conn is a terminal on a server's serial port. It is safe for concurrent use as
// [transport.Conn] says; every other method may be called at any time. The server
// is heard only while somebody reads.
type Conn struct {
	*telnet.Conn
	port  *port
	early []byte // what the device said while the server was agreed with
	done  chan struct{}
	once  sync.Once
}

var (
	_ transport.Conn       = (*Conn)(nil)
	_ transport.Aliver     = (*Conn)(nil)
	_ transport.HalfCloser = (*Conn)(nil)
	_ transport.Breaker    = (*Conn)(nil)
)

// Dial opens a connection to host and port by [socket.Dial] or Config.Dial, whose
// errors it returns, and waits until the server has agreed to the option and set
// the port. ctx bounds all of that.
//
// The error wraps ErrRefused where the server has no such port, ErrBusy where it
// hangs up, and is a *SettingError where it does not set the port as it was asked
// to. A peer that speaks no Telnet at all is known by nothing but its silence: the
// error then wraps ErrNoAnswer and the context's cause.
func Dial(ctx context.Context, host string, port int, cfg *Config) (*Conn, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	if err := cfg.Line.Validate(); err != nil {
		return nil, err
	}
	c := &Conn{port: newPort(), done: make(chan struct{})}
	var err error
	c.Conn, err = telnet.Dial(ctx, host, port, &telnet.Config{
		Socket: cfg.Socket, Dial: cfg.Dial, Start: telnet.Offer, Binary: true, KeepAlive: cfg.KeepAlive, Logger: cfg.Logger,
		Extension: &telnet.Extension{Option: comPort, Received: c.port.received},
	})
	if err != nil {
		return nil, err
	}
	if err := c.agree(ctx, cfg.Line); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// agree waits for the server to agree to the option and to set the port.
func (c *Conn) agree(ctx context.Context, want line.Settings) error {
	stop := transport.CloseOn(ctx, c.Conn)
	err := c.until("the server's answer to COM-PORT-OPTION", func() (bool, error) { return c.Settled(), nil })
	if err == nil && !c.Extended() {
		err = ErrRefused
	}
	if err == nil {
		for _, body := range c.port.begin(want) {
			err = errors.Join(err, c.Subnegotiate(body...))
		}
	}
	if err == nil {
		err = c.until("the server's word that the port is set", c.port.settled)
	}
	switch {
	case stop():
		return err
	case err != nil:
		return fmt.Errorf("%w: awaiting %w", context.Cause(ctx), err)
	}
	return context.Cause(ctx)
}

// maxEarly bounds what a device may say while the server is agreed with.
const maxEarly = 1 << 20

// until reads until all is settled. What the device says meanwhile is kept.
func (c *Conn) until(awaited string, settled func() (bool, error)) error {
	buf := make([]byte, 4<<10)
	for {
		if over, err := settled(); over || err != nil {
			return err
		}
		n, err := c.Next(buf)
		c.early = append(c.early, buf[:n]...)
		switch {
		case err == io.EOF && len(c.early) > 0:
			return fmt.Errorf("%w: it says %q", ErrBusy, bytes.TrimSpace(c.early[:min(len(c.early), 200)]))
		case err == io.EOF:
			return fmt.Errorf("%w without a word", ErrBusy)
		case errors.Is(err, net.ErrClosed):
			return errAwaited(awaited)
		case err != nil:
			return err
		case len(c.early) > maxEarly:
			return fmt.Errorf("more than %d bytes came before %s", maxEarly, awaited)
		}
	}
}

// errAwaited is what was awaited when the context ended.
type errAwaited string

func (e errAwaited) Error() string { return string(e) }

// Is makes it ErrNoAnswer.
func (e errAwaited) Is(target error) bool { return target == ErrNoAnswer }

// Receiver is nil: what came while the port was set is still to be read, and only Read
// has it.
func (c *Conn) Receiver() transport.Receiver { return nil }

// Read returns what the device says. After an orderly end it returns io.EOF;
// after Close, an error that is net.ErrClosed.
func (c *Conn) Read(p []byte) (int, error) {
	select {
	case <-c.done:
		return 0, net.ErrClosed
	default:
	}
	if len(c.early) > 0 {
		n := copy(p, c.early)
		c.early = c.early[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

// piece is how much is written before the server is asked again whether it takes
// more.
const piece = 1 << 10

// Write returns once the connection has taken p. While the server says that the
// port takes no more it waits.
func (c *Conn) Write(p []byte) (n int, err error) {
	for {
		select {
		case <-c.port.open():
		case <-c.done:
			return n, net.ErrClosed
		}
		part, err := c.Conn.Write(p[n:min(len(p), n+piece)])
		if n += part; err != nil || n >= len(p) {
			return n, err
		}
	}
}

// Close ends the session and everything that waits in it. A second Close does
// nothing.
func (c *Conn) Close() error {
	c.once.Do(func() { close(c.done) })
	return c.Conn.Close()
}

// Port is what the server has said of its port so far.
func (c *Conn) Port() Port { return c.port.state() }

// breakFor is how long a break lasts: well above one character at any speed.
const breakFor = 300 * time.Millisecond

// Break holds the line in the state of a break for 300 ms, which is the Break key
// of a terminal.
func (c *Conn) Break() error {
	if err := c.Subnegotiate(byte(setControl), breakOn); err != nil {
		return err
	}
	timer := time.NewTimer(breakFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.done:
		return net.ErrClosed
	}
	return c.Subnegotiate(byte(setControl), breakOff)
}

// Purge has the server throw away what it holds.
func (c *Conn) Purge(what Buffer) error { return c.Subnegotiate(byte(purgeData), byte(what)) }
