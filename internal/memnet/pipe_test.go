package memnet

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestBothEndsMayWriteFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		for _, c := range []net.Conn{a, b} {
			if n, err := c.Write([]byte("hello")); n != 5 || err != nil {
				t.Fatalf("Write = %d, %v", n, err)
			}
		}
		for _, c := range []net.Conn{a, b} {
			p := make([]byte, 9)
			if n, err := c.Read(p); err != nil || string(p[:n]) != "hello" {
				t.Fatalf("Read = %q, %v", p[:n], err)
			}
		}
	})
}

// Any sizes of writes, reads and buffer give the bytes in order.
func TestBytesArriveInOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, limit := range []int{1, 2, 7, 64, 4096, DefaultLimit} {
		want := make([]byte, min(limit*500, 1<<20))
		for i := range want {
			want[i] = byte(rnd.Uint32())
		}
		a, b := PipeSize(limit)
		sizes := rand.New(rand.NewPCG(3, uint64(limit)))
		go func() {
			for p := want; len(p) > 0; {
				n := min(len(p), 1+sizes.IntN(3*limit))
				if _, err := a.Write(p[:n]); err != nil {
					t.Error(err)
				}
				p = p[n:]
			}
			_ = a.CloseWrite()
		}()
		var got []byte
		p := make([]byte, limit+limit/2+1)
		for {
			n, err := b.Read(p[:1+rnd.IntN(len(p))])
			got = append(got, p[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if u := b.Unread(); u > limit {
				t.Fatalf("limit %d: %d bytes are buffered", limit, u)
			}
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("limit %d: the bytes differ", limit)
		}
	}
}

func TestDeadlinesAreExact(t *testing.T) {
	const d = 1234567 * time.Microsecond
	cases := map[string]struct {
		set func(c *Conn, t time.Time) error
		op  func(c *Conn, p []byte) (int, error)
	}{
		"read":           {(*Conn).SetReadDeadline, (*Conn).Read},
		"write":          {(*Conn).SetWriteDeadline, (*Conn).Write},
		"both for read":  {(*Conn).SetDeadline, (*Conn).Read},
		"both for write": {(*Conn).SetDeadline, (*Conn).Write},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, _ := PipeSize(10)
				start := time.Now()
				_ = tc.set(a, start.Add(d))
				_, err := tc.op(a, make([]byte, 20))
				if took := time.Since(start); took != d {
					t.Errorf("took %v, want %v", took, d)
				}
				var ne net.Error
				if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &ne) || !ne.Timeout() {
					t.Errorf("err = %v", err)
				}

				// A deadline set while the operation is blocked counts as well.
				_ = tc.set(a, time.Time{})
				again := time.Now()
				time.AfterFunc(d, func() { _ = tc.set(a, time.Now()) })
				if _, err = tc.op(a, make([]byte, 20)); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("err = %v", err)
				}
				if took := time.Since(again); took != d {
					t.Errorf("took %v, want %v", took, d)
				}
			})
		})
	}
}

func TestDeadlineThatWasTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		_ = a.SetReadDeadline(time.Now().Add(time.Second))
		_ = a.SetReadDeadline(time.Now().Add(time.Minute))
		time.AfterFunc(2*time.Second, func() { _, _ = b.Write([]byte("x")) })
		if n, err := a.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Fatalf("Read = %d, %v", n, err)
		}
	})
}

func TestFullWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := PipeSize(4)
		done := make(chan error)
		go func() {
			_, err := a.Write([]byte("123456"))
			done <- err
		}()
		synctest.Wait()
		if b.Unread() != 4 {
			t.Fatalf("%d bytes are buffered, want 4", b.Unread())
		}
		_, _ = b.Read(make([]byte, 2))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

func TestWritesDoNotInterleave(t *testing.T) {
	a, b := PipeSize(3)
	go func() { _, _ = a.Write(bytes.Repeat([]byte("x"), 100)) }()
	go func() { _, _ = a.Write(bytes.Repeat([]byte("y"), 100)) }()
	p := make([]byte, 200)
	if _, err := io.ReadFull(b, p); err != nil {
		t.Fatal(err)
	}
	if p = bytes.TrimLeft(p, string(p[0])); len(p) != 100 || len(bytes.Trim(p, string(p[0]))) != 0 {
		t.Errorf("two writes are mixed: %q", p)
	}
}

// How each way to end one end looks from both.
func TestEndings(t *testing.T) {
	cases := map[string]struct {
		end                                  func(a *Conn)
		aRead, aWrite, bFirst, bRead, bWrite error
	}{
		"close":       {func(a *Conn) { _ = a.Close() }, net.ErrClosed, net.ErrClosed, nil, io.EOF, syscall.EPIPE},
		"close twice": {func(a *Conn) { _ = a.Close(); _ = a.Close() }, net.ErrClosed, net.ErrClosed, nil, io.EOF, syscall.EPIPE},
		"half close":  {func(a *Conn) { _ = a.CloseWrite() }, nil, net.ErrClosed, nil, io.EOF, nil},
		"abort":       {(*Conn).Abort, net.ErrClosed, net.ErrClosed, syscall.ECONNRESET, syscall.ECONNRESET, syscall.ECONNRESET},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a, b := Pipe()
			_, _ = a.Write([]byte("last"))
			_, _ = b.Write([]byte("last"))
			tc.end(a)
			check := func(what string, f func([]byte) (int, error), want error) {
				t.Helper()
				if _, err := f(make([]byte, 4)); !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", what, err, want)
				}
			}
			check("read here", a.Read, tc.aRead)
			check("write here", a.Write, tc.aWrite)
			check("first read there", b.Read, tc.bFirst)
			check("next read there", b.Read, tc.bRead)
			check("write there", b.Write, tc.bWrite)
		})
	}
}

// Everything that can be blocked is woken by each ending, from either end.
func TestEndingsWakeTheBlocked(t *testing.T) {
	ends := map[string]func(a, b *Conn){
		"own close":  func(a, _ *Conn) { _ = a.Close() },
		"peer close": func(_, b *Conn) { _ = b.Close() },
		"own abort":  func(a, _ *Conn) { a.Abort() },
		"peer abort": func(_, b *Conn) { b.Abort() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := PipeSize(1)
				errs := make(chan error, 2)
				go func() { _, err := a.Read(make([]byte, 1)); errs <- err }()
				go func() { _, err := a.Write(make([]byte, 9)); errs <- err }()
				synctest.Wait()
				end(a, b)
				for range 2 {
					if err := <-errs; err == nil {
						t.Error("an operation succeeded on an ended pipe")
					}
				}
			})
		})
	}
}

func TestPipeSizeRefusesNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("PipeSize(0) did not panic")
		}
	}()
	PipeSize(0)
}

func BenchmarkPipe(b *testing.B) {
	x, y := Pipe()
	go func() { _, _ = io.Copy(io.Discard, y) }()
	p := make([]byte, 32<<10)
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		_, _ = x.Write(p)
	}
	_ = x.Close()
}
