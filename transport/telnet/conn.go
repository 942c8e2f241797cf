package telnet

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
)

// Port is the Telnet port of the IANA registry.
const Port = 23

// Start is who begins to negotiate.
type Start byte

const (
	// ByPort offers our options at once on port 23 and waits for the device
	// elsewhere. RFC 854 lets either end begin, but it has no sign by which to
	// know that the other end speaks Telnet at all. Port 23 is assigned to it; on
	// any other port there may be a raw console, a serial line behind a terminal
	// server or a daemon's own line, which would take the offer for text. The BSD
	// and GNU clients do the same.
	ByPort Start = iota
	// Offer offers our options at once, for a server on another port that waits
	// for the client. PuTTY does so everywhere.
	Offer
	// Wait only answers.
	Wait
)

// Config is how to speak Telnet to a device. The zero value, or a nil *Config,
// is right for most.
type Config struct {
	// Socket is how Dial opens the TCP connection.
	Socket *socket.Options
	// Dial, where not nil, opens the connection in place of package socket: by way
	// of a jump host or of a program. Socket is then of no account. The context
	// governs the opening and nothing after it.
	Dial func(ctx context.Context, host string, port int) (net.Conn, error)
	// Size is the window size to tell; zero means 511 columns and 1000 rows, wide
	// and tall enough that most devices neither wrap nor page. What NAWS cannot
	// say, beyond 65535, is told as 65535.
	Size transport.Size
	// Term is the terminal type to tell; empty means "xterm".
	Term string
	// Newline is how a written CR goes out; zero is CR NUL.
	Newline Newline
	// Start is who begins; zero goes by the port.
	Start Start
	// Binary has BINARY both ways among our offers. A device that asks for it is
	// obeyed in any case.
	Binary bool
	// Extension is one more option, of another package, among our offers; nil is
	// none.
	Extension *Extension
	// KeepAlive is how often to send IAC NOP; zero is never. A device that has not
	// spoken Telnet gets none: it would take it for keys. TCP's keepalive, which
	// package socket sets, finds dead peers without it.
	KeepAlive time.Duration
	// Logger sees every option, command and subnegotiation, by its name and
	// without content, at level Debug. Nil logs nothing.
	Logger *slog.Logger
}

var defaultSize = transport.Size{Columns: 511, Rows: 1000}

// Conn is a Telnet session as the client. One goroutine may read while another
// writes; every other method may be called at any time.
type Conn struct {
	*link
}

var (
	_ transport.Conn       = (*Conn)(nil)
	_ transport.Sizer      = (*Conn)(nil)
	_ transport.Resizer    = (*Conn)(nil)
	_ transport.Aliver     = (*Conn)(nil)
	_ transport.HalfCloser = (*Conn)(nil)
	_ transport.Breaker    = (*Conn)(nil)
)

// Dial opens a connection to host and port by [socket.Dial] or Config.Dial, whose
// errors it returns, and a session on it. It returns as soon as TCP is connected; ctx
// bounds no more than that.
func Dial(ctx context.Context, host string, port int, cfg *Config) (*Conn, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	dial := cfg.Dial
	if dial == nil {
		dial = func(ctx context.Context, host string, port int) (net.Conn, error) {
			return socket.Dial(ctx, host, port, cfg.Socket)
		}
	}
	conn, err := dial(ctx, host, port)
	if err != nil {
		return nil, err
	}
	// By the port that was asked for: behind a proxy the connection shows another.
	return start(conn, cfg, port), nil
}

// New makes a session on a connection, which is the Conn's from then on. It
// sends the first offers, if any, without waiting for them to go out.
func New(conn net.Conn, cfg *Config) *Conn {
	if cfg == nil {
		cfg = &Config{}
	}
	port := 0
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		port = tcp.Port
	}
	return start(conn, cfg, port)
}

func start(conn net.Conn, cfg *Config, port int) *Conn {
	term, size := cfg.Term, cfg.Size
	if term == "" {
		term = "xterm"
	}
	if size == (transport.Size{}) {
		size = defaultSize
	}
	m := newClient(term, size)
	m.trace = tracer(cfg.Logger)
	m.extend(cfg.Extension)
	c := &Conn{newLink(conn, m, cfg.Newline)}
	inlineUrgent(conn)
	if cfg.Start == Offer || cfg.Start == ByPort && port == Port {
		_ = c.tell(func() { m.open(cfg.Binary) })
	}
	if cfg.KeepAlive > 0 {
		c.keepAlive(cfg.KeepAlive)
	}
	return c
}

// tracer logs options and commands by name. Their content may be anything, and
// is left out.
func tracer(log *slog.Logger) func(sent bool, verb command, o option) {
	if log == nil {
		return nil
	}
	return func(sent bool, verb command, o option) {
		way := "received"
		if sent {
			way = "sent"
		}
		attrs := []slog.Attr{slog.String("way", way), slog.String("command", verb.String())}
		if verb >= cmdSB {
			attrs = append(attrs, slog.String("option", o.String()))
		}
		log.LogAttrs(context.Background(), slog.LevelDebug, "telnet", attrs...)
	}
}

// keepAlive has a NOP sent again and again. A timer does it rather than a
// goroutine: thousands of sessions are idle at a time.
func (c *Conn) keepAlive(every time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pulse = time.AfterFunc(every, func() {
		_ = c.tell(func() {
			if c.m.spoken && len(c.m.out) == 0 { // a peer that takes nothing needs no heap of them
				c.m.sayCommand(cmdNOP)
			}
		})
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.closed {
			c.pulse.Reset(every)
		}
	})
}

// Size returns the window size that the device was told, zero if it never let
// itself be told one.
func (c *Conn) Size() transport.Size {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.m.us.inEffect(optNAWS) {
		return transport.Size{}
	}
	return c.m.size
}

// Resize changes the window size. A device that has not agreed to NAWS is told
// when it does. It does not wait for the device to take it.
func (c *Conn) Resize(ctx context.Context, size transport.Size) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.tell(func() { c.m.resize(size) })
}

// Alive tells whether the device can still be reached, as far as is known
// without sending anything: see [socket.Alive].
func (c *Conn) Alive() bool {
	c.mu.Lock()
	over := c.closed || c.ended != nil
	c.mu.Unlock()
	return !over && socket.Alive(c.conn)
}

// Echo tells whether the device has taken on the echo (RFC 857). It says nothing
// of whether what is written now will be echoed: at a password it is not.
func (c *Conn) Echo() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.m.him.inEffect(optEcho)
}

// Break sends IAC BRK, the Break key: on a console server it often interrupts a
// device's boot. It takes its place after what was written before.
func (c *Conn) Break() error { return c.send(cmdBRK) }

// AreYouThere sends IAC AYT. The device answers with text of its own choice,
// which arrives among the data.
func (c *Conn) AreYouThere() error { return c.send(cmdAYT) }
