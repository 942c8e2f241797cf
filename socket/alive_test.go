package socket

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"
)

// pair is a TCP connection over loopback, both ends of it.
func pair(t testing.TB) (conn, peer *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	opened, err := Dial(context.Background(), "127.0.0.1", listener.Addr().(*net.TCPAddr).Port, nil)
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close(); _ = accepted.Close() })
	return opened.(*net.TCPConn), accepted.(*net.TCPConn)
}

// dies waits until conn is no longer alive: loopback delivers within
// microseconds, but not within the system call.
func dies(t *testing.T, conn net.Conn) {
	t.Helper()
	for limit := time.Now().Add(5 * time.Second); Alive(conn); {
		if time.Now().After(limit) {
			t.Fatal("it is still alive")
		}
	}
}

// readable waits until n bytes can be read from conn, without reading them.
func readable(t *testing.T, conn *net.TCPConn, n int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Read(func(fd uintptr) bool { return peeked(fd, n) })
	if err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAlive(t *testing.T) {
	t.Run("idle", func(t *testing.T) {
		conn, _ := pair(t)
		for range 1000 {
			if !Alive(conn) {
				t.Fatal("it is dead")
			}
		}
	})
	t.Run("unread data", func(t *testing.T) {
		conn, peer := pair(t)
		_, err := peer.Write([]byte("data"))
		must(t, err)
		readable(t, conn, 4)
		if !Alive(conn) {
			t.Error("it is dead")
		}
		must(t, peer.Close())
		dies(t, conn)
		if got, err := io.ReadAll(conn); string(got) != "data" || err != nil {
			t.Errorf("asking consumed: %q, %v are left", got, err)
		}
	})
	t.Run("FIN", func(t *testing.T) {
		conn, peer := pair(t)
		must(t, peer.Close())
		dies(t, conn)
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("Read gives %d, %v", n, err)
		}
	})
	t.Run("half closed by the peer", func(t *testing.T) {
		conn, peer := pair(t)
		must(t, peer.CloseWrite())
		dies(t, conn)
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Errorf("Write: %v", err)
		}
	})
	t.Run("half closed by us", func(t *testing.T) {
		conn, peer := pair(t)
		must(t, conn.CloseWrite())
		if !Alive(conn) {
			t.Error("it is dead, though the peer still sends")
		}
		must(t, peer.Close())
		dies(t, conn)
	})
	t.Run("RST leaves the error to the reader", func(t *testing.T) {
		conn, peer := pair(t)
		must(t, peer.SetLinger(0))
		must(t, peer.Close())
		dies(t, conn)
		for range 10 {
			if Alive(conn) {
				t.Fatal("it is alive again")
			}
		}
		if _, err := conn.Read(make([]byte, 1)); causeOf(err) != Reset {
			t.Errorf("Read gives %v, the error has been taken", err)
		}
		if Alive(conn) {
			t.Error("it is alive once the error is read")
		}
	})
	t.Run("closed by us", func(t *testing.T) {
		conn, _ := pair(t)
		must(t, conn.Close())
		if Alive(conn) {
			t.Error("it is alive")
		}
	})
	t.Run("nil", func(t *testing.T) {
		if Alive(nil) {
			t.Error("nothing is alive")
		}
	})
}

// A goroutine in Read neither delays the answer nor loses a byte by it.
func TestAliveWhileReading(t *testing.T) {
	conn, peer := pair(t)
	got := make(chan string)
	go func() {
		all, err := io.ReadAll(conn)
		if err != nil {
			t.Error(err)
		}
		got <- string(all)
	}()
	want := ""
	for range 200 {
		_, err := peer.Write([]byte("x"))
		must(t, err)
		want += "x"
		if !Alive(conn) {
			t.Fatal("it is dead")
		}
	}
	must(t, peer.Close())
	if all := <-got; all != want {
		t.Errorf("%d of %d bytes read", len(all), len(want))
	}
	if Alive(conn) {
		t.Error("it is alive after the end was read")
	}
}

// wrapped hides a connection as a caller's decorator might.
type wrapped struct{ net.Conn }

func (w wrapped) NetConn() net.Conn { return w.Conn }

// opinionated knows better than the system.
type opinionated struct {
	net.Conn
	alive bool
}

func (o opinionated) Alive() bool { return o.alive }

// looped unwraps to itself.
type looped struct{ net.Conn }

func (l looped) NetConn() net.Conn { return l }

func TestAliveWrapped(t *testing.T) {
	conn, peer := pair(t)
	secured := wrapped{tls.Client(conn, &tls.Config{ServerName: "r1"})}
	if !Alive(secured) {
		t.Error("a wrapped connection is dead")
	}
	if Alive(opinionated{conn, false}) || !Alive(wrapped{opinionated{conn, true}}) {
		t.Error("a connection's own Alive was not asked")
	}
	must(t, peer.Close())
	dies(t, secured)
	if !Alive(opinionated{conn, true}) {
		t.Error("a connection's own Alive was not asked")
	}
	if Alive(wrapped{nil}) {
		t.Error("a wrapped nothing is alive")
	}
	if !Alive(looped{}) {
		t.Error("a connection of which nothing is known is dead")
	}
	in, out := net.Pipe()
	defer func() { _, _ = in.Close(), out.Close() }()
	if !Alive(in) {
		t.Error("a pipe is dead")
	}
}

// Alive costs no allocation worth the name and no blocking: 5 microseconds is
// the limit that the package promises.
func BenchmarkAlive(b *testing.B) {
	conn, _ := pair(b)
	for b.Loop() {
		if !Alive(conn) {
			b.Fatal("dead")
		}
	}
}

func BenchmarkAliveWhileReading(b *testing.B) {
	conn, _ := pair(b)
	done := make(chan struct{})
	go func() {
		_, _ = conn.Read(make([]byte, 1))
		close(done)
	}()
	for b.Loop() {
		if !Alive(conn) {
			b.Fatal("dead")
		}
	}
	_ = conn.Close()
	<-done
}

func BenchmarkDial(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
	}()
	port := listener.Addr().(*net.TCPAddr).Port
	dial := func(b *testing.B, dial func() (net.Conn, error)) {
		b.ReportAllocs()
		for b.Loop() {
			conn, err := dial()
			if err != nil {
				b.Fatal(err)
			}
			_ = conn.(*net.TCPConn).SetLinger(0) // no TIME_WAIT: the ports would run out
			_ = conn.Close()
		}
	}
	b.Run("socket", func(b *testing.B) {
		dial(b, func() (net.Conn, error) { return Dial(context.Background(), "127.0.0.1", port, nil) })
	})
	b.Run("net", func(b *testing.B) {
		var d net.Dialer
		dial(b, func() (net.Conn, error) { return d.DialContext(context.Background(), "tcp", listener.Addr().String()) })
	})
	_ = listener.Close()
}
