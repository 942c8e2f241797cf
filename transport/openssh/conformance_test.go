//go:build !windows

package openssh

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/vtynet/vty/auth"
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

// known is a Config that gets in by key.
func (s *server) config(t *testing.T) *Config {
	return &Config{User: me(t), File: "none", Identities: []string{s.key}, HostKeys: auth.KnownHosts(s.known)}
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
	defer func() { _ = l.Close() }()
	srv := serve(t, far+"="+path+" "+self)
	dial := func(ctx context.Context) (transport.Conn, error) {
		c, err := Dial(ctx, "127.0.0.1", srv.port, srv.config(t))
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			client, err := dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			device, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			return client, device
		},
		Dial: dial,
		DialSilent: func(ctx context.Context) (transport.Conn, error) {
			silent, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = silent.Close() }()
			c, err := Dial(ctx, "127.0.0.1", silent.Addr().(*net.TCPAddr).Port, srv.config(t))
			if err != nil {
				return nil, err
			}
			return c, nil
		},
	})
}
