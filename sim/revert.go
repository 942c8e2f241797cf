package sim

import (
	"fmt"
	"time"
)

// pending is a configuration that a device goes back to unless it is told in time
// that what it has now is to last.
type pending struct {
	before *entry
	timer  *time.Timer
}

// limit reads a time, written "5m" or "00:05:00". Where the device's own line has
// the unit, as in "--confirm 5m", it stands there twice.
func limit(text string) time.Duration {
	var hours, minutes, seconds time.Duration
	if n, _ := fmt.Sscanf(text, "%d:%d:%d", &hours, &minutes, &seconds); n == 3 {
		return hours*time.Hour + minutes*time.Minute + seconds*time.Second
	}
	if n := len(text); n > 1 && text[n-1] == text[n-2] {
		text = text[:n-1]
	}
	d, _ := time.ParseDuration(text)
	return d
}

// startTimer has the device go back to its configuration of this moment after
// limit. One that was started before counts no longer, but for the configuration
// that it would have gone back to.
func (d *Device) startTimer(limit time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &pending{before: d.running.clone()}
	if d.pending != nil {
		d.pending.timer.Stop()
		p.before = d.pending.before
	}
	d.pending = p
	p.timer = time.AfterFunc(limit, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.pending == p {
			d.goBack()
		}
	})
}

// stopTimer makes the configuration last, or goes back at once; false where no
// timer runs.
func (d *Device) stopTimer(back bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pending == nil {
		return false
	}
	d.pending.timer.Stop()
	if back {
		d.goBack()
	}
	d.pending = nil
	return true
}

// goBack takes back what came after the timer was started. The device is locked.
func (d *Device) goBack() {
	d.running, d.pending = d.pending.before, nil
	d.renamed()
}
