package sim

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Server serves one host at one address. Close it when done.
type Server struct {
	host        Host
	addr        net.Addr
	hostKey     string // known_hosts form; "" where the protocol has none
	fingerprint string

	listener net.Listener
	cancel   context.CancelFunc
	wg       sync.WaitGroup
	once     sync.Once
}

// breather is the pause after an Accept that failed.
const breather = 10 * time.Millisecond

// serve accepts connections and hands each to a goroutine of its own.
func serve(host Host, l net.Listener, handle func(ctx context.Context, conn net.Conn)) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{host: host, addr: l.Addr(), listener: l, cancel: cancel}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) || ctx.Err() != nil {
				return
			}
			if err != nil { // out of descriptors, perhaps: sessions that end give some back
				select {
				case <-time.After(breather):
				case <-ctx.Done():
				}
				continue
			}
			s.wg.Go(func() {
				defer conn.Close()
				handle(ctx, conn)
			})
		}
	})
	return s
}

// Device is the device that is served; nil where it is another kind of Host.
func (s *Server) Device() *Device {
	dev, _ := s.host.(*Device)
	return dev
}

// Addr is the address that the server listens on.
func (s *Server) Addr() net.Addr { return s.addr }

// Close ends the listener and all sessions, and waits for their goroutines.
func (s *Server) Close() error {
	err := s.stop()
	s.wg.Wait()
	return err
}

// stop begins to close, without waiting. Only the first call tells the error.
func (s *Server) stop() (err error) {
	s.once.Do(func() {
		err = s.listener.Close()
		s.cancel()
	})
	return err
}

// listen listens on a TCP address, "127.0.0.1:0" unless stated.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", addr)
}
