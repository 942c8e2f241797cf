package socket

import "golang.org/x/sys/unix"

// peerEnded asks poll(2), which on macOS stands on kqueue: a peer's FIN or RST
// sets EV_EOF, shown as POLLHUP, even behind unread data. What poll calls
// readable is peeked at as well: no bytes there means the end. On macOS a
// peeking recv(2) leaves the socket's error in place.
func peerEnded(fd uintptr) bool {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds[:], 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil || fds[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0 {
			return true
		}
		break
	}
	if fds[0].Revents == 0 {
		return false
	}
	var one [1]byte
	n, _, err := unix.Recvfrom(int(fd), one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	if err != nil {
		// The reader was quicker, or a signal came: neither is an end.
		return err != unix.EAGAIN && err != unix.EINTR
	}
	return n == 0
}
