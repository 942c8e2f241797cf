//go:build !windows

package openssh

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
)

func TestMain(m *testing.M) { transporttest.Main(m) }

// config gets in by key.
func (s *server) config(t *testing.T) *Config {
	return &Config{User: me(t), File: "none", Identities: []string{s.key}, HostKeys: auth.KnownHosts(s.known)}
}

func TestConformance(t *testing.T) {
	far := transporttest.NewFar(t)
	srv := serve(t, far.Env+" "+far.Program)
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
			return client, far.Accept(t)
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
