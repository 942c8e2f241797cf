//go:build unix

package socket

import "golang.org/x/sys/unix"

// peeked reports whether n bytes can be read.
func peeked(fd uintptr, n int) bool {
	got, _, err := unix.Recvfrom(int(fd), make([]byte, n), unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return err == nil && got == n
}
