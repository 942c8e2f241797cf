package netconf

import (
	"context"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/rpc"
	"github.com/vtynet/vty/transport"
)

// partingTime is how long Close waits for the server to take leave.
const partingTime = 2 * time.Second

// Session is a NETCONF session. Its methods may be called from any number of
// goroutines.
type Session struct {
	cfg     Config
	conn    transport.Conn
	dec     *framing.Decoder
	version framing.Version
	hello   hello
	greeted time.Time // when both hellos were through

	out chan *call // to the writer

	mu     sync.Mutex
	lastID uint64
	calls  map[string]*call // that may still be answered
	stream *call            // whose reply is being streamed
	err    error            // why the session is over
	parted bool             // the server has agreed to the end
	left   []uint32         // sessions that this one follows and the server may still keep
	over   chan struct{}    // closed when it is

	notes     queue
	tasks     sync.WaitGroup
	closeOnce sync.Once
}

var _ rpc.Session = (*Session)(nil)

// New begins a session over a connection of any kind: a net.Conn, an SSH channel,
// a pipe to a program. The context governs the exchange of hellos and nothing
// after it. The session owns conn from here on, also where New fails, which it
// does with a *HelloError. A nil cfg is the zero Config.
func New(ctx context.Context, conn transport.Conn, cfg *Config) (*Session, error) {
	s := &Session{
		cfg: cfg.settled(), conn: conn, dec: framing.NewDecoder(conn),
		out: make(chan *call), calls: make(map[string]*call), over: make(chan struct{}),
	}
	s.dec.Strict = s.cfg.Strict
	s.notes.init(s.cfg.MaxNotifications)
	started := time.Now()
	if err := s.greet(ctx); err != nil {
		return nil, err
	}
	s.cfg.Logger.Debug("netconf session", "session", s.hello.session, "framing", s.version, "took", time.Since(started))
	s.tasks.Go(s.write)
	s.tasks.Go(s.read)
	return s, nil
}

// ID is the number that the server gave the session, 0 where it gave none.
func (s *Session) ID() uint32 { return s.hello.session }

// Capabilities are the server's.
func (s *Session) Capabilities() rpc.Capabilities { return s.hello.capabilities }

// Banner is what came before the server's hello.
func (s *Session) Banner() string { return s.hello.banner }

// Framing is "1.0" or "1.1".
func (s *Session) Framing() string { return s.version.String() }

// Transport is the connection that the session runs over: an *ssh.Conn after
// Dial. It is not to be read from or written to.
func (s *Session) Transport() transport.Conn { return s.conn }

// Done is closed when the session is over.
func (s *Session) Done() <-chan struct{} { return s.over }

// Err says why the session is over, and is nil as long as it is not. ErrClosed is
// in it.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close ends the session: what is under way fails, the server is asked to close
// and given two seconds to agree, and all goroutines are joined. A second Close
// does nothing.
func (s *Session) Close() error {
	s.closeOnce.Do(func() {
		s.giveUp()
		ctx, cancel := context.WithTimeout(context.Background(), partingTime)
		defer cancel()
		_, err := rpc.CloseSession{}.Do(ctx, s)
		s.mu.Lock()
		s.parted = err == nil
		s.mu.Unlock()
		s.end(ErrClosed)
	})
	s.tasks.Wait()
	return nil
}

// giveUp fails what is under way, so that nobody holds up the reader.
func (s *Session) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finishAll(ErrClosed)
}

// finishAll ends all calls. It is called with the session's lock held.
func (s *Session) finishAll(err error) {
	for _, c := range s.calls {
		c.finish(nil, err)
	}
	if s.stream != nil {
		s.stream.finish(nil, err)
	}
}

// end ends the session for a reason, once.
func (s *Session) end(cause error) {
	s.mu.Lock()
	if s.err != nil {
		s.mu.Unlock()
		return
	}
	s.err = cause
	if cause != ErrClosed {
		if cause == io.EOF {
			cause = errByServer
		}
		s.err = &endError{cause}
	}
	s.finishAll(s.err)
	clear(s.calls)
	close(s.over)
	s.mu.Unlock()
	s.cfg.Logger.Debug("netconf session over", "session", s.hello.session, "error", s.err)
	_ = s.conn.Close()
}

// stderr is what a program at the other end of an SSH channel has said.
func (s *Session) stderr() string {
	if c, ok := s.conn.(interface{ Stderr() string }); ok {
		return c.Stderr()
	}
	return ""
}

// register gives a call its message-id, and a place among those to be answered.
func (s *Session) register(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.lastID++
	c.number, c.id = s.lastID, strconv.FormatUint(s.lastID, 10)
	s.calls[c.id] = c
	return nil
}

func (s *Session) forget(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, c.id)
}
