//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

// blackHole needs a listener that drops connections: only Linux has one. The
// script that uses it says so.
func blackHole(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("there is no black hole on this system")
}
