package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/time/rate"
)

// verdict is whether a host may begin.
type verdict int

const (
	mayBegin verdict = iota
	mustWait
	broken // the breaker has its credential
)

// limits counts what is under way.
type limits struct {
	cfg *settings

	mu          sync.Mutex
	running     int
	groups      map[string]int
	jumps       map[string]int
	devices     map[string]int
	credentials map[string]*credential
	logins      map[string]*rate.Limiter
	connections *rate.Limiter // nil: no limit
	// awaiting are the rates that a host waits for which holds its slots: one for
	// each group of AAA servers, "" for all without. More would keep the slots
	// from hosts whose rate allows them to begin.
	awaiting map[string]bool
	turn     chan struct{} // one of them has its turn; capacity 1
}

// credential is what is known of an account.
type credential struct {
	failures int  // since the last success
	pending  int  // logins whose end is not known
	proven   bool // it has succeeded
}

func newLimits(cfg *settings) *limits {
	l := &limits{
		cfg: cfg, groups: map[string]int{}, jumps: map[string]int{}, devices: map[string]int{},
		credentials: map[string]*credential{}, logins: map[string]*rate.Limiter{}, awaiting: map[string]bool{},
		turn: make(chan struct{}, 1),
	}
	if cfg.connections > 0 {
		l.connections = rate.NewLimiter(rate.Limit(cfg.connections), 1)
	}
	return l
}

func (l *limits) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running >= l.cfg.sessions
}

// begin takes a slot of every kind that a host needs, or none. A host that connects
// calls await and passed next.
func (l *limits) begin(h *Host, connects bool) (verdict, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running >= l.cfg.sessions {
		return mustWait, nil
	}
	for _, g := range h.Groups {
		if most := l.cfg.perGroup[g]; most > 0 && l.groups[g] >= most {
			return mustWait, nil
		}
	}
	if h.Jump != "" && l.cfg.perJump > 0 && l.jumps[h.Jump] >= l.cfg.perJump {
		return mustWait, nil
	}
	most := h.Sessions
	if most <= 0 {
		most = l.cfg.perDevice
	}
	if l.devices[h.Place()] >= most {
		return mustWait, nil
	}
	rated, key := l.rated(h)
	if connects && rated && l.awaiting[key] {
		return mustWait, nil
	}
	if h.Credential != "" && l.cfg.failures > 0 {
		c := l.credentials[h.Credential]
		if c == nil {
			c = &credential{}
			l.credentials[h.Credential] = c
		}
		switch left := l.cfg.failures - c.failures; {
		case left <= 0:
			return broken, &BreakerError{Credential: h.Credential, Failures: c.failures}
		case (!c.proven || c.failures > 0) && c.pending >= left:
			return mustWait, nil
		}
		c.pending++
	}
	if connects && rated {
		l.awaiting[key] = true
	}
	l.running++
	for _, g := range h.Groups {
		l.groups[g]++
	}
	l.jumps[h.Jump]++
	l.devices[h.Place()]++
	return mayBegin, nil
}

// end gives the slots back.
func (l *limits) end(h *Host) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	for _, g := range h.Groups {
		l.groups[g]--
	}
	l.jumps[h.Jump]--
	if l.devices[h.Place()]--; l.devices[h.Place()] == 0 {
		delete(l.devices, h.Place())
	}
}

// loggedIn takes down how a login ended: err nil is a success, and an error that
// does not refuse the account says nothing of it.
func (l *limits) loggedIn(h *Host, tried bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.credentials[h.Credential]
	if c == nil {
		return
	}
	c.pending--
	switch {
	case !tried:
	case err == nil:
		c.proven, c.failures = true, 0
	case refusesLogin(err):
		c.failures++
	}
}

// rated tells whether a rate limits when a host connects, and under which name hosts
// wait for it.
func (l *limits) rated(h *Host) (bool, string) {
	if h.AAA != "" && l.cfg.logins > 0 {
		return true, h.AAA
	}
	return l.connections != nil, ""
}

// await waits until a host may connect and log in. The error says why it may not,
// and wraps ErrStopped.
func (l *limits) await(ctx context.Context, h *Host) error {
	for _, limiter := range []*rate.Limiter{l.loginsOf(h), l.connections} {
		if limiter == nil {
			continue
		}
		if err := limiter.Wait(ctx); err != nil {
			if err = context.Cause(ctx); err == nil {
				err = context.DeadlineExceeded // its turn would come after that
			}
			if errors.Is(err, ErrStopped) {
				return err
			}
			return fmt.Errorf("%w: %w", ErrStopped, err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.credentials[h.Credential]; c != nil && c.failures >= l.cfg.failures { // while it waited
		return &BreakerError{Credential: h.Credential, Failures: c.failures}
	}
	return nil
}

// passed lets the next host wait for the rate.
func (l *limits) passed(h *Host) {
	rated, key := l.rated(h)
	if !rated {
		return
	}
	l.mu.Lock()
	l.awaiting[key] = false
	l.mu.Unlock()
	select {
	case l.turn <- struct{}{}:
	default:
	}
}

// loginsOf limits the logins that the host's AAA servers see; nil does not.
func (l *limits) loginsOf(h *Host) *rate.Limiter {
	if h.AAA == "" || l.cfg.logins <= 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.logins[h.AAA]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(l.cfg.logins), 1)
		l.logins[h.AAA] = limiter
	}
	return limiter
}
