package socket

import "net"

// receiverOf knows no way: a Windows socket is read into a buffer that is there
// before anything has come.
func receiverOf(*net.TCPConn) Receiver { return nil }
