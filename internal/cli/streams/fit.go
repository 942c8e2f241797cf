package streams

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// Fit gives a writer of whole lines that cuts each to the width of the terminal that w
// is, where it is one: a table whose lines are broken cannot be read.
func Fit(w io.Writer) io.Writer {
	if columns := Width(w); columns > 0 {
		return &fitted{w: w, columns: columns}
	}
	return w
}

type fitted struct {
	w       io.Writer
	columns int
	line    []byte // begun, and not ended
}

func (f *fitted) Write(p []byte) (int, error) {
	f.line = append(f.line, p...)
	for {
		line, rest, ended := bytes.Cut(f.line, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		if _, err := f.w.Write(append(cut(bytes.TrimRight(line, " "), f.columns), '\n')); err != nil {
			return 0, err
		}
		f.line = append(f.line[:0], rest...)
	}
}

// cut is what fits of a line, and a sign of what does not.
func cut(line []byte, columns int) []byte {
	if utf8.RuneCount(line) <= columns {
		return bytes.Clone(line)
	}
	runes := bytes.Runes(line)[:columns-1]
	return append(bytes.TrimRight([]byte(string(runes)), " "), "…"...)
}
