//go:build !race

package vty_test

const raceEnabled = false
