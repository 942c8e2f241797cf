package socket

import "golang.org/x/sys/windows"

// peeked reports whether n bytes can be read; the socket blocks until one can.
func peeked(fd uintptr, n int) bool {
	buf := make([]byte, n)
	var got, flags uint32 = 0, windows.MSG_PEEK
	err := windows.WSARecv(windows.Handle(fd), &windows.WSABuf{Len: uint32(n), Buf: &buf[0]}, 1, &got, &flags, nil, nil)
	return err == nil && int(got) == n
}
