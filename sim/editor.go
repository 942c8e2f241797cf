package sim

import (
	"strings"
	"unicode/utf8"
)

// editor is the line that a user types, and how the device echoes it. Lines are
// edited at their end only.
type editor struct {
	out    *output
	style  string // plain, scroll, readline, pad or redraw
	hidden bool   // what is typed now is not echoed
	silent bool   // nothing ever is
	before string // what stands before the line
	prompt int    // and its columns
	width  int    // columns of the screen; 0: without end

	line   []byte
	shift  int // bytes that have scrolled out to the left
	escape int // how far into an escape sequence the input is
}

// longest is how long a line may be; more is lost, as on a device.
const longest = 4096

func (e *editor) reset(before string, width int, hidden bool) {
	e.line, e.shift, e.width, e.hidden = e.line[:0], 0, width, hidden || e.silent
	e.before, e.prompt = before, utf8.RuneCountInString(before)
}

// take edits the line by one key that is neither a return nor a signal.
func (e *editor) take(b byte) {
	switch {
	case e.escape == 1: // after ESC
		e.escape = 0
		if b == '[' || b == 'O' {
			e.escape = 2
		}
	case e.escape == 2: // until a final byte
		if b >= 0x40 && b <= 0x7e {
			e.escape = 0
		}
	case b == 0x1b:
		e.escape = 1
	case b == '\b' || b == 0x7f:
		e.rubout(1)
	case b == 0x15 || b == 0x18: // Ctrl-U, Ctrl-X
		e.rubout(len(e.line))
	case b == 0x17: // Ctrl-W
		text := strings.TrimRight(string(e.line), " ")
		e.rubout(len(e.line) - (strings.LastIndexByte(text, ' ') + 1))
	case b < 0x20:
	case len(e.line) < longest:
		e.put(b)
	}
}

func (e *editor) put(b byte) {
	e.line = append(e.line, b)
	if e.hidden {
		return
	}
	if e.style == "scroll" && e.room() > 0 && e.shown() > e.room() {
		e.scroll(10)
		return
	}
	e.out.buf = append(e.out.buf, b)
	switch {
	case e.style == "readline" && e.width > 0 && (e.prompt+len(e.line))%e.width == 0:
		e.out.raw(" \r")
	case e.style == "pad" && b == ' ' && len(e.line) > 40:
		e.out.raw("   \b\b\b")
	case e.style == "redraw" && b == ' ':
		e.out.raw("\r\n" + e.before + string(e.line))
	}
}

// room is how many columns of the line fit beside the prompt when it scrolls.
func (e *editor) room() int {
	if room := e.width - e.prompt - 1; e.width > 0 && room > 20 {
		return room
	}
	return 0
}

// shown is how many columns of the line are on the screen.
func (e *editor) shown() int {
	if e.shift > 0 {
		return 1 + len(e.line) - e.shift
	}
	return len(e.line)
}

// scroll redraws the line moved left by n columns, or right where n is negative.
func (e *editor) scroll(n int) {
	was := e.shown()
	if n > 0 {
		was-- // the key that was just typed is not on the screen yet
	}
	e.shift = max(0, e.shift+n)
	e.out.raw(strings.Repeat("\b", was))
	if e.shift > 0 {
		e.out.raw("$")
	}
	e.out.raw(string(e.line[e.shift:]))
	if left := was - e.shown(); left > 0 {
		e.out.raw(strings.Repeat(" ", left) + strings.Repeat("\b", left))
	}
}

func (e *editor) rubout(n int) {
	for ; n > 0 && len(e.line) > 0; n-- {
		wrapped := e.style == "readline" && e.width > 0 && (e.prompt+len(e.line))%e.width == 0
		e.line = e.line[:len(e.line)-1]
		switch {
		case e.hidden:
		case e.shift > 0 && e.shift >= len(e.line):
			e.scrollBack()
		case wrapped:
			e.out.raw("\x1b[A\x1b[999C\x1b[K")
		default:
			e.out.raw("\b \b")
		}
	}
}

// scrollBack brings hidden text back when all that was shown is rubbed out.
func (e *editor) scrollBack() {
	e.out.raw("\b \b\b") // the last key and the $
	e.shift = max(0, e.shift-10)
	text := string(e.line[e.shift:])
	if e.shift > 0 {
		text = "$" + text
	}
	e.out.raw(text)
}

// redraw shows the line again, after text that stood between.
func (e *editor) redraw() {
	if !e.hidden {
		e.shift = 0
		for e.style == "scroll" && e.room() > 0 && e.shown() > e.room() {
			e.shift += 10
		}
		if e.shift > 0 {
			e.out.raw("$")
		}
		e.out.raw(string(e.line[e.shift:]))
	}
}
