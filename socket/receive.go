package socket

import "net"

// Receiver is a connection that is read without a buffer of the reader's own, and
// whose reader can be called away.
//
// Receive waits until something has come, or returns at once where wait is false. It
// returns no bytes and no error where nothing is there, or Interrupt was called. What
// it returns is lent until Release, which is called before the next Receive. There is
// one reader at a time; Interrupt is called by anyone, and where nobody waits it may
// end the next wait.
type Receiver interface {
	Receive(wait bool) ([]byte, error)
	Release()
	Interrupt()
}

// ReceiverOf returns conn as a Receiver; nil where it cannot be one. While it is read
// so, the deadline of its reads is not to be set.
func ReceiverOf(conn net.Conn) Receiver {
	switch c := conn.(type) {
	case Receiver:
		return c
	case *net.TCPConn:
		return receiverOf(c)
	}
	return nil
}
