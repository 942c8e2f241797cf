package socket_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/vtynet/vty/socket"
)

// listen opens a port on loopback for the examples to connect to.
func listen() (port int, stop func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return listener.Addr().(*net.TCPAddr).Port, func() { _ = listener.Close() }
}

func ExampleDial() {
	port, stop := listen()
	defer stop()

	conn, err := socket.Dial(context.Background(), "127.0.0.1", port, &socket.Options{Timeout: 10 * time.Second})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	fmt.Println("alive:", socket.Alive(conn))
	// Output: alive: true
}

func ExampleSocket() {
	port, stop := listen()
	defer stop()

	s := socket.New("127.0.0.1", port, nil)
	fmt.Println("before Open:", s.Alive())
	if err := s.Open(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("open:", s.Alive())
	if err := s.Close(); err != nil {
		fmt.Println(err)
	}
	fmt.Println("after Close:", s.Alive())
	// Output:
	// before Open: false
	// open: true
	// after Close: false
}

// hosts is a Resolver that knows one host.
type hosts struct{}

func (hosts) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("192.0.2.1")}, nil
}

// Every address that was tried is in the error, with what came of it.
func ExampleOpenError() {
	_, err := socket.Dial(context.Background(), "r1.example.net", 22, &socket.Options{
		Resolver: hosts{},
		Dial: func(_ context.Context, network, _ string) (net.Conn, error) {
			if network == "tcp6" {
				return nil, socket.ErrUnreachable
			}
			return nil, socket.ErrRefused
		},
	})

	var open *socket.OpenError
	if errors.As(err, &open) {
		for _, a := range open.Attempts {
			fmt.Printf("%v: %v\n", a.Address, a.Cause)
		}
	}
	fmt.Println("refused:", errors.Is(err, socket.ErrRefused))
	fmt.Println("timed out:", errors.Is(err, socket.ErrTimedOut))
	// Output:
	// [2001:db8::1]:22: unreachable
	// 192.0.2.1:22: refused
	// refused: true
	// timed out: false
}

// Failed attempts are warnings; the rest is there at debug level.
func ExampleOptions_logger() {
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "elapsed" {
				return slog.Attr{}
			}
			return a
		},
	})
	_, err := socket.Dial(context.Background(), "192.0.2.1", 22, &socket.Options{
		Dial:   func(context.Context, string, string) (net.Conn, error) { return nil, socket.ErrRefused },
		Logger: slog.New(handler),
	})
	fmt.Println(errors.Is(err, socket.ErrNotOpened))
	// Output:
	// level=WARN msg="attempt failed" host=192.0.2.1 port=22 family=IPv4 address=192.0.2.1 cause=refused error="connection refused"
	// true
}

// The login comes from a secret store, not from the URL, and is never printed.
func ExampleParseProxy() {
	proxy, err := socket.ParseProxy("socks5://bastion.example.net")
	if err != nil {
		fmt.Println(err)
		return
	}
	opts := socket.Options{Proxy: proxy.WithLogin("ops", "not to be seen")}
	fmt.Println(opts.Proxy)
	// Output: socks5://bastion.example.net:1080
}
