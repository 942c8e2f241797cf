package terminal

import "fmt"

// The states of the escape-sequence parser (ECMA-48 section 5; the state names
// follow the field's: a control sequence, a control string).
type state byte

const (
	ground   state = iota
	escaped        // after ESC
	charset        // after ESC and an intermediate byte: one more byte follows
	sequence       // within CSI
	str            // within OSC, DCS, SOS, PM or APC
	strEsc         // after ESC within such a string
)

// maxParams bounds what is kept of a sequence's parameters: the rest of a longer
// one is read over.
const maxParams = 32

// escape is the parser's state between two bytes.
type escape struct {
	state  state
	params []byte
	length int // of the control string so far
}

// maxString is how long a control string is believed to be one.
const maxString = 4 << 10

func (e *escape) begin() {
	e.state = escaped
	e.params = e.params[:0]
}

// colour returns the length of the sequence at the head of p if it is a whole one
// that sets colours (SGR), which nearly all are, and draws nothing; else 0.
func colour(p []byte) int {
	if len(p) < 3 || p[0] != 0x1b || p[1] != '[' {
		return 0
	}
	for i, b := range p[2:] {
		switch {
		case b == 'm':
			return i + 3
		case b < 0x20 || b >= 0x40:
			return 0
		}
	}
	return 0
}

// escapeByte takes the next byte of an escape sequence and returns how many
// bytes it used: 0 hands the byte back to the ground state.
func (t *Terminal) escapeByte(b byte) int {
	e := &t.escape
	switch e.state {
	case escaped:
		t.afterEscape(b)
	case charset:
		if b < 0x20 || b > 0x2f {
			e.state = ground
		}
	case sequence:
		switch {
		case b == 0x1b:
			e.begin()
		case b == 0x18 || b == 0x1a: // CAN and SUB abort a sequence
			e.state = ground
		case b < 0x20:
			// Controls within a sequence act as if they stood before it.
			t.control(b)
			e.state = sequence
		case b < 0x40:
			if len(e.params) < maxParams {
				e.params = append(e.params, b)
			}
		default:
			e.state = ground
			if b < 0x7f {
				t.controlSequence(b)
			}
		}
	case str:
		e.length++
		switch {
		case b == '\n' || e.length > maxString:
			// No title has a line end in it: this is text that lost its beginning.
			e.state = ground
			return 0
		}
		switch b {
		case 0x07, 0x18, 0x1a:
			e.state = ground
		case 0x1b:
			e.state = strEsc
		}
	case strEsc:
		// ESC \ ends the string. Any other ESC begins a new sequence, which ends
		// the string as well: a string cut short must not swallow the session.
		if b == '\\' {
			e.state = ground
			return 1
		}
		e.begin()
		return 0
	}
	return 1
}

func (t *Terminal) afterEscape(b byte) {
	e := &t.escape
	e.state = ground
	switch b {
	case '[':
		e.state = sequence
	case ']', 'P', 'X', '^', '_':
		e.state, e.length = str, 0
	case 0x1b:
		e.begin()
	case '7':
		t.edit()
		t.saved = t.line.at
		t.settle()
	case '8':
		t.move(func() { t.line.goTo(min(t.saved, maxColumns)) })
	case 'D', 'E':
		t.lineFeed()
	default:
		if b >= 0x20 && b <= 0x2f {
			e.state = charset
		} else if b < 0x20 {
			t.control(b)
		}
	}
}

// controlSequence acts on a complete CSI sequence with the given final byte.
// Those that draw nothing on a line of text are read and ignored.
func (t *Terminal) controlSequence(final byte) {
	n, w := t.escape.param(0), t.width
	count := max(n, 1)
	l := &t.line
	switch final {
	case 'D':
		t.move(func() { l.left(count, w) })
	case 'C', 'a':
		t.move(func() { l.right(count, w) })
	case 'G', '`':
		t.move(func() { l.column(count-1, w) })
	case 'A':
		t.goToRow(t.cursorRow() - count)
		t.move(func() { l.rows(-count, w) })
	case 'B', 'e':
		t.goToRow(t.cursorRow() + count)
		t.move(func() { l.rows(count, w) })
	case 'H', 'f':
		t.row = count
		t.goToRow(count)
		col := max(t.escape.param(1), 1)
		t.move(func() { l.column(col-1, w) })
	case 'd':
		t.row = count
		t.goToRow(count)
	case 'K':
		t.move(func() { t.erase(n) })
	case 'J':
		t.move(func() { t.erase(n) })
	case 'P':
		t.move(func() { l.delete(min(count, maxColumns)) })
	case '@':
		t.move(func() { l.insert(min(count, maxColumns)) })
	case 'X':
		t.move(func() { l.blank(min(count, maxColumns)) })
	case 's':
		t.edit()
		t.saved = l.at
		t.settle()
	case 'u':
		t.move(func() { l.goTo(min(t.saved, maxColumns)) })
	case 'c':
		if n == 0 && !t.escape.private() {
			t.reply("\x1b[?1;2c")
		}
	case 'n':
		t.report(n)
	}
}

// erase carries out "erase in line" and, as far as it touches the current line,
// "erase in display".
func (t *Terminal) erase(n int) {
	switch n {
	case 0:
		t.line.eraseRight()
	case 1:
		t.line.eraseLeft(t.width)
	default:
		t.line.eraseAll()
	}
}

// report answers a device status report request.
func (t *Terminal) report(n int) {
	switch n {
	case 5:
		t.reply("\x1b[0n")
	case 6:
		t.edit()
		col := t.line.at - t.line.rowStart(t.width) + 1
		t.settle()
		t.reply(fmt.Sprintf("\x1b[%d;%dR", t.cursorRow(), col))
	}
}

// cursorRow is the row of the glass that the cursor stands on, counted from 1.
func (t *Terminal) cursorRow() int {
	row := max(t.top+t.count+1, 1)
	if t.height > 0 {
		row = min(row, t.height)
	}
	return row
}

// goToRow notes that the cursor was sent to a row of the glass.
func (t *Terminal) goToRow(row int) {
	row = max(row, 1)
	if t.height > 0 {
		row = min(row, t.height)
	}
	t.top = row - 1 - t.count
}

// maxReplies bounds the answers that wait to be sent, so that a device (or a
// file shown on it) full of queries cannot fill the memory.
const maxReplies = 1 << 10

func (t *Terminal) reply(answer string) {
	if len(t.replies)+len(answer) <= maxReplies {
		t.replies = append(t.replies, answer...)
	}
}

// param returns the i-th parameter, or 0 where it is missing or absurd.
func (e *escape) param(i int) int {
	n := 0
	for _, b := range e.params {
		switch {
		case b == ';':
			if i == 0 {
				return n
			}
			i--
		case i == 0 && b >= '0' && b <= '9':
			n = min(n*10+int(b-'0'), maxColumns)
		}
	}
	if i > 0 {
		return 0
	}
	return n
}

// private reports whether the sequence is one of a vendor's own.
func (e *escape) private() bool {
	return len(e.params) > 0 && e.params[0] >= '<' && e.params[0] <= '?'
}
