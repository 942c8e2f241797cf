//go:build unix

package socket

import "syscall"

// causes classifies the errors of connect(2) and of the calls before it.
var causes = map[syscall.Errno]Cause{
	syscall.ECONNREFUSED:  Refused,
	syscall.ETIMEDOUT:     TimedOut,
	syscall.EHOSTUNREACH:  Unreachable,
	syscall.ENETUNREACH:   Unreachable,
	syscall.EHOSTDOWN:     Unreachable,
	syscall.ENETDOWN:      Unreachable,
	syscall.EADDRNOTAVAIL: Unreachable, // no local address from which it could be reached
	syscall.EAFNOSUPPORT:  Unreachable, // the host has no IPv6, or no IPv4
	syscall.ECONNRESET:    Reset,
	syscall.ECONNABORTED:  Reset,
	syscall.EPIPE:         Reset,
	syscall.EACCES:        NotPermitted,
	syscall.EPERM:         NotPermitted,
}
