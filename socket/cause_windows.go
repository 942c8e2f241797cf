package socket

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// causes classifies the errors of ConnectEx and of the calls before it. The
// syscall package's ECONNREFUSED and its like are not what Windows returns.
var causes = map[syscall.Errno]Cause{
	// The syscall package's own, which dial functions may return.
	syscall.ECONNREFUSED:  Refused,
	syscall.ETIMEDOUT:     TimedOut,
	syscall.EHOSTUNREACH:  Unreachable,
	syscall.ENETUNREACH:   Unreachable,
	syscall.EADDRNOTAVAIL: Unreachable,
	syscall.ECONNRESET:    Reset,
	syscall.EACCES:        NotPermitted,
	syscall.EPERM:         NotPermitted,

	windows.WSAECONNREFUSED:           Refused,
	windows.ERROR_CONNECTION_REFUSED:  Refused,
	windows.WSAETIMEDOUT:              TimedOut,
	windows.ERROR_SEM_TIMEOUT:         TimedOut,
	windows.WSAEHOSTUNREACH:           Unreachable,
	windows.WSAENETUNREACH:            Unreachable,
	windows.WSAEHOSTDOWN:              Unreachable,
	windows.WSAENETDOWN:               Unreachable,
	windows.ERROR_HOST_UNREACHABLE:    Unreachable,
	windows.ERROR_NETWORK_UNREACHABLE: Unreachable,
	windows.WSAEADDRNOTAVAIL:          Unreachable, // no local address from which it could be reached
	windows.WSAEAFNOSUPPORT:           Unreachable, // the host has no IPv6, or no IPv4
	windows.WSAECONNRESET:             Reset,
	windows.WSAECONNABORTED:           Reset,
	windows.ERROR_NETNAME_DELETED:     Reset,
	windows.WSAEACCES:                 NotPermitted,
	windows.ERROR_ACCESS_DENIED:       NotPermitted,
}
