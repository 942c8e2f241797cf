//go:build !windows

package exec

import (
	"context"
	"io"
	"testing"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
)

func TestMain(m *testing.M) { transporttest.Main(m) }

func TestConformance(t *testing.T) {
	far := transporttest.NewFar(t)
	dial := func(ctx context.Context) (transport.Conn, error) {
		return Start(ctx, []string{far.Program}, &Config{Env: []string{far.Env}})
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
	})
}
