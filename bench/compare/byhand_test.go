package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A run writes its tables anew and leaves what people wrote below them.
func TestByHandIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	const words = "\n## What misses\n\nNothing.\n"
	for _, step := range []struct{ page, want string }{
		{"first\n", "first\n"},
		{"second\n", "second\n"},
	} {
		if err := write(path, step.page); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != step.want {
			t.Fatalf("%q, %v; want %q", got, err, step.want)
		}
	}
	if err := os.WriteFile(path, []byte("second\n\n"+byHand+words), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := write(path, "third\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != "third\n\n"+byHand+words {
			t.Fatalf("%q, %v", got, err)
		}
	}
}
