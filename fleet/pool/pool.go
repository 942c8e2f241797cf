package pool

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
)

// ErrClosed says that the pool lends no more sessions.
var ErrClosed = errors.New("the pool is closed")

// Pool keeps sessions with devices. It is safe for concurrent use.
type Pool struct {
	cfg  Config
	over context.Context // ends when no session may go on
	end  context.CancelFunc

	mu      sync.Mutex
	shelf   shelf
	lent    map[*vty.Device]*session
	waiters []*waiter // first come, first served
	closed  bool
	empty   chan struct{} // closed when the pool is closed and no session is left
}

var _ fleet.Pool = (*Pool)(nil)

// waiter is a user who waits for a session, or for room for one.
type waiter struct {
	host *fleet.Host
	got  chan *session // capacity 1; nil when the pool is closed
}

// New makes a pool. It holds no session and runs nothing until it is asked for one.
func New(cfg *Config) *Pool {
	p := &Pool{cfg: cfg.withDefaults(), lent: map[*vty.Device]*session{}, empty: make(chan struct{})}
	p.shelf = newShelf(&p.cfg)
	p.over, p.end = context.WithCancel(context.Background())
	return p
}

// Has reports whether a session with the host's device idles.
func (p *Pool) Has(h *fleet.Host) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shelf.find(h) != nil
}

// Idle lends a session that idles and is alive, and nil where there is none. It waits
// for nothing but the device's prompt, and only where that is asked for.
func (p *Pool) Idle(ctx context.Context, h *fleet.Host) *vty.Device {
	for ctx.Err() == nil {
		p.mu.Lock()
		s := p.shelf.take(h)
		p.mu.Unlock()
		if s == nil {
			return nil
		}
		if err := p.alive(ctx, s); err == nil {
			return p.lend(s)
		} else {
			p.close(s, err)
		}
	}
	return nil
}

// Acquire lends a session with the host's device: one that idles and is alive, or
// one that is opened. Where there may be no more, it waits until one comes back or
// ctx ends. The error is that of the dialling, ErrClosed, or the context's cause.
//
// The session is to be given back by Release or Discard, and not used after that.
func (p *Pool) Acquire(ctx context.Context, h *fleet.Host) (*vty.Device, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.over, func() { cancel(ErrClosed) })()
	s, err := p.wait(ctx, h)
	if err != nil {
		return nil, err
	}
	if s.dev != nil {
		err := p.alive(ctx, s)
		if err == nil {
			return p.hand(s)
		}
		p.say("closing", s, "why", err)
		_ = s.dev.Close()
		s = newSession(h) // in its place
	}
	if s.dev, err = h.Dial(ctx); err != nil {
		p.free(s)
		if p.over.Err() != nil {
			err = fmt.Errorf("%w: %w", ErrClosed, err)
		}
		return nil, err
	}
	s.born = time.Now()
	p.say("opened", s)
	return p.hand(s)
}

// hand is lend for those who want an error.
func (p *Pool) hand(s *session) (*vty.Device, error) {
	if dev := p.lend(s); dev != nil {
		return dev, nil
	}
	return nil, ErrClosed
}

// wait waits for a session, or for room for one: a session without a device.
func (p *Pool) wait(ctx context.Context, h *fleet.Host) (*session, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s: awaiting a session: %w", h.Name, context.Cause(ctx))
	}
	w := &waiter{host: h, got: make(chan *session, 1)}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	p.waiters = append(p.waiters, w)
	p.serve()
	p.mu.Unlock()
	select {
	case s := <-w.got:
		if s == nil {
			return nil, ErrClosed
		}
		return s, nil
	case <-ctx.Done():
	}
	p.leave(w)
	select {
	case s := <-w.got: // it was served in the same moment
		if s != nil {
			p.putBack(s)
		}
	default:
	}
	return nil, fmt.Errorf("%s: awaiting a session: %w", h.Name, context.Cause(ctx))
}

// leave takes a waiter out of the queue.
func (p *Pool) leave(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.waiters {
		if other == w {
			p.waiters = append(p.waiters[:i], p.waiters[i+1:]...)
			break
		}
	}
	p.serve()
}

// serve gives the waiters what there is, in their order. Where a session that idles
// has to make room, it is closed, which serves them again. The caller holds the lock.
func (p *Pool) serve() {
	left := p.waiters[:0]
	short := 0 // of room in all
	for _, w := range p.waiters {
		s, room := p.shelf.get(w.host)
		if s != nil {
			w.got <- s
			continue
		}
		left = append(left, w)
		var idler *session
		switch room {
		case deviceFull:
			idler = p.shelf.spareOf(w.host)
		case poolFull:
			if short++; p.shelf.closing < short {
				idler = p.shelf.spare()
			}
		}
		if idler != nil {
			p.shelf.closes(idler)
			go p.close(idler, errRoom)
		}
	}
	clear(p.waiters[len(left):])
	p.waiters = left
}

