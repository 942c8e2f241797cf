package transporttest

import (
	"os"
	"os/exec"
	"testing"
)

// Program is the path of the first of these programs that is installed. Where none is,
// the test is left out, but in CI, which must have one, it fails.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%v is not installed, and CI must have it", names)
	}
	t.Skipf("%v is not installed", names)
	return ""
}
