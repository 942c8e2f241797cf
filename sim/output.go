package sim

import (
	"io"
	"strings"
)

// output gathers what a session shows, so that an answer leaves in one write.
type output struct {
	w       io.Writer
	buf     []byte
	newline string
	err     error // the first failed write; nothing is written after it
}

// enough is how much output is gathered before it is written in the middle of
// an answer: it bounds the memory of an answer without end.
const enough = 64 << 10

// raw shows s as it is.
func (o *output) raw(s string) {
	o.buf = append(o.buf, s...)
	if len(o.buf) >= enough {
		o.flush()
	}
}

// text shows s with the device's own line ends.
func (o *output) text(s string) {
	for {
		line, rest, more := strings.Cut(s, "\n")
		o.raw(line)
		if !more {
			return
		}
		o.raw(o.newline)
		s = rest
	}
}

// line shows b and ends the line.
func (o *output) line(b []byte) {
	o.buf = append(o.buf, b...)
	o.raw(o.newline)
}

func (o *output) flush() {
	if len(o.buf) > 0 && o.err == nil {
		_, o.err = o.w.Write(o.buf)
	}
	o.buf = o.buf[:0]
}
