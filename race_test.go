//go:build race

package vty_test

// raceEnabled says that the race detector slows this run down, by ten times and
// more where regular expressions are matched.
const raceEnabled = true
