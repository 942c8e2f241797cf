package socket

import (
	"net"
	"syscall"
)

// Alive reports whether conn is open and nothing has come from its peer that
// ends it. It asks the system what it knows: nothing is sent, nothing that was
// received is consumed, no error is taken from a Read that is to come, and it
// makes no difference whether another goroutine is in Read. It costs about a
// microsecond and never blocks.
//
// The peer's FIN or RST makes a connection dead as soon as it has arrived, even
// while data that came before it can still be read: what is asked is whether
// the peer is there, not whether the buffer is empty. A peer that vanished
// without a word is found dead when keepalive or the user timeout has noticed.
//
// A conn that wraps another is asked by its own Alive() bool method if it has
// one, or else unwrapped by NetConn() net.Conn, as [crypto/tls.Conn] has. Of a
// conn that is neither, nor has a descriptor, nothing can be known, and Alive
// reports true. Through a proxy, the peer is the proxy. A nil conn is dead.
func Alive(conn net.Conn) bool {
	// The bound is for a wrapper that unwraps to itself.
	for range 16 {
		switch c := conn.(type) {
		case nil:
			return false
		case interface{ Alive() bool }:
			return c.Alive()
		case syscall.Conn:
			return alive(c)
		case interface{ NetConn() net.Conn }:
			conn = c.NetConn()
		default:
			return true
		}
	}
	return true
}

func alive(conn syscall.Conn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	// Control, unlike Read, does not wait for the goroutine that is reading.
	var ended bool
	if raw.Control(func(fd uintptr) { ended = peerEnded(fd) }) != nil {
		return false // closed
	}
	return !ended
}
