package socket

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// From winsock2.h; package windows lacks them.
const (
	pollErr    = 0x0001
	pollHup    = 0x0002
	pollNval   = 0x0004
	pollRdNorm = 0x0100
)

type pollFd struct {
	fd      windows.Handle
	events  int16
	revents int16
}

var wsaPoll = windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")

// peerEnded asks WSAPoll, which reports a FIN or a RST by POLLHUP or POLLERR and
// consumes neither data nor error. A peeking recv would block: Go's sockets on
// Windows are in blocking mode.
func peerEnded(fd uintptr) bool {
	fds := [1]pollFd{{fd: windows.Handle(fd), events: pollRdNorm}}
	n, _, _ := wsaPoll.Call(uintptr(unsafe.Pointer(&fds[0])), 1, 0)
	return int32(n) < 0 || fds[0].revents&(pollErr|pollHup|pollNval) != 0
}
