package channel

import "time"

// patience bounds how long the device may take nothing of what is being typed. One
// timer serves all writes of a channel, which follow one another: a context of its
// own for each would cost more than many a write.
type patience struct {
	limit time.Duration // 0 and less bound nothing
	lose  func()        // called where it is over
	timer *time.Timer   // nil until something is typed
}

// begin is called before a write.
func (p *patience) begin() {
	switch {
	case p.limit <= 0:
	case p.timer == nil:
		p.timer = time.AfterFunc(p.limit, p.lose)
	default:
		p.timer.Reset(p.limit)
	}
}

// end is called after it, and reports whether the device was lost meanwhile.
func (p *patience) end() (lost bool) { return p.timer != nil && !p.timer.Stop() }
