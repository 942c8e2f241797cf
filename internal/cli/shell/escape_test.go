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
	}{
		{"show clock\r", "show clock\r", false},
		{"~.", "", true},
		{"show clock\r~.rest", "show clock\r", true},
		{"a~.b", "a~.b", false},
		{"~~.\r", "~.\r", false},
		{"\r~~~.\r", "\r~~.\r", false},
		{"~a~.\r~.", "~a~.\r", true},
		{"~\r~.", "~\r", true},
		{"a\n~.", "a\n", true},
	} {
		// Any split of the keys gives the same.
		for _, in := range []io.Reader{strings.NewReader(c.typed), iotest.OneByteReader(strings.NewReader(c.typed))} {
			left := 0
			got, err := io.ReadAll(&escaping{in: in, left: func() { left++ }})
			if string(got) != c.want || err != nil || (left == 1) != c.left {
				t.Errorf("%q: %q, %v, left %d; want %q, %v", c.typed, got, err, left, c.want, c.left)
			}
		}
	}
}

func TestEscapesIntoSmallBuffers(t *testing.T) {
	e := &escaping{in: strings.NewReader("~a\r~~b"), left: func() {}}
	got, err := io.ReadAll(iotest.OneByteReader(e))
	if string(got) != "~a\r~b" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
