package raw

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
)

// device is the port's other end, whose connection can be broken.
type device struct{ *net.TCPConn }

func (d device) Abort() {
	_ = d.SetLinger(0)
	_ = d.Close()
}

func TestConformance(t *testing.T) {
	for _, at := range []string{"127.0.0.1", "::1"} {
		t.Run(at, func(t *testing.T) {
			l, err := net.Listen("tcp", net.JoinHostPort(at, "0"))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			port := l.Addr().(*net.TCPAddr).Port
			transporttest.Run(t, transporttest.Harness{
				Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
					client, err := Dial(t.Context(), at, port, nil)
					if err != nil {
						t.Fatal(err)
					}
					conn, err := l.Accept()
					if err != nil {
						t.Fatal(err)
					}
					return client, device{conn.(*net.TCPConn)}
				},
				Dial: func(ctx context.Context) (transport.Conn, error) { return Dial(ctx, at, port, nil) },
			})
		})
	}
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	if _, err := Dial(t.Context(), "127.0.0.1", port, nil); !errors.Is(err, socket.ErrRefused) {
		t.Errorf("Dial: %v", err)
	}
}

// Another way to the port takes the place of the socket, and need not be able to
// close one half.
func TestAnotherWay(t *testing.T) {
	a, b := net.Pipe()
	defer b.Close()
	c, err := Dial(t.Context(), "console", 4001, &Config{Dial: func(_ context.Context, host string, port int) (net.Conn, error) {
		if host != "console" || port != 4001 {
			t.Errorf("dialled %s, %d", host, port)
		}
		return a, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() { _, _ = b.Write([]byte("\xff\xfb\x01\r\x00")) }()
	p := make([]byte, 5)
	if _, err := io.ReadFull(c, p); err != nil || string(p) != "\xff\xfb\x01\r\x00" {
		t.Errorf("%q, %v", p, err)
	}
	if err := c.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("CloseWrite: %v", err)
	}
}
