package socket

import (
	"context"
	"math/bits"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// From ws2ipdef.h; package windows lacks them.
const (
	ipUnicastIf   = 31
	ipv6UnicastIf = 31
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
		// IPv4 wants the index in network byte order, IPv6 in the host's.
		level, option, index := windows.IPPROTO_IP, ipUnicastIf, int(int32(bits.ReverseBytes32(uint32(device.Index))))
		if strings.HasSuffix(network, "6") {
			level, option, index = windows.IPPROTO_IPV6, ipv6UnicastIf, device.Index
		}
		err := windows.SetsockoptInt(windows.Handle(fd), level, option, index)
		return os.NewSyscallError("interface "+o.Interface, err)
	})
}

// setUserTimeout sets the limit on retransmission, in whole seconds.
func setUserTimeout(conn *net.TCPConn, limit time.Duration) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, func(fd int) error {
		seconds := (limit + time.Second - 1) / time.Second
		err := windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_TCP, windows.TCP_MAXRT, int(seconds))
		return os.NewSyscallError("setsockopt", err)
	})
}
