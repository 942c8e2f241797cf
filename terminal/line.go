package terminal

import (
	"slices"
	"unicode/utf8"
)

// A cell holds one character. Three kinds are not runes: a filler is the rest of
// a character that is several columns wide (a tab, most of all), and a raw cell
// is a byte that is no UTF-8.
type cell = rune

const (
	filler cell = -1
	rawBit cell = 1 << 24 // above every rune; the byte is in the low bits
)

const tabStop = 8

// line is the line the cursor stands on, while something other than "write at
// the end" happens to it. It may be wider than the glass: the cell at index i is
// shown in row i/width.
type line struct {
	cells []cell
	at    int // index of the cursor
	// wrapping is set when the last column was written: the cursor waits there,
	// and moves to the next row with the next character (the VT100's way).
	wrapping bool
	part     []byte // the head of a UTF-8 sequence whose rest has not come
}

// load fills the line from text and puts the cursor at its end.
func (l *line) load(text []byte, width int) {
	l.cells, l.at, l.wrapping, l.part = l.cells[:0], 0, false, l.part[:0]
	l.put(text, width)
}

// atEnd reports whether nothing stands to the right of the cursor.
func (l *line) atEnd() bool { return l.at == len(l.cells) && len(l.part) == 0 }

// put writes text at the cursor, over what is there.
func (l *line) put(text []byte, width int) {
	if len(l.part) > 0 {
		text = append(l.part, text...)
		l.part = nil
	}
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1 && !utf8.FullRune(text):
			l.part = append([]byte(nil), text...)
			return
		case r == utf8.RuneError && n == 1:
			l.set(rawBit|cell(text[0]), width)
		case r == '\t':
			l.tab(width)
		default:
			l.set(r, width)
		}
		text = text[n:]
	}
}

// set writes one cell and moves the cursor on.
func (l *line) set(c cell, width int) {
	l.split(l.at)
	if l.at < len(l.cells) {
		l.split(l.at + 1)
		l.cells[l.at] = c
	} else {
		l.pad(l.at)
		l.cells = append(l.cells, c)
	}
	l.at++
	l.wrapping = width > 0 && l.at%width == 0
}

// tab moves the cursor to the next tab stop. At the end of the line the tab
// itself is kept, since it is what the device wrote.
func (l *line) tab(width int) {
	next := (l.at/tabStop + 1) * tabStop
	if l.at < len(l.cells) {
		l.at = min(next, len(l.cells))
		return
	}
	l.set('\t', width)
	for l.at < next {
		l.set(filler, width)
	}
}

// split makes a cell that begins inside a wider character a cell of its own, so
// that writing there leaves blanks rather than half a tab.
func (l *line) split(at int) {
	if at >= len(l.cells) || l.cells[at] != filler {
		return
	}
	from := at
	for from > 0 && l.cells[from] == filler {
		from--
	}
	for i := from; i < len(l.cells) && (i == from || l.cells[i] == filler); i++ {
		l.cells[i] = ' '
	}
}

// pad fills the line with blanks up to index n.
func (l *line) pad(n int) {
	for len(l.cells) < n {
		l.cells = append(l.cells, ' ')
	}
}

// rowStart is the index of the first cell of the cursor's row.
func (l *line) rowStart(width int) int {
	if width == 0 {
		return 0
	}
	at := l.at
	if l.wrapping {
		at--
	}
	return at / width * width
}

// carriageReturn moves the cursor to the start of its row.
func (l *line) carriageReturn(width int) { l.goTo(l.rowStart(width)) }

// left moves the cursor n columns to the left, within its row.
func (l *line) left(n, width int) {
	at := l.at
	if l.wrapping {
		at--
	}
	l.goTo(max(at-n, l.rowStart(width)))
}

// right moves the cursor n columns to the right, within its row.
func (l *line) right(n, width int) {
	at := l.at + n
	if width > 0 {
		at = min(at, l.rowStart(width)+width-1)
	}
	l.goTo(min(at, maxColumns))
}

// column moves the cursor to column n of its row, counted from 0.
func (l *line) column(n, width int) {
	if width > 0 {
		n = min(n, width-1)
	}
	l.goTo(min(l.rowStart(width)+n, maxColumns))
}

// rows moves the cursor n rows down, or up where n is negative, within a line
// that wraps over several rows.
func (l *line) rows(n, width int) {
	if width == 0 {
		return
	}
	at := l.at + n*width
	if at < 0 || at > len(l.cells) {
		return
	}
	l.goTo(at)
}

// maxColumns bounds a line that only cursor addresses make long.
const maxColumns = 1 << 12

// goTo puts the cursor at index at. Blanks to the right of a cursor that moved
// left are what a device writes to wipe a text: nobody sees them, so they go.
func (l *line) goTo(at int) {
	l.flush()
	l.wrapping = false
	if at < l.at {
		end := len(l.cells)
		for end > at && l.cells[end-1] == ' ' {
			end--
		}
		if end == at {
			l.cells = l.cells[:at]
		}
	}
	l.at = at
}

// flush gives up waiting for the rest of a UTF-8 sequence.
func (l *line) flush() {
	part := l.part
	l.part = nil
	for _, b := range part {
		l.set(rawBit|cell(b), 0)
	}
}

// eraseRight blanks everything from the cursor on.
func (l *line) eraseRight() {
	l.flush()
	l.split(l.at)
	if l.at < len(l.cells) {
		l.cells = l.cells[:l.at]
	}
}

// eraseLeft blanks everything up to the cursor.
func (l *line) eraseLeft(width int) {
	l.flush()
	l.split(l.at + 1)
	for i := l.rowStart(width); i <= l.at && i < len(l.cells); i++ {
		l.cells[i] = ' '
	}
}

// eraseAll blanks the line and leaves the cursor where it is.
func (l *line) eraseAll() {
	l.part = nil
	l.cells = l.cells[:0]
}

// blank writes n blanks without moving the cursor.
func (l *line) blank(n int) {
	l.flush()
	l.split(l.at)
	l.split(l.at + n)
	for i := l.at; i < min(l.at+n, len(l.cells)); i++ {
		l.cells[i] = ' '
	}
}

// delete removes n cells at the cursor.
func (l *line) delete(n int) {
	l.flush()
	l.split(l.at)
	l.split(l.at + n)
	if l.at < len(l.cells) {
		l.cells = slices.Delete(l.cells, l.at, min(l.at+n, len(l.cells)))
	}
}

// insert makes room for n blanks at the cursor.
func (l *line) insert(n int) {
	l.flush()
	l.split(l.at)
	if l.at < len(l.cells) && len(l.cells)+n <= maxColumns {
		l.cells = slices.Insert(l.cells, l.at, slices.Repeat([]cell{' '}, n)...)
	}
}

// render appends the line as text to dst.
func (l *line) render(dst []byte) []byte {
	for _, c := range l.cells {
		switch {
		case c == filler:
		case c&rawBit != 0:
			dst = append(dst, byte(c))
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return append(dst, l.part...)
}
