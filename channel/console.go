package channel

import (
	"context"
	"strings"
	"time"
)

// The keys that leave what may be under way on a console, beside the interrupt.
const (
	leavePager = "q"
	eraseLine  = "\x15" // Ctrl-U
	endOfInput = "\x04" // Ctrl-D, on an empty line
	leaveVi    = "\x1b\x1b:q!"
)

// A console is roused again after so long, and once each way was tried after twice as
// long each time, up to a limit: it may be slow, or at the start.
const (
	ways         = 4
	rouseWait    = 2 * time.Second
	maxRouseWait = 16 * time.Second
)

// rouse leaves whatever is under way on a console, and has it show where it is.
//
// The interrupt comes first: it throws a half-typed line away, so that the return
// enters nothing, and it declines most questions. A pager that takes no interrupt
// gets its own key; where there is none, that is a letter on an empty line, which
// is erased. Where a device knows neither key, the letter spoils the line.
//
// Of what that does not leave, a pager may have lost its key by the interrupt, and
// a program with a prompt of its own ends with its input; what stands behind an
// interrupt is lost on some of them. vi takes none of that. It is left without
// saving, as a half-typed line is not entered; to whatever else reads lines its
// command is one that nobody has.
func (x *exchange) rouse(ctx context.Context) error {
	c := x.c
	keys := c.cfg.Interrupt + leavePager + eraseLine
	switch x.wakes % ways {
	case 1:
		keys = leavePager + eraseLine
	case 2:
		keys = eraseLine + endOfInput
	case 3:
		keys = leaveVi
	}
	x.woken = true
	c.mu.Lock()
	c.heard = time.Now()
	c.mu.Unlock()
	return c.write(ctx, keys+c.cfg.Return)
}

// waking is how long nothing that can be understood may come before a return, or
// more, is typed to wake the device; 0 for never.
func (x *exchange) waking() time.Duration {
	switch {
	case x.console && x.wake > 0:
		patient := max(0, x.wakes-ways+1) // once each way was tried
		return min(x.wake<<min(patient, 16), max(maxRouseWait, x.wake))
	case x.wakes >= maxWakes:
		return 0
	}
	return x.wake << x.wakes
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

// leftWake is how long a console may say nothing once its session was to end: some
// then wait for a return before they say who is asked for.
const leftWake = 500 * time.Millisecond

// forget drops what was learned of the device, for another login on the same
// terminal.
func (m *machine) forget() {
	m.host, m.prompt, m.mode, m.crown, m.proved = "", "", "", "", false
	m.exact = nil
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