var errRoom = errors.New("it makes room for another")

// lend notes that a session has a user. It returns nil, and closes the session,
// where the pool must not go on.
func (p *Pool) lend(s *session) *vty.Device {
	p.mu.Lock()
	over := p.over.Err() != nil || p.closed
	if !over {
		p.lent[s.dev] = s
	}
	p.mu.Unlock()
	if over {
		p.close(s, ErrClosed)
		return nil
	}
	return s.dev
}

// Release takes back a session that was lent, puts it in order, which may take a few
// round trips, and keeps it. It is closed instead where it is over, not as it was
// (vty.ErrUnfit), or too old. Of a session that was not lent nothing becomes.
func (p *Pool) Release(dev *vty.Device) {
	s := p.returned(dev)
	if s == nil {
		return
	}
	if p.cfg.Age > 0 && time.Since(s.born) >= p.cfg.Age {
		p.close(s, errAge)
		return
	}
	ctx, cancel := context.WithTimeout(p.over, p.cfg.Check)
	defer cancel()
	if err := dev.Reset(ctx); err != nil {
		p.close(s, err)
		return
	}
	p.putBack(s)
}

// Discard takes back a session that was lent, and closes it. An operation under way
// ends with vty.ErrClosed. Of a session that was not lent nothing becomes.
func (p *Pool) Discard(dev *vty.Device) {
	if s := p.returned(dev); s != nil {
		p.close(s, errDiscarded)
	}
}

func (p *Pool) returned(dev *vty.Device) *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.lent[dev]
	delete(p.lent, dev)
	return s
}

var (
	errAge       = errors.New("it is too old")
	errIdle      = errors.New("nobody has used it for too long")
	errDiscarded = errors.New("its user has discarded it")
)

// putBack keeps a session that is in order, or gives room back.
func (p *Pool) putBack(s *session) {
	if s.dev == nil {
		p.free(s)
		return
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.close(s, ErrClosed)
		return
	}
	p.shelf.put(s, func() { p.expire(s) })
	p.serve()
	p.mu.Unlock()
}

// expire closes a session that still idles when it may no longer.
func (p *Pool) expire(s *session) {
	p.mu.Lock()
	late := p.shelf.idles(s) && !time.Now().Before(s.until)
	if late {
		p.shelf.closes(s)
	}
	p.mu.Unlock()
	switch {
	case !late:
	case p.cfg.Age > 0 && time.Since(s.born) >= p.cfg.Age:
		p.close(s, errAge)
	default:
		p.close(s, errIdle)
	}
}

// close closes a session that is neither lent nor idle, and gives its room back.
func (p *Pool) close(s *session, why error) {
	p.say("closing", s, "why", why)
	_ = s.dev.Close()
	p.free(s)
}

// free gives the room of a session back that is no more.
func (p *Pool) free(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shelf.free(s)
	p.serve()
	if p.closed && p.shelf.taken == 0 {
		close(p.empty)
	}
}

// Close drains the pool: it lends no more sessions, closes those that idle, and waits
// for those that are lent to come back. When ctx ends before, it closes them under
// their users, and the error is the context's cause. It may be called once more to
// do so.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	idle := p.shelf.all()
	if !p.closed {
		p.closed = true
		for _, w := range p.waiters {
			w.got <- nil
		}
		p.waiters = nil
		if p.shelf.taken == 0 {
			close(p.empty)
		}
	}
	p.mu.Unlock()
	for _, s := range idle {
		go p.close(s, ErrClosed)
	}
	select {
	case <-p.empty:
		p.end()
		return nil
	case <-ctx.Done():
	}
	p.end() // ends what is being opened, checked or put in order
	p.mu.Lock()
	for dev, s := range p.lent {
		delete(p.lent, dev)
		go p.close(s, ErrClosed)
	}
	p.mu.Unlock()
	<-p.empty
	return context.Cause(ctx)
}

// Stats is how many sessions a pool has.
type Stats struct {
	Lent    int // to users
	Idle    int // that wait for one
	Busy    int // that are being opened, checked, put in order or closed
	Waiting int // users that wait for a session
}

// Stats returns how many sessions the pool has now.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.shelf.idling.Len()
	return Stats{Lent: len(p.lent), Idle: idle, Busy: p.shelf.taken - idle - len(p.lent), Waiting: len(p.waiters)}
}

func (p *Pool) say(what string, s *session, args ...any) {
	p.cfg.Logger.Debug(what+" a session", append([]any{"host", s.host.Name, "age", time.Since(s.born)}, args...)...)
}
