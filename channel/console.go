package channel

import (
	"context"
	"strings"
	"time"
)

// The keys that leave what may be under way on a console, beside the interrupt: a
// pager's own, and that which erases a half-typed line.
const (
	leavePager = "q"
	eraseLine  = "\x15" // Ctrl-U
)

// rouse leaves whatever is under way on a console, and has it show where it is.
//
// The interrupt comes first: it throws a half-typed line away, so that the return
// enters nothing, and it declines most questions. A pager that takes no interrupt
// gets its own key; where there is none, that is a letter on an empty line, which
// is erased. Where a device knows neither key, the letter spoils the line.
func (x *exchange) rouse(ctx context.Context) error {
	c := x.c
	x.woken = true
	c.mu.Lock()
	c.heard = time.Now()
	c.mu.Unlock()
	return c.write(ctx, c.cfg.Interrupt+leavePager+eraseLine+c.cfg.Return)
}

// leavingKey is the key for a page that stands on a console: nobody wants the rest.
// A pager that does not go is turned in the end.
func (x *exchange) leavingKey(s sight) string {
	x.left++
	switch x.left {
	case 1:
		return leavePager
	case 2:
		return x.c.cfg.Interrupt
	}
	return s.key
}

// forget drops what was learned of the device, for another login on the same
// terminal.
func (m *machine) forget() {
	m.host, m.prompt, m.mode, m.crown, m.proved = "", "", "", "", false
	clear(m.exact)
}

// idle reports whether the last line that the device showed, with the cursor
// beneath it, is one that it shows to nobody: consoles say how to get started, and
// leave lines free below.
func (m *machine) idle() bool {
	text := strings.TrimRight(string(m.term.Finished()), " \n")
	line := text[lastLines(text, 1):]
	for _, o := range m.cfg.Outside {
		if line != "" && m.matches(o, line) {
			return true
		}
	}
	return false
}
