package serial

import (
	"testing"

	"golang.org/x/sys/unix"
)

func checkSpeed(t *testing.T, set *unix.Termios, baud int) {
	t.Helper()
	speeds := map[int]uint32{9600: unix.B9600, 115200: unix.B115200}
	if got := set.Cflag & unix.CBAUD; got != speeds[baud] {
		t.Errorf("speed %#x, want that of %d", got, baud)
	}
}
