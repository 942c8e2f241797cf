package fleet

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/transport/ssh"
)

// Session is one attempt at a host.
type Session struct {
	host     *Host
	attempt  int
	pool     Pool                        // nil where each attempt opens its own
	alive    func()                      // a byte came or went; nil where nobody counts
	loggedIn func(tried bool, err error) // called once
	notify   func(Event)
	files    *ssh.KnownFiles // of the run

	mu      sync.Mutex
	dev     *vty.Device
	err     error
	asked   bool // for the device
	over    bool
	known   sync.Once
	reached atomic.Bool // the task was given the device
}

// Host is the host.
func (s *Session) Host() *Host { return s.host }

// Attempt is the number of the attempt, from 1.
func (s *Session) Attempt() int { return s.attempt }

// Device is the session with the device, opened by the first call, or taken from
// the run's pool. It is closed, or given back, when the task has returned.
func (s *Session) Device(ctx context.Context) (*vty.Device, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.asked:
		return s.dev, s.err
	case s.over:
		return nil, fmt.Errorf("%s: the attempt is over: %w", s.host.Name, vty.ErrClosed)
	}
	s.asked = true
	reused := s.dev != nil
	started := time.Now()
	inRun := context.WithValue(ctx, needsKey{}, needs{alive: s.alive, files: s.files})
	switch {
	case reused:
	case s.pool != nil:
		s.dev, s.err = s.pool.Acquire(inRun, s.host)
	default:
		s.dev, s.err = s.host.Dial(inRun)
	}
	if s.dev != nil && s.pool != nil {
		watch(s.dev, s.alive)
	}
	s.reached.Store(s.dev != nil)
	s.LoggedIn(s.err)
	s.notify(Event{Kind: Connected, Host: s.host, Attempt: s.attempt, Elapsed: time.Since(started), Err: s.err, Reused: reused})
	return s.dev, s.err
}

// LoggedIn tells the run, for its breaker, how a login ended that the task did by
// itself; nil for one that succeeded.
func (s *Session) LoggedIn(err error) { s.known.Do(func() { s.loggedIn(true, err) }) }

// reuse takes a session that idles in the pool, and reports whether there was one.
func (s *Session) reuse(ctx context.Context) bool {
	if s.pool == nil {
		return false
	}
	if s.dev = s.pool.Idle(ctx, s.host); s.dev == nil {
		return false
	}
	s.known.Do(func() { s.loggedIn(false, nil) })
	return true
}

// end gives the session back to its pool, where it may be fit for another task, and
// closes it otherwise, also under a task that still uses it.
func (s *Session) end(fit bool) {
	s.known.Do(func() { s.loggedIn(false, nil) })
	s.mu.Lock()
	dev, over := s.dev, s.over
	s.over = true
	s.mu.Unlock()
	if dev == nil || over {
		return
	}
	watch(dev, nil)
	switch {
	case s.pool == nil:
		_ = dev.Close()
	case fit:
		s.pool.Release(dev)
	default:
		s.pool.Discard(dev)
	}
}
