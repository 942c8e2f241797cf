//go:build !windows

package transporttest

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/term"
)

// farVariable names the socket of a process that is a relay.
const farVariable = "VTY_TEST_FAR"

// Main is the TestMain of a package whose tests need a program on a terminal: the test
// binary itself is one, where a Far's Env is in its environment. It does not return.
func Main(m *testing.M) {
	if path := os.Getenv(farVariable); path != "" {
		os.Exit(relay(path))
	}
	os.Exit(m.Run())
}

// relay passes plain bytes between its terminal and a socket.
func relay(path string) int {
	if _, err := term.MakeRaw(0); err != nil {
		return 2
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return 3
	}
	go func() { _, _ = io.Copy(conn, os.Stdin) }()
	if _, err := io.Copy(os.Stdout, conn); err != nil {
		return 4
	}
	return 0
}

// Far is where the terminals of relays end.
type Far struct {
	Program string // the test binary
	Env     string // makes a relay of it, as NAME=VALUE

	listener net.Listener
}

// NewFar makes one that lasts as long as the test. The package's TestMain must be Main.
func NewFar(t *testing.T) *Far {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "far")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return &Far{Program: self, Env: farVariable + "=" + path, listener: l}
}

// Accept waits for the next relay, and gives what its terminal reads and writes.
func (f *Far) Accept(t *testing.T) io.ReadWriteCloser {
	t.Helper()
	conn, err := f.listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
