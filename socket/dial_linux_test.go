package socket

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// blackHole is a port on 127.0.0.1 that answers nothing: the queue of a
// listener that never accepts is full, so further SYNs are dropped.
func blackHole(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	must(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(t, unix.Listen(fd, 0))
	name, err := unix.Getsockname(fd)
	must(t, err)
	port := name.(*unix.SockaddrInet4).Port
	for {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", itoa(port)), 100*time.Millisecond)
		if err != nil {
			return port
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
}

// slack is what a machine busy with other things may add to a limit in the
// tests by the real clock. That limits hold exactly, the tests by fake time show.
const slack = 2 * time.Second

// The kernel's own silence ends with whichever limit is first.
func TestBlackHole(t *testing.T) {
	port := blackHole(t)
	const limit = 150 * time.Millisecond
	for _, test := range []struct {
		name  string
		opts  Options
		limit time.Duration // of the context
		text  string
		isNot error
	}{
		{"total", Options{Timeout: limit}, time.Minute, "no answer within the total limit of 150ms", context.DeadlineExceeded},
		{"attempt", Options{AttemptTimeout: limit}, time.Minute, "no answer within the attempt limit of 150ms", context.DeadlineExceeded},
		{"context", Options{}, limit, "no answer before the context's deadline after ", context.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			ctx, cancel := context.WithTimeout(t.Context(), test.limit)
			defer cancel()
			begun := time.Now()
			_, err := Dial(ctx, "127.0.0.1", port, &test.opts)
			elapsed := time.Since(begun)
			t.Logf("%v over the limit", elapsed-limit)
			if elapsed < limit || elapsed > limit+slack {
				t.Errorf("it took %v", elapsed)
			}
			want := "open 127.0.0.1:" + itoa(port) + ": " + test.text
			if open := opened(t, err); !strings.HasPrefix(open.Error(), want) {
				t.Errorf("it reads\n%s, want\n%s", open, want)
			}
			if !errors.Is(err, ErrTimedOut) || errors.Is(err, test.isNot) {
				t.Errorf("error %v", err)
			}
		})
	}
	t.Run("canceled", func(t *testing.T) {
		noLeak(t)
		ctx, cancel := context.WithCancel(t.Context())
		stop := time.AfterFunc(limit, cancel)
		defer stop.Stop()
		_, err := Dial(ctx, "127.0.0.1", port, nil)
		if opened(t, err); !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimedOut) {
			t.Errorf("error %v", err)
		}
	})
}

// A silent address costs a stagger, not a timeout, and the loser leaves nothing.
func TestBlackHoleLoses(t *testing.T) {
	noLeak(t)
	port := blackHole(t)
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.2", itoa(port)))
	must(t, err)
	defer func() { _ = listener.Close() }()
	log := &lines{}
	begun := time.Now()
	conn, err := Dial(t.Context(), "r1", port, &Options{Resolver: book{"r1": "127.0.0.1 127.0.0.2"}, Logger: log.logger()})
	must(t, err)
	if elapsed := time.Since(begun); elapsed < defaultStagger || elapsed > defaultStagger+slack {
		t.Errorf("it took %v", elapsed)
	}
	if got, want := conn.RemoteAddr().String(), "127.0.0.2:"+itoa(port); got != want {
		t.Errorf("connected to %s, want %s", got, want)
	}
	if strings.Contains(log.String(), "WARN") {
		t.Errorf("the loser is told as a failure:\n%s", log)
	}
	must(t, conn.Close())
}

// Many addresses, one listener: every refusal is told, in order, and the last
// address is reached at once.
func TestManyAddresses(t *testing.T) {
	noLeak(t)
	port, _ := accept(t, "127.0.9.9:0")
	log := &lines{}
	conn, err := Dial(t.Context(), "r1", port, &Options{
		Resolver: book{"r1": "127.0.9.1 127.0.9.2 127.0.9.3 ::1 127.0.9.4 127.0.9.5 127.0.9.9"}, Logger: log.logger(),
	})
	must(t, err)
	must(t, conn.Close())
	if warned := strings.Count(log.String(), "level=WARN msg=\"attempt failed\" host=r1 port="+itoa(port)+" family=IPv"); warned != 6 {
		t.Errorf("%d warnings, want 6:\n%s", warned, log)
	}
}

func TestSource(t *testing.T) {
	port, accepted := accept(t, "127.0.0.1:0")
	conn, err := Dial(t.Context(), "r1", port, &Options{
		Resolver: book{"r1": "::1 127.0.0.1"}, Source: netip.MustParseAddr("127.0.0.77"),
	})
	must(t, err)
	defer func() { _ = conn.Close() }()
	if got, _, _ := net.SplitHostPort((<-accepted).RemoteAddr().String()); got != "127.0.0.77" {
		t.Errorf("the peer sees %s", got)
	}
	if socketOption(t, conn, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT) != 1 {
		t.Error("a source address uses up its ports")
	}
	_, err = Dial(t.Context(), "127.0.0.1", port, &Options{Source: netip.MustParseAddr("192.0.2.77")})
	if open := opened(t, err); !errors.Is(err, unix.EADDRNOTAVAIL) || !strings.Contains(open.Error(), "bind: cannot assign requested address") {
		t.Errorf("it reads %q", open)
	}
}

func TestZone(t *testing.T) {
	port, _ := accept(t, "[::1]:0")
	for _, host := range []string{"::1%lo", "[::1%lo]", "[::1%1]"} {
		conn, err := Dial(t.Context(), host, port, nil)
		must(t, err)
		must(t, conn.Close())
	}
}

// What the kernel holds of a connection is what the options say.
func TestSocketOptions(t *testing.T) {
	port, _ := accept(t, "127.0.0.1:0")
	type want struct{ nodelay, keepalive, idle, interval, count, user int }
	for _, test := range []struct {
		name string
		opts Options
		want want
	}{
		{"defaults", Options{}, want{1, 1, 15, 5, 3, 30000}},
		{"others", Options{
			KeepAlive: KeepAlive{Idle: 60 * time.Second, Interval: 10 * time.Second, Count: 6}, UserTimeout: 90 * time.Second,
		}, want{1, 1, 60, 10, 6, 90000}},
		{"under a millisecond", Options{UserTimeout: time.Microsecond}, want{1, 1, 15, 5, 3, 1}},
		{"off", Options{KeepAlive: KeepAlive{Off: true}, UserTimeout: -1}, want{nodelay: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := Dial(t.Context(), "127.0.0.1", port, &test.opts)
			must(t, err)
			defer func() { _ = conn.Close() }()
			var got want
			get := func(level, option int) int { return socketOption(t, conn, level, option) }
			got.nodelay = get(unix.IPPROTO_TCP, unix.TCP_NODELAY)
			got.keepalive = get(unix.SOL_SOCKET, unix.SO_KEEPALIVE)
			if got.keepalive != 0 {
				got.idle = get(unix.IPPROTO_TCP, unix.TCP_KEEPIDLE)
				got.interval = get(unix.IPPROTO_TCP, unix.TCP_KEEPINTVL)
				got.count = get(unix.IPPROTO_TCP, unix.TCP_KEEPCNT)
			}
			got.user = get(unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
			if got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

func socketOption(t *testing.T, conn net.Conn, level, option int) int {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	must(t, err)
	value := 0
	must(t, control(raw, func(fd int) (err error) {
		value, err = unix.GetsockoptInt(fd, level, option)
		return err
	}))
	return value
}

func TestInterface(t *testing.T) {
	port, _ := accept(t, "127.0.0.1:0")
	conn, err := Dial(t.Context(), "127.0.0.1", port, &Options{Interface: "lo"})
	must(t, err)
	defer func() { _ = conn.Close() }()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	must(t, err)
	must(t, control(raw, func(fd int) error {
		name, err := unix.GetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE)
		if name != "lo" {
			t.Errorf("bound to %q", name)
		}
		return err
	}))
	_, err = Dial(t.Context(), "127.0.0.1", port, &Options{Interface: "nosuch0"})
	if open := opened(t, err); !errors.Is(err, unix.ENODEV) || !strings.Contains(open.Error(), "interface nosuch0: no such device") {
		t.Errorf("it reads %q", open)
	}
}
