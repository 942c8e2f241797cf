package telnet

import "syscall"

// soOOBInline is SO_OOBINLINE of winsock2.h, which package syscall lacks.
const soOOBInline = 0x0100

func setInlineUrgent(fd uintptr) {
	_ = syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, soOOBInline, 1)
}
