package terminal

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Terminal renders one device's output. The zero Terminal never wraps; New
// states a width. It is not safe for concurrent use.
type Terminal struct {
	width  int // columns after which a line wraps on the glass; 0 for never
	height int // rows of the glass; 0 where not stated

	// text holds the finished lines, each ended by a line feed, and after them
	// the current line from start on, unless that line is being edited.
	text  []byte
	start int
	count int // lines finished so far

	// returned notes a carriage return that may yet turn out to be half of a
	// line end: most lines end in one, and need no cells for it.
	returned bool

	line    line // the current line while editing
	editing bool

	escape  escape
	saved   int // column kept by "save cursor"
	pager   []byte
	replies []byte

	// row and printed are the rows last addressed and last printed on, by
	// absolute cursor addresses; 0 where none was ever given.
	row, printed int
	// top is the row of the glass that line 0 would stand on, for reports of where
	// the cursor is.
	top int
}

// New returns a terminal that is width columns wide. A width of zero or less
// never wraps.
func New(width int) *Terminal {
	return &Terminal{width: max(width, 0)}
}

// SetWidth states another width, for what is written from now on. A width of zero
// or less never wraps.
func (t *Terminal) SetWidth(width int) { t.width = max(width, 0) }

// SetRows states how many rows the glass has; zero or less is "not stated". They
// matter only to a device that asks where its cursor is.
func (t *Terminal) SetRows(n int) { t.height = max(n, 0) }

// Write renders p. It takes any bytes whatever and never fails.
func (t *Terminal) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if t.escape.state != ground {
			p = p[t.escapeByte(p[0]):]
			continue
		}
		run := plain(p)
		if run > 0 {
			t.print(p[:run])
			p = p[run:]
			continue
		}
		if p[0] == '\r' && len(p) > 1 && p[1] == '\n' {
			t.returned = true
			t.lineFeed()
			p = p[2:]
			continue
		}
		if n := colour(p); n > 0 {
			p = p[n:]
			continue
		}
		t.control(p[0])
		p = p[1:]
	}
	return n, nil
}

// Finished returns the lines that are complete and were not yet dropped, each
// ended by a line feed. The slice is valid until the next Write or Drop.
func (t *Terminal) Finished() []byte { return t.text[:t.start] }

// Count returns how many lines were finished since New, dropped ones included.
func (t *Terminal) Count() int { return t.count }

// maxSpare is how much memory is kept for lines to come: as much as a stream needs,
// but not what one long answer took.
const maxSpare = 1 << 20

// Drop forgets the first n bytes of Finished.
func (t *Terminal) Drop(n int) {
	n = min(max(n, 0), t.start)
	if n == 0 {
		return
	}
	t.start -= n
	if cap(t.text) > maxSpare && len(t.text)-n < maxSpare/4 {
		t.text = bytes.Clone(t.text[n:])
		return
	}
	t.text = slices.Delete(t.text, 0, n)
}

// maxIdle is how much memory is kept by a terminal that waits for a command.
const maxIdle = 4 << 10

// Rest forgets the finished lines and gives back what memory an answer took: what
// comes next is awaited for long, perhaps.
func (t *Terminal) Rest() {
	t.Drop(t.start)
	if cap(t.text) > maxIdle {
		t.text = bytes.Clone(t.text)
	}
}

// Shrink gives back the memory that its text does not need. What comes next is awaited
// for long.
func (t *Terminal) Shrink() {
	if cap(t.text) > 2*len(t.text) {
		t.text = bytes.Clone(t.text)
	}
}

// Current returns the line the cursor stands on, as far as it is written, with
// its trailing blanks. The slice is valid until the next Write.
func (t *Terminal) Current() []byte {
	if t.editing {
		return t.line.render(nil)
	}
	return t.text[t.start:]
}

// Passing declares the current line to be a pager's: a device that goes on to
// the next line without wiping it leaves no trace of it.
func (t *Terminal) Passing() {
	t.pager = append(t.pager[:0], t.Current()...)
}

// Replies returns what a terminal would answer to the device's queries
// (ECMA-48 device attributes and status reports) since the last call.
func (t *Terminal) Replies() []byte {
	r := t.replies
	t.replies = nil
	return r
}

// plain returns how many bytes at the head of p are printed as they are. Eight
// are looked at together, since nearly all of a long output is plain.
func plain(p []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for ; len(p)-i >= 8; i += 8 {
		word := binary.LittleEndian.Uint64(p[i:])
		del := word ^ 0x7f*ones // a zero byte where there is a DEL
		if ((word-' '*ones)&^word|(del-ones)&^del)&highs != 0 {
			break // a control character, or a tab, is among them
		}
	}
	for ; i < len(p); i++ {
		if b := p[i]; b < ' ' && b != '\t' || b == 0x7f {
			return i
		}
	}
	return i
}

// print puts text at the cursor.
func (t *Terminal) print(text []byte) {
	if t.row != t.printed {
		// The cursor was sent to another row: what stands on this one is done.
		if t.printed != 0 && len(t.Current()) > 0 {
			t.finish()
		}
		t.printed = t.row
	}
	if t.returned {
		t.returned = false
		t.edit()
		t.line.carriageReturn(t.width)
		t.settle()
	}
	if !t.editing {
		if len(t.text)+len(text) > cap(t.text) {
			t.text = slices.Grow(t.text, max(len(text), len(t.text)))
		}
		t.text = append(t.text, text...)
		return
	}
	t.line.put(text, t.width)
}

// control acts on one C0 control character.
func (t *Terminal) control(b byte) {
	switch b {
	case '\n', '\v', '\f':
		t.lineFeed()
	case '\r':
		t.returned = true
	case '\b':
		t.move(func() { t.line.left(1, t.width) })
	case 0x1b:
		t.escape.begin()
	}
	// NUL, BEL, DEL and the rest draw nothing.
}

// lineFeed ends the current line.
func (t *Terminal) lineFeed() {
	if t.returned && t.editing {
		// A line that was wiped with blanks and left so is an empty one.
		t.line.carriageReturn(t.width)
	}
	t.returned = false
	t.finish()
}

// finish makes the current line a finished one.
func (t *Terminal) finish() {
	if t.editing {
		t.text = t.line.render(t.text)
		t.editing = false
	}
	if len(t.pager) > 0 {
		same := string(trimRight(t.text[t.start:])) == string(trimRight(t.pager))
		t.pager = t.pager[:0]
		if same {
			t.text = t.text[:t.start]
			return
		}
	}
	t.text = append(t.text, '\n')
	t.start = len(t.text)
	t.count++
}

// move applies a cursor movement or an erasure to the current line.
func (t *Terminal) move(act func()) {
	t.edit()
	if t.returned {
		t.returned = false
		t.line.carriageReturn(t.width)
	}
	act()
	t.settle()
}

// edit turns the current line into cells.
func (t *Terminal) edit() {
	if t.editing {
		return
	}
	t.line.load(t.text[t.start:], t.width)
	t.text = t.text[:t.start]
	t.editing = true
}

// settle turns the line back into plain text once the cursor stands at its end,
// so that what follows costs no more than a copy.
func (t *Terminal) settle() {
	if !t.line.atEnd() {
		return
	}
	t.text = t.line.render(t.text)
	t.editing = false
}

// trimRight cuts trailing blanks.
func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
