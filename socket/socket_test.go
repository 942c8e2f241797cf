package socket

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// accept serves a loopback port until the test ends: each connection is read
// until its end. It gives the port, and the connections on a channel that need
// not be drained.
func accept(t testing.TB, address string) (port int, accepted <-chan net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	must(t, err)
	conns := make(chan net.Conn, 1)
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			select {
			case conns <- conn:
			default:
			}
			served.Go(func() {
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() { _ = listener.Close(); served.Wait() })
	return listener.Addr().(*net.TCPAddr).Port, conns
}

// closedPort is a loopback port on which nothing listens.
func closedPort(t testing.TB, address string) int {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	must(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

// The life of a socket, with each promise about a call out of turn.
func TestSocketLife(t *testing.T) {
	noLeak(t)
	port, accepted := accept(t, "127.0.0.1:0")
	log := &lines{}
	s := New("127.0.0.1", port, &Options{Logger: log.logger()})
	if s.Alive() || s.Conn() != nil {
		t.Error("it is open before Open")
	}
	must(t, s.Close())
	for range 3 {
		must(t, s.Open(t.Context()))
		first := s.Conn()
		must(t, s.Open(t.Context()))
		if s.Conn() != first || !s.Alive() {
			t.Error("the second Open did something")
		}
		<-accepted
		must(t, s.Close())
		must(t, s.Close())
		if s.Alive() || s.Conn() != nil {
			t.Error("it is open after Close")
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(log.String()), "\n") {
		if !strings.Contains(line, " host=127.0.0.1 port=") {
			t.Errorf("a line without host and port: %s", line)
		}
	}
}

// New does nothing, whatever it is given; Open says what is wrong.
func TestNewDoesNothing(t *testing.T) {
	s := New("", -5, nil)
	if s.Alive() || s.Conn() != nil || s.Close() != nil {
		t.Error("it does something")
	}
	if open := opened(t, s.Open(t.Context())); open.Error() != "open :-5: port -5 is not between 1 and 65535" {
		t.Errorf("it reads %q", open)
	}
}

// An open socket whose peer has gone is opened anew, and the old descriptor
// closed.
func TestSocketReopens(t *testing.T) {
	noLeak(t)
	port, accepted := accept(t, "127.0.0.1:0")
	s := New("127.0.0.1", port, nil)
	must(t, s.Open(t.Context()))
	old := s.Conn()
	must(t, (<-accepted).(*net.TCPConn).CloseWrite())
	dies(t, old)
	if s.Alive() || s.Conn() != old {
		t.Error("the socket does not tell of its dead connection")
	}
	must(t, s.Open(t.Context()))
	if s.Conn() == old || !s.Alive() {
		t.Error("it was not opened anew")
	}
	if _, err := old.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the old connection is not closed: %v", err)
	}
	must(t, s.Close())
}

func TestSocketFailsAndRecovers(t *testing.T) {
	noLeak(t)
	port := closedPort(t, "127.0.0.1:0")
	s := New("localhost", port, &Options{Resolver: book{"localhost": "127.0.0.1"}})
	for range 3 {
		if err := s.Open(t.Context()); !errors.Is(err, ErrRefused) {
			t.Errorf("error %v", err)
		}
		if s.Alive() || s.Conn() != nil {
			t.Error("it is open")
		}
		must(t, s.Close())
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", itoa(port)))
	must(t, err)
	defer func() { _ = listener.Close() }()
	must(t, s.Open(t.Context()))
	must(t, s.Close())
}

// Close makes a Read that waits return.
func TestCloseUnblocksReader(t *testing.T) {
	noLeak(t)
	port, _ := accept(t, "127.0.0.1:0")
	s := New("127.0.0.1", port, nil)
	must(t, s.Open(t.Context()))
	reading, failed := make(chan struct{}), make(chan error)
	go func() {
		close(reading)
		_, err := s.Conn().Read(make([]byte, 1))
		failed <- err
	}()
	<-reading
	must(t, s.Close())
	if err := <-failed; err == nil {
		t.Error("Read succeeded")
	}
}

// Close ends an Open that is at work, and does not wait for it.
func TestCloseEndsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork(map[string]answer{"192.0.2.1": {after: never}})
		s := New("192.0.2.1", 22, &Options{Dial: network.dial})
		failed := make(chan error)
		go func() { failed <- s.Open(t.Context()) }()
		time.Sleep(time.Second)
		if s.Alive() || s.Conn() != nil {
			t.Error("it is open")
		}
		must(t, s.Close())
		err := <-failed
		if elapsed := time.Since(network.begun); elapsed != time.Second {
			t.Errorf("it took %v", elapsed)
		}
		open := opened(t, err)
		if !errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled) || errors.Is(err, ErrTimedOut) {
			t.Errorf("error %v", err)
		}
		want := "open 192.0.2.1:22: the socket was closed while it opened: use of closed network connection after 1s"
		if open.Error() != want || open.Attempts[0].Cause != Canceled {
			t.Errorf("it reads %q", open)
		}
	})
}

