// Package suggest finds what somebody may have meant.
package suggest

import (
	"fmt"
	"strings"
)

// DidYouMean is "; did you mean X?" with the name most like what was written, and
// "" where none is alike.
func DidYouMean(written string, names []string) string {
	best := Nearest(written, names)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// Nearest is the name most like what was written, "" where none is alike. Names are in
// small letters; those of what was written do not matter.
func Nearest(written string, names []string) string {
	best, least := "", max(1, len(written)/3)+1
	for _, name := range names {
		if d := distance(strings.ToLower(written), name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		for _, name := range names {
			if len(written) >= 2 && strings.HasPrefix(name, strings.ToLower(written)) {
				best = name
				break
			}
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap with their neighbour
// between a and b, in bytes.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
