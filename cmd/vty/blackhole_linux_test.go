package main

import (
	"fmt"
	"net"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// blackHole finds an address that never answers: blackhole NAME. It is a
// listener whose queue of one is full, so that Linux drops what comes.
func blackHole(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: blackhole NAME")
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	ts.Check(err)
	ts.Defer(func() { _ = unix.Close(fd) })
	ts.Check(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	ts.Check(unix.Listen(fd, 0))
	name, err := unix.Getsockname(fd)
	ts.Check(err)
	addr := fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)
	for {
		conn, err := net.DialTimeout("tcp", addr, 100*time.Millisecond)
		if err != nil {
			break
		}
		ts.Defer(func() { _ = conn.Close() })
	}
	ts.Setenv(args[0], addr)
}
