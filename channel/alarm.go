package channel

import (
	"sync"
	"time"
)

// An alarm wakes an operation that has waited for long enough. It is set for
// every wait, and nearly every wait is ended by the device instead: so it is left
// as it is where it rings early enough, and who is woken too early waits on.
type alarm struct {
	ring func()

	mu      sync.Mutex
	timer   *time.Timer
	due     time.Time
	stopped bool
}

// set has the alarm ring in wait from now, if not before.
func (a *alarm) set(wait time.Duration) {
	now := time.Now()
	due := now.Add(wait)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopped || a.due.After(now) && !a.due.After(due) {
		return
	}
	a.due = due
	if a.timer == nil {
		a.timer = time.AfterFunc(wait, a.ring)
		return
	}
	a.timer.Reset(wait)
}

// stop ends the alarm for good.
func (a *alarm) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	if a.timer != nil {
		a.timer.Stop()
	}
}
