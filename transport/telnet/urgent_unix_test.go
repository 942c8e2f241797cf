//go:build unix

package telnet

import (
	"net"
	"syscall"
	"testing"
)

// A Synch as BSD servers send it, the IAC alone being urgent, leaves no trace
// among the data.
func TestSynch(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := Dial(t.Context(), "127.0.0.1", l.Addr().(*net.TCPAddr).Port, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	dev, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	urgent := func(b byte) {
		raw, err := dev.(*net.TCPConn).SyscallConn()
		if err == nil {
			err2 := raw.Control(func(fd uintptr) { err = syscall.Sendto(int(fd), []byte{b}, syscall.MSG_OOB, nil) })
			if err == nil {
				err = err2
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write(t, dev, []byte("be"))
	urgent(iac)
	write(t, dev, wire(242, "hind"))
	readExactly(t, c, []byte("behind"))
}
