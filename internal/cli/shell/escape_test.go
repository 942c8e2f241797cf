package shell

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestEscapes(t *testing.T) {
	for _, c := range []struct {
		typed, want string
		left        bool
		breaks      int
	}{
		{"show clock\r", "show clock\r", false, 0},
		{"~.", "", true, 0},
		{"show clock\r~.rest", "show clock\r", true, 0},
		{"a~.b", "a~.b", false, 0},
		{"~~.\r", "~.\r", false, 0},
		{"\r~~~.\r", "\r~~.\r", false, 0},
		{"~a~.\r~.", "~a~.\r", true, 0},
		{"~\r~.", "~\r", true, 0},
		{"a\n~.", "a\n", true, 0},
		{"~Bx\r~B~B~.", "x\r", true, 3},
		{"a~B\r", "a~B\r", false, 0},
	} {
		// Any split of the keys gives the same.
		for _, in := range []io.Reader{strings.NewReader(c.typed), iotest.OneByteReader(strings.NewReader(c.typed))} {
			left, breaks := 0, 0
			got, err := io.ReadAll(&escaping{in: in, left: func() { left++ }, breaks: func() { breaks++ }})
			if string(got) != c.want || err != nil || (left == 1) != c.left || breaks != c.breaks {
				t.Errorf("%q: %q, %v, left %d, %d breaks; want %q, %v, %d", c.typed, got, err, left, breaks, c.want, c.left, c.breaks)
			}
		}
	}
}

func TestHistoryIsAskedFor(t *testing.T) {
	shown := 0
	got, err := io.ReadAll(&escaping{in: strings.NewReader("~hx\ra~h\r~h"), left: func() {}, shows: func() { shown++ }})
	if string(got) != "x\ra~h\r" || err != nil || shown != 2 {
		t.Errorf("got %q, %v, shown %d times", got, err, shown)
	}
}

func TestEscapesIntoSmallBuffers(t *testing.T) {
	e := &escaping{in: strings.NewReader("~a\r~~b"), left: func() {}}
	got, err := io.ReadAll(iotest.OneByteReader(e))
	if string(got) != "~a\r~b" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
