package main

import (
	"strings"
	"testing"
)

// A moment of every row, by the floor and by vty: every answer must be right.
func TestQuick(t *testing.T) {
	t.Chdir("..") // where the command is run
	text, err := compare(t.Context(), options{runs: 1, programs: floor + "," + ours, quick: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| SSH: Open,", "| Telnet: Open,", "fewer:", "round trips", "`vty run`"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the report", want)
		}
	}
	if n := strings.Count(text, "0 of 1 right"); n > 0 {
		t.Errorf("%d programs failed:\n%s", n, text)
	}
}

func TestMedianAndSpread(t *testing.T) {
	for _, c := range []struct {
		all            []float64
		median, spread float64
	}{
		{nil, 0, 0},
		{[]float64{4}, 4, 0},
		{[]float64{3, 1, 2}, 2, 1},
		{[]float64{4, 1, 3, 2}, 2.5, 1.2},
	} {
		if m, s := median(c.all), spread(c.all); m != c.median || s != c.spread {
			t.Errorf("%v: median %v, spread %v; want %v, %v", c.all, m, s, c.median, c.spread)
		}
	}
}
