package vty

import (
	"fmt"
	"strings"
	"testing"
)

// What is judged of a stream are its first lines and its last, in their order.
func TestEndsOfAStream(t *testing.T) {
	for _, n := range []int{0, 1, judged, judged + 1, 2 * judged, 2*judged + 1, 3*judged - 1, 10 * judged} {
		var e ends
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint("line ", i))
			e.add(all[i])
		}
		want := all
		if n > 2*judged {
			want = append(append([]string(nil), all[:judged]...), all[n-judged:]...)
		}
		if got := e.text(); got != strings.Join(want, "\n") {
			t.Errorf("of %d lines: %q", n, got)
		}
	}
}
