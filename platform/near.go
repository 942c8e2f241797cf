package platform

import (
	"cmp"
	"slices"
	"strings"
)

// nearest gives the up to three names that look most like name: few typing
// errors away, or one within the other.
func nearest(name string, names []string) []string {
	type candidate struct {
		name         string
		distance, by int // by is what the distance is in edits
	}
	name = strings.ToLower(name)
	var near []candidate
	for _, n := range names {
		edits := distance(name, n)
		d := edits
		if len(name) >= 3 && len(n) >= 3 && (strings.Contains(n, name) || strings.Contains(name, n)) {
			d = 1
		}
		if d <= max(1, len(name)/3) {
			near = append(near, candidate{n, d, edits})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Or(a.distance-b.distance, a.by-b.by) })
	var out []string
	for _, c := range near[:min(3, len(near))] {
		out = append(out, c.name)
	}
	return out
}

// distance is Levenshtein's, in bytes: names are ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
