package sim

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/telnet"
)

// ListenTelnet serves a device over Telnet at a TCP address; "" means any port
// of 127.0.0.1. The context governs only the call.
func ListenTelnet(ctx context.Context, addr string, host Host) (*Server, error) {
	l, err := listen(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	return ServeTelnet(l, host), nil
}

// ServeTelnet serves a device over Telnet on l, which belongs to the Server
// then.
func ServeTelnet(l net.Listener, host Host) *Server {
	return serve(host, l, func(ctx context.Context, conn net.Conn) { speakTelnet(ctx, host, conn) })
}

// ListenTCP serves a host on bare connections at a TCP address, which is as for
// ListenTelnet: whatever is spoken on them is the host's.
func ListenTCP(ctx context.Context, addr string, host Host) (*Server, error) {
	l, err := listen(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	return serve(host, l, func(ctx context.Context, conn net.Conn) {
		rest := &drained{ReadWriter: conn}
		_ = host.Open(Terminal{Login: true}).Serve(ctx, &wire{ReadWriter: rest, beneath: conn, close: func() error {
			if half, ok := conn.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
			_ = conn.SetReadDeadline(time.Now().Add(linger))
			_, _ = io.Copy(io.Discard, rest)
			return conn.Close()
		}})
	}), nil
}

func speakTelnet(ctx context.Context, host Host, conn net.Conn) {
	session := host.Open(Terminal{Login: true})
	interrupts := make(chan struct{}, 1)
	t := telnet.NewServer(conn, &telnet.ServerConfig{
		Resized: session.Resize,
		Interrupt: func() {
			select {
			case interrupts <- struct{}{}:
			default: // one is as good as two
			}
		},
	})
	defer t.Close()
	stop := transport.CloseOn(ctx, t)
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	ended := make(chan struct{})
	defer close(ended)
	wg.Go(func() {
		for {
			select {
			case <-interrupts:
				session.Press(0x03)
			case <-ended:
				return
			}
		}
	})
	rest := &drained{ReadWriter: t}
	_ = session.Serve(ctx, &wire{ReadWriter: rest, beneath: conn, close: func() error {
		_ = t.CloseWrite()
		_ = conn.SetReadDeadline(time.Now().Add(linger))
		_, _ = io.Copy(io.Discard, rest)
		return t.Close()
	}})
}
