package socket

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// control prepares a socket before it connects.
func (o *Options) control(_ context.Context, network, _ string, raw syscall.RawConn) error {
	if o.Interface == "" {
		return nil
	}
	device, err := net.InterfaceByName(o.Interface)
	if err != nil {
		return err
	}
	return control(raw, func(fd int) error {
		level, option := unix.IPPROTO_IP, unix.IP_BOUND_IF
		if strings.HasSuffix(network, "6") {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_BOUND_IF
		}
		err := unix.SetsockoptInt(fd, level, option, device.Index)
		return os.NewSyscallError("interface "+o.Interface, err)
	})
}

// setUserTimeout sets the limit on how long sent data stays unacknowledged, in
// whole seconds.
func setUserTimeout(conn *net.TCPConn, limit time.Duration) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, func(fd int) error {
		seconds := (limit + time.Second - 1) / time.Second
		err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_RXT_CONNDROPTIME, int(seconds))
		return os.NewSyscallError("setsockopt", err)
	})
}
