package socket

import (
	"context"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// control prepares a socket before it connects.
func (o *Options) control(_ context.Context, _, _ string, raw syscall.RawConn) error {
	return control(raw, func(fd int) error {
		if o.Source.IsValid() {
			// Choose the port when the destination is known, so that a thousand
			// devices do not use up a thousand ports of the source address.
			_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		}
		if o.Interface == "" {
			return nil
		}
		err := unix.SetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, o.Interface)
		return os.NewSyscallError("interface "+o.Interface, err)
	})
}

// setUserTimeout sets the limit on how long sent data stays unacknowledged. A
// dead path is then noticed by keepalive within it, too.
func setUserTimeout(conn *net.TCPConn, limit time.Duration) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, func(fd int) error {
		err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(max(limit.Milliseconds(), 1)))
		return os.NewSyscallError("setsockopt", err)
	})
}
