package socket

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestDialLoopback(t *testing.T) {
	for _, test := range []struct {
		name, listen, host, remote string
	}{
		{"IPv4", "127.0.0.1:0", "127.0.0.1", "127.0.0.1"},
		{"mapped IPv4", "127.0.0.1:0", "::ffff:127.0.0.1", "127.0.0.1"},
		{"IPv6", "[::1]:0", "::1", "[::1]"},
		{"IPv6 in brackets", "[::1]:0", "[::1]", "[::1]"},
		{"a name", "127.0.0.1:0", "r1", "127.0.0.1"},
		{"the other family", "[::1]:0", "r1", "[::1]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			port, _ := accept(t, test.listen)
			conn, err := Dial(t.Context(), test.host, port, &Options{Resolver: book{"r1": "127.0.0.1 ::1"}})
			must(t, err)
			if got, want := conn.RemoteAddr().String(), test.remote+":"+itoa(port); got != want {
				t.Errorf("connected to %s, want %s", got, want)
			}
			if !Alive(conn) {
				t.Error("it is dead")
			}
			must(t, conn.Close())
		})
	}
}

// With the resolver and the context that people have.
func TestDialLocalhost(t *testing.T) {
	port, _ := accept(t, "127.0.0.1:0")
	conn, err := Dial(context.Background(), "localhost", port, nil)
	must(t, err)
	must(t, conn.Close())
}

// The context has no hold on a connection once Dial has returned.
func TestContextLetsGo(t *testing.T) {
	port, _ := accept(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	conn, err := Dial(ctx, "127.0.0.1", port, nil)
	must(t, err)
	cancel()
	if _, err := conn.Write([]byte("x")); err != nil || !Alive(conn) {
		t.Errorf("the connection ended with the context: %v", err)
	}
	must(t, conn.Close())
}

func TestDialRefused(t *testing.T) {
	noLeak(t)
	port := closedPort(t, "127.0.0.1:0")
	_, err := Dial(t.Context(), "r1", port, &Options{Resolver: book{"r1": "127.0.0.1 ::1"}})
	open := opened(t, err)
	if len(open.Attempts) != 2 || open.Err != nil || open.Elapsed <= 0 {
		t.Fatalf("%+v", err)
	}
	for i, want := range addrs("127.0.0.1 ::1") {
		a := open.Attempts[i]
		if a.Address.Addr() != want || int(a.Address.Port()) != port || a.Family != familyOf(want) || a.Cause != Refused || a.Elapsed <= 0 {
			t.Errorf("attempt %d is %v", i, a)
		}
	}
	if !errors.Is(err, ErrRefused) || errors.Is(err, ErrTimedOut) {
		t.Errorf("error %v", err)
	}
}

func TestNoSuchZone(t *testing.T) {
	_, err := Dial(t.Context(), "[fe80::1%nosuch0]", 22, nil)
	want := `open [fe80::1%nosuch0]:22: unreachable: there is no network interface "nosuch0" after `
	if open := opened(t, err); len(open.Error()) < len(want) || open.Error()[:len(want)] != want || !errors.Is(err, ErrUnreachable) {
		t.Errorf("it reads %q", open)
	}
}

func TestNoSuchInterface(t *testing.T) {
	port, _ := accept(t, "127.0.0.1:0")
	_, err := Dial(t.Context(), "127.0.0.1", port, &Options{Interface: "nosuch0"})
	if open := opened(t, err); open.Attempts[0].Cause != Other {
		t.Errorf("attempt %v", open.Attempts[0])
	}
}

// keepalive's defaults notice a dead path in about thirty seconds.
func TestKeepAliveConfig(t *testing.T) {
	second := time.Second
	for _, test := range []struct {
		given KeepAlive
		want  net.KeepAliveConfig
	}{
		{KeepAlive{}, net.KeepAliveConfig{Enable: true, Idle: 15 * second, Interval: 5 * second, Count: 3}},
		{KeepAlive{Idle: second}, net.KeepAliveConfig{Enable: true, Idle: second, Interval: 5 * second, Count: 3}},
		{KeepAlive{Idle: -1, Interval: 2 * second, Count: 9}, net.KeepAliveConfig{Enable: true, Idle: 15 * second, Interval: 2 * second, Count: 9}},
		{KeepAlive{Off: true, Idle: second}, net.KeepAliveConfig{}},
	} {
		if got := test.given.config(); got != test.want {
			t.Errorf("%+v becomes %+v, want %+v", test.given, got, test.want)
		}
	}
}

func TestUserTimeout(t *testing.T) {
	for _, test := range []struct {
		opts Options
		want time.Duration
	}{
		{Options{}, 30 * time.Second}, // as long as keepalive's defaults take
		{Options{KeepAlive: KeepAlive{Off: true}}, 30 * time.Second},
		{Options{KeepAlive: KeepAlive{Idle: time.Second, Interval: time.Second}}, 30 * time.Second},
		{Options{KeepAlive: KeepAlive{Idle: time.Minute, Interval: 10 * time.Second, Count: 6}}, 2 * time.Minute},
		{Options{KeepAlive: KeepAlive{Idle: time.Minute}, UserTimeout: time.Second}, time.Second},
		{Options{UserTimeout: -1}, 0},
	} {
		if got := test.opts.userTimeout(); got != test.want {
			t.Errorf("%+v: %v, want %v", test.opts, got, test.want)
		}
	}
}
