package socket

import "golang.org/x/sys/unix"

// peerEnded asks poll(2), which reports a FIN by POLLRDHUP even behind unread
// data, and a RST or a timeout by POLLERR and POLLHUP without clearing the
// error, as a peeking recv(2) would.
func peerEnded(fd uintptr) bool {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	for {
		_, err := unix.Poll(fds[:], 0)
		if err == unix.EINTR {
			continue
		}
		return err != nil || fds[0].Revents != 0
	}
}
