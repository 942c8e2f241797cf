package telnet

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
)

// device is a server whose TCP connection can be broken.
type device struct {
	*ServerConn
	tcp *net.TCPConn
}

func (d device) Abort() {
	_ = d.tcp.SetLinger(0)
	_ = d.tcp.Close()
}

// settle lets client and server agree on everything before a case begins: a
// server that closes before it has read the client's answers resets the
// connection, and Resize needs NAWS.
func settle(t *testing.T, client, server io.ReadWriter) {
	t.Helper()
	p := make([]byte, 1)
	for range 3 {
		for _, step := range []func([]byte) (int, error){server.Write, client.Read, client.Write, server.Read} {
			if _, err := step(p); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestConformance(t *testing.T) {
	configs := map[string]struct {
		client Config
		server ServerConfig
	}{
		"server begins":      {},
		"nobody begins":      {server: ServerConfig{Quiet: true}},
		"both begin, binary": {client: Config{Start: Offer, Binary: true}},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port

	for name, cfg := range configs {
		t.Run(name, func(t *testing.T) {
			transporttest.Run(t, transporttest.Harness{
				Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
					client, err := Dial(t.Context(), "127.0.0.1", port, &cfg.client)
					if err != nil {
						t.Fatal(err)
					}
					conn, err := l.Accept()
					if err != nil {
						t.Fatal(err)
					}
					server := NewServer(conn, &cfg.server)
					settle(t, client, server)
					return client, device{server, conn.(*net.TCPConn)}
				},
				Dial: func(ctx context.Context) (transport.Conn, error) {
					return Dial(ctx, "127.0.0.1", port, &cfg.client)
				},
			})
		})
	}
}

// The server is as good a Conn as the client.
func TestConformanceOfTheServer(t *testing.T) {
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			a, b := memnet.Pipe()
			server, client := NewServer(a, nil), New(b, nil)
			settle(t, client, server)
			return server, client
		},
	})
}
