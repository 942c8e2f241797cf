package telnet

import (
	"log/slog"
	"net"

	"github.com/vtynet/vty/transport"
)

// ServerConfig is how a server speaks Telnet. The zero value, or a nil
// *ServerConfig, is right for most.
type ServerConfig struct {
	// Quiet makes no offers until Negotiate is called: a server that begins
	// late, or only answers.
	Quiet bool
	// Binary has BINARY both ways among the offers.
	Binary bool
	// Resized is called by Read, before it returns data that came later, each
	// time the client tells its window size. It must not call the ServerConn.
	Resized func(transport.Size)
	// Interrupt is called by Read, in its place among the data, for each
	// Interrupt Process or Break that the client sends. It must not call the
	// ServerConn.
	Interrupt func()
	// Extension is one more option, of another package, that the client may offer;
	// nil is none.
	Extension *Extension
	// Logger sees every option, command and subnegotiation, by its name and
	// without content, at level Debug. Nil logs nothing.
	Logger *slog.Logger
}

// ServerConn is a Telnet session as the server: it offers to echo and to
// suppress go-ahead, and asks for the client's terminal type and window size.
//
// One goroutine may read while another writes; every other method may be called
// at any time. A CR that is written goes out as CR NUL unless LF follows. A
// session that ends while the client still sends is best ended by CloseWrite,
// reading on to io.EOF, and Close: TCP takes back what it has delivered last if
// a connection is closed with bytes unread.
type ServerConn struct {
	*link
	binary bool
}

// NewServer makes a session on a connection that came from a client, and is the
// ServerConn's from then on. It begins to negotiate, unless that is to be quiet,
// without waiting for its offers to go out.
func NewServer(conn net.Conn, cfg *ServerConfig) *ServerConn {
	if cfg == nil {
		cfg = &ServerConfig{}
	}
	m := newServer()
	m.trace = tracer(cfg.Logger)
	m.resized, m.interrupted = cfg.Resized, cfg.Interrupt
	m.extend(cfg.Extension)
	s := &ServerConn{link: newLink(conn, m, lazyCR), binary: cfg.Binary}
	inlineUrgent(conn)
	if !cfg.Quiet {
		_ = s.Negotiate()
	}
	return s
}

// Negotiate makes the offers of a server that was quiet so far. What was agreed
// on or asked before is not asked again.
func (s *ServerConn) Negotiate() error {
	return s.tell(func() { s.m.open(s.binary) })
}

// Size returns the client's window size, zero until it has told one.
func (s *ServerConn) Size() transport.Size {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m.size
}

// Term returns the client's terminal type in its own spelling, empty until it
// has told one.
func (s *ServerConn) Term() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m.term
}
