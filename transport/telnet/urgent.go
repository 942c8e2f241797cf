package telnet

import (
	"net"
	"syscall"
)

// inlineUrgent has TCP's urgent byte delivered in its place. The Synch of
// RFC 854 is an IAC DM that is marked urgent, and BSD and GNU servers send one
// whenever an interrupt flushes output. Sockets take an urgent byte out of the
// stream by default: that is the IAC, and the DM would stand among the text.
//
// Of Synch no more than that is done: nothing that a device sends is thrown
// away. A connection without a socket has no urgent bytes.
func inlineUrgent(conn net.Conn) {
	for {
		switch c := conn.(type) {
		case syscall.Conn:
			raw, err := c.SyscallConn()
			if err != nil {
				return
			}
			// A socket that cannot do it is no worse off than before.
			_ = raw.Control(setInlineUrgent)
			return
		case interface{ NetConn() net.Conn }: // one around another, as in crypto/tls
			conn = c.NetConn()
		default:
			return
		}
	}
}
