package ssh

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// shellEnd is the device's end of a session.
type shellEnd struct {
	xssh.Channel
	conn *net.TCPConn
}

// Close ends the shell as a device does: channel first, connection after it.
func (e shellEnd) Close() error {
	_, _ = e.SendRequest("exit-status", false, make([]byte, 4))
	return e.Channel.Close()
}

// Abort resets the connection.
func (e shellEnd) Abort() {
	_ = e.conn.SetLinger(0)
	_ = e.conn.Close()
}

func TestConformance(t *testing.T) {
	host, port := (&device{}).listen(t)
	transporttest.Run(t, transporttest.Harness{
		Open: func(t *testing.T) (transport.Conn, io.ReadWriteCloser) {
			shells := make(chan xssh.Channel, 1)
			d := &device{shell: func(_ *device, ch xssh.Channel) { shells <- ch }}
			client, server := tcpPair(t)
			served := make(chan struct{})
			go func() {
				defer close(served)
				d.serve(server)
			}()
			t.Cleanup(func() {
				_ = server.Close()
				<-served
			})
			c, err := New(t.Context(), client, "r1", 22, anyKey())
			if err != nil {
				t.Fatal(err)
			}
			return c, shellEnd{<-shells, server}
		},
		Dial: func(ctx context.Context) (transport.Conn, error) {
			return asConn(Dial(ctx, host, port, anyKey()))
		},
		DialSilent: func(ctx context.Context) (transport.Conn, error) {
			client, server := tcpPair(t)
			defer func() { _ = server.Close() }()
			return asConn(New(ctx, client, "r1", 22, anyKey()))
		},
	})
}

// asConn keeps a nil *Conn from becoming a transport.Conn that is not nil.
func asConn(c *Conn, err error) (transport.Conn, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

func tcpPair(t *testing.T) (client net.Conn, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return client, conn.(*net.TCPConn)
}
