package sim

import (
	"context"
	"net"
	"sync"
)

// Server serves one device at one address. Close it when done.
type Server struct {
	dev         *Device
	addr        net.Addr
	hostKey     string // known_hosts form; "" where the protocol has none
	fingerprint string

	listener net.Listener
	cancel   context.CancelFunc
	wg       sync.WaitGroup
	once     sync.Once
}

// serve accepts connections and hands each to a goroutine of its own.
func serve(dev *Device, l net.Listener, handle func(ctx context.Context, conn net.Conn)) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{dev: dev, addr: l.Addr(), listener: l, cancel: cancel}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() {
				defer conn.Close()
				handle(ctx, conn)
			})
		}
	})
	return s
}

// Device is the device that is served.
func (s *Server) Device() *Device { return s.dev }

// Addr is the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.addr }

// Close ends the listener and all sessions, and waits for their goroutines.
func (s *Server) Close() error {
	var err error
	s.once.Do(func() {
		err = s.listener.Close()
		s.cancel()
	})
	s.wg.Wait()
	return err
}

// listen listens on a TCP address, "127.0.0.1:0" unless stated.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", addr)
}
