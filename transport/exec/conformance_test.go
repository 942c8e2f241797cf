//go:build !windows

package exec

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
	"golang.org/x/term"
)

// far names the socket of a test that makes a relay of this binary.
const far = "VTY_TEST_FAR"

func TestMain(m *testing.M) {
	if path := os.Getenv(far); path != "" {
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

func TestConformance(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "far")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			client, err := Start(t.Context(), []string{self}, &Config{Env: []string{far + "=" + path}})
			if err != nil {
				t.Fatal(err)
			}
			device, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			return client, device
		},
		Dial: func(ctx context.Context) (transport.Conn, error) {
			return Start(ctx, []string{self}, &Config{Env: []string{far + "=" + path}})
		},
	})
}
