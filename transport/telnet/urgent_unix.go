//go:build unix

package telnet

import "syscall"

func setInlineUrgent(fd uintptr) {
	_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_OOBINLINE, 1)
}
