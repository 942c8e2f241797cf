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

// ListenTelnet serves the device over Telnet at a TCP address; "" means any port
// of 127.0.0.1. The context governs only the call.
func ListenTelnet(ctx context.Context, addr string, dev *Device) (*Server, error) {
	l, err := listen(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	return ServeTelnet(l, dev), nil
}

// ServeTelnet serves the device over Telnet on l, which belongs to the Server
// then.
func ServeTelnet(l net.Listener, dev *Device) *Server {
	return serve(dev, l, func(ctx context.Context, conn net.Conn) { dev.telnet(ctx, conn) })
}

// linger is how long a session that has ended waits for the client to close:
// TCP would take the last output back if the connection were closed with bytes
// unread.
const linger = 2 * time.Second

func (d *Device) telnet(ctx context.Context, conn net.Conn) {
	session := d.NewSession(Terminal{Login: true})
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
				session.press(0x03)
			case <-ended:
				return
			}
		}
	})
	if session.serve(ctx, t) != nil {
		return
	}
	_ = t.CloseWrite()
	_ = conn.SetReadDeadline(time.Now().Add(linger))
	_, _ = io.Copy(io.Discard, t)
}
