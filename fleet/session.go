package fleet

import (
	"context"
	"sync"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/ssh"
)

// Session is one attempt at a host.
type Session struct {
	host     *Host
	attempt  int
	alive    func()                      // a byte came or went; nil where nobody counts
	loggedIn func(tried bool, err error) // called once
	notify   func(Event)
	files    *ssh.KnownFiles // of the run

	mu     sync.Mutex
	dev    *vty.Device
	err    error
	opened bool
	known  sync.Once
}

// Host is the host.
func (s *Session) Host() *Host { return s.host }

// Attempt is the number of the attempt, from 1.
func (s *Session) Attempt() int { return s.attempt }

// Device is the session with the device, opened by the first call. It is closed
// when the task has returned.
func (s *Session) Device(ctx context.Context) (*vty.Device, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened {
		return s.dev, s.err
	}
	s.opened = true
	cfg := vty.Config{}
	if s.host.Config != nil {
		cfg = *s.host.Config
	}
	cfg.SSH = sharing(cfg.SSH, s.files)
	if s.alive != nil {
		wrap := cfg.Wrap
		cfg.Wrap = func(conn transport.Conn) transport.Conn {
			if wrap != nil {
				conn = wrap(conn)
			}
			s.alive()
			return &watched{Conn: conn, alive: s.alive}
		}
	}
	started := time.Now()
	s.dev, s.err = vty.Dial(ctx, s.host.address(), &cfg)
	s.LoggedIn(s.err)
	s.notify(Event{Kind: Connected, Host: s.host, Attempt: s.attempt, Elapsed: time.Since(started), Err: s.err})
	return s.dev, s.err
}

// sharing is an SSH configuration, nil for the zero one, that reads known_hosts
// files as the others of a run do.
func sharing(cfg *ssh.Config, files *ssh.KnownFiles) *ssh.Config {
	var own ssh.Config
	if cfg != nil {
		own = *cfg
	}
	if own.KnownFiles == nil {
		own.KnownFiles = files
	}
	return &own
}

// LoggedIn tells the run, for its breaker, how a login ended that the task did by
// itself; nil for one that succeeded.
func (s *Session) LoggedIn(err error) { s.known.Do(func() { s.loggedIn(true, err) }) }

// close ends the session, also under a task that still uses it.
func (s *Session) close() {
	s.known.Do(func() { s.loggedIn(false, nil) })
	s.mu.Lock()
	dev := s.dev
	s.mu.Unlock()
	if dev != nil {
		_ = dev.Close()
	}
}

// watched is a Conn that tells of every byte.
type watched struct {
	transport.Conn
	alive func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.alive()
	}
	return n, err
}

func (w *watched) Write(p []byte) (int, error) {
	w.alive()
	return w.Conn.Write(p)
}

// Unwrap is the Conn beneath.
func (w *watched) Unwrap() transport.Conn { return w.Conn }

func (w *watched) Size() transport.Size {
	if s, ok := w.Conn.(transport.Sizer); ok {
		return s.Size()
	}
	return transport.Size{}
}

func (w *watched) Alive() bool {
	if a, ok := w.Conn.(transport.Aliver); ok {
		return a.Alive()
	}
	return true
}