// onMessage is a log handler that does something when a message comes.
type onMessage struct {
	slog.Handler
	message string
	do      func()
}

func (h *onMessage) Enabled(context.Context, slog.Level) bool { return true }

func (h *onMessage) WithAttrs([]slog.Attr) slog.Handler { return h }

func (h *onMessage) Handle(_ context.Context, r slog.Record) error {
	if r.Message == h.message {
		h.do()
	}
	return nil
}

// A Close that comes when the connection has been made, but not yet handed over,
// is as good as any.
func TestCloseAtTheLastMoment(t *testing.T) {
	noLeak(t)
	port, _ := accept(t, "127.0.0.1:0")
	hook := &onMessage{Handler: slog.DiscardHandler, message: "opened"}
	s := New("127.0.0.1", port, &Options{Logger: slog.New(hook)})
	hook.do = func() { must(t, s.Close()) }
	err := s.Open(t.Context())
	if opened(t, err); !errors.Is(err, net.ErrClosed) || s.Alive() || s.Conn() != nil {
		t.Errorf("error %v", err)
	}
	hook.do = func() {}
	must(t, s.Open(t.Context()))
	must(t, s.Close())
}

// Two Opens make one connection; the second waits no longer than its context
// and the total limit let it.
func TestOpenTogether(t *testing.T) {
	for _, test := range []struct {
		name    string
		timeout time.Duration // of the second's context
		after   time.Duration
		is      error // nil for a success
	}{
		{"both are opened", time.Minute, 2 * time.Second, nil},
		{"one gives up", time.Second, time.Second, context.DeadlineExceeded},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := newNetwork(map[string]answer{"192.0.2.1": {after: 2 * time.Second}})
				s := New("192.0.2.1", 22, &Options{Dial: network.dial})
				first := make(chan error)
				go func() { first <- s.Open(t.Context()) }()
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				err := s.Open(ctx)
				if elapsed := time.Since(network.begun); elapsed != test.after {
					t.Errorf("it took %v", elapsed)
				}
				if !errors.Is(err, test.is) {
					t.Errorf("error %v, want %v", err, test.is)
				}
				must(t, <-first)
				if got := network.log(); got != "192.0.2.1@0s" {
					t.Errorf("dialled %s", got)
				}
				must(t, s.Close())
				if open, _ := network.counts(); open != 0 {
					t.Errorf("%d connections left", open)
				}
			})
		})
	}
	t.Run("the wait counts towards the total", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			network := newNetwork(map[string]answer{"192.0.2.1": {after: never}})
			s := New("192.0.2.1", 22, &Options{Dial: network.dial, Timeout: time.Second})
			first := make(chan error)
			go func() { first <- s.Open(t.Context()) }()
			time.Sleep(500 * time.Millisecond)
			begun := time.Now()
			err := s.Open(t.Context())
			if elapsed := time.Since(begun); elapsed != time.Second {
				t.Errorf("it took %v", elapsed)
			}
			for _, err := range []error{err, <-first} {
				if opened(t, err); !errors.Is(err, ErrTimedOut) {
					t.Errorf("error %v", err)
				}
			}
		})
	})
}

// Every method from many goroutines at once, for the race detector; the end is
// a closed socket with nothing left.
func TestSocketConcurrent(t *testing.T) {
	noLeak(t)
	port, _ := accept(t, "127.0.0.1:0")
	s := New("127.0.0.1", port, nil)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 25 {
				if err := s.Open(t.Context()); err != nil && !errors.Is(err, net.ErrClosed) {
					t.Errorf("Open: %v", err)
				}
				s.Alive()
				if conn := s.Conn(); conn != nil {
					_, _ = conn.Write([]byte("x"))
				}
				_ = s.Close()
			}
		})
	}
	group.Wait()
	must(t, s.Close())
	if s.Alive() {
		t.Error("it is alive")
	}
}

// Ten thousand opens, failed opens and closes leave nothing behind.
func TestNothingLeaks(t *testing.T) {
	noLeak(t)
	port, _ := accept(t, "127.0.0.1:0")
	shut := closedPort(t, "127.0.0.1:0")
	good := New("127.0.0.1", port, nil)
	bad := New("localhost", shut, &Options{Resolver: book{"localhost": "127.0.0.1 ::1"}})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2500 {
		must(t, good.Open(t.Context()))
		_ = good.Conn().(*net.TCPConn).SetLinger(0) // no TIME_WAIT: the ports would run out
		must(t, good.Close())
		if bad.Open(t.Context()) == nil || bad.Open(canceled) == nil || good.Open(canceled) == nil {
			t.Fatal("it was opened")
		}
	}
}
