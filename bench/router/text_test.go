package router

import (
	"strings"
	"testing"
)

// A line of another length would cut the answers within a line, and the prompt
// would stand behind the rest of one.
func TestLinesAreOfOneLength(t *testing.T) {
	if len(longest()) != maxLines*LineSize {
		t.Fatalf("%d bytes, want %d lines of %d", len(longest()), maxLines, LineSize)
	}
	for i, line := range strings.Split(Answer(ShowLines(roundLines, 0)), "\n") {
		if len(line) != LineSize-2 || !strings.HasPrefix(line, "10.") {
			t.Fatalf("line %d is %q", i, line)
		}
	}
}
