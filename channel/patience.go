package channel

import (
	"sync"
	"time"
)

// patience bounds how long the device may take nothing of what is being typed. One
// timer serves all writes of a channel, and is left set from write to write: it rings
// once more than is needed, and a context or a timer of its own for each would cost
// more than many a write.
type patience struct {
	limit time.Duration // 0 and less bound nothing
	lose  func()        // called where it is over

	mu      sync.Mutex
	since   time.Time // when the write under way began; zero for none
	lost    bool      // it took too long
	timer   *time.Timer
	set     bool // timer is
	stopped bool
}

// begin is called before a write.
func (p *patience) begin() {
	if p.limit <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since, p.lost = time.Now(), false
	p.ringIn(p.limit)
}

// ringIn sets the timer, if it is not set. The caller holds the lock.
func (p *patience) ringIn(wait time.Duration) {
	switch {
	case p.set || p.stopped:
		return
	case p.timer == nil:
		p.timer = time.AfterFunc(wait, p.ring)
	default:
		p.timer.Reset(wait)
	}
	p.set = true
}

// ring looks at how long the write under way has taken.
func (p *patience) ring() {
	p.mu.Lock()
	p.set = false
	left := time.Until(p.since.Add(p.limit))
	over := !p.since.IsZero() && left <= 0
	switch {
	case over:
		p.lost = true
	case !p.since.IsZero():
		p.ringIn(left)
	}
	p.mu.Unlock()
	if over {
		p.lose()
	}
}

// end is called after it, and reports whether the device was lost meanwhile.
func (p *patience) end() (lost bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = time.Time{}
	return p.lost
}

// stop ends it for good.
func (p *patience) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	if p.timer != nil {
		p.timer.Stop()
	}
}
