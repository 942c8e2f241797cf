package home

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestExpand(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("USERPROFILE", folder)
	for path, want := range map[string]string{
		"~/.ssh/id": filepath.Join(folder, ".ssh", "id"),
		"~":         "~",
		"~me/x":     "~me/x",
		"/a/~/b":    "/a/~/b",
		"":          "",
		"rel/x":     "rel/x",
	} {
		if got := Expand(path); got != want {
			t.Errorf("%q on %s is %q, want %q", path, runtime.GOOS, got, want)
		}
	}
}
