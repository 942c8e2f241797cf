//go:build unix && !linux

package serial

import (
	"testing"

	"golang.org/x/sys/unix"
)

func checkSpeed(t *testing.T, set *unix.Termios, baud int) {
	t.Helper()
	if int(set.Ospeed) != baud {
		t.Errorf("speed %d, want %d", set.Ospeed, baud)
	}
}
