package terminal

import (
	"strings"
	"testing"
)

// Shrink gives memory back, and no text.
func TestShrink(t *testing.T) {
	term := New(0)
	_, _ = term.Write([]byte(strings.Repeat("a line\r\n", 200) + "r1#"))
	term.Drop(len(term.Finished()))
	term.Shrink()
	if n := cap(term.text); n > 64 {
		t.Errorf("%d bytes are held for %q", n, term.text)
	}
	_, _ = term.Write([]byte("show\r\n"))
	if got := string(term.Finished()); got != "r1#show\n" {
		t.Errorf("text %q", got)
	}
}
