//go:build unix

package socket_test

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/vtynet/vty/socket"
)

// connected returns both ends of a TCP connection.
func connected(t *testing.T, at string) (client, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(at, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Close(), s.Close() })
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

func TestReceiver(t *testing.T) {
	for _, at := range []string{"127.0.0.1", "::1"} {
		t.Run(at, func(t *testing.T) {
			client, server := connected(t, at)
			r := socket.ReceiverOf(client)
			want := func(wait bool, text string, end error) {
				t.Helper()
				p, err := r.Receive(wait)
				if string(p) != text || !errors.Is(err, end) {
					t.Fatalf("received %q, %v; want %q, %v", p, err, text, end)
				}
				r.Release()
			}
			want(false, "", nil)
			_, _ = io.WriteString(server, "one")
			want(true, "one", nil)

			// Called away while it waits, and too late; nothing is lost by either.
			go r.Interrupt()
			want(true, "", nil)
			r.Interrupt()
			_, _ = io.WriteString(server, "two")
			if p, err := r.Receive(true); len(p) == 0 && err == nil {
				want(true, "two", nil)
			} else if r.Release(); string(p) != "two" {
				t.Fatalf("received %q, %v", p, err)
			}
			_, _ = io.WriteString(server, "three")
			want(true, "three", nil)
			r.Interrupt()
			want(false, "", nil)

			_ = server.CloseWrite()
			want(true, "", io.EOF)
			want(false, "", io.EOF)
		})
	}
}

func TestReceiverReset(t *testing.T) {
	client, server := connected(t, "127.0.0.1")
	_ = server.SetLinger(0)
	_ = server.Close()
	_, err := socket.ReceiverOf(client).Receive(true)
	other, server := connected(t, "127.0.0.1")
	_ = server.SetLinger(0)
	_ = server.Close()
	_, read := other.Read(make([]byte, 1))
	// The words are those of Read, but for the ports.
	var got, want *net.OpError
	if !errors.Is(err, syscall.ECONNRESET) || !errors.As(err, &got) || !errors.As(read, &want) || got.Err.Error() != want.Err.Error() || got.Op != want.Op || got.Net != want.Net {
		t.Errorf("error %v, of Read %v", err, read)
	}
}

func TestReceiverClosed(t *testing.T) {
	client, _ := connected(t, "127.0.0.1")
	r := socket.ReceiverOf(client)
	go func() { _ = client.Close() }()
	if _, err := r.Receive(true); !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

// A plain connection without a socket cannot be one.
func TestNoReceiver(t *testing.T) {
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	if socket.ReceiverOf(a) != nil {
		t.Error("a pipe is one")
	}
}
