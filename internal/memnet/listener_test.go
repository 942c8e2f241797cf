package memnet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestListenerCarriesARealServer(t *testing.T) {
	l := Listen("web")
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello "+r.URL.Path)
	})}
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return l.Dial(ctx) },
	}}
	resp, err := client.Get("http://web/there")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || string(body) != "hello /there" {
		t.Fatalf("body %q, %v", body, err)
	}
}

func TestDialNeedNotWaitForAccept(t *testing.T) {
	l := Listen("l")
	c, err := l.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.Write([]byte("early"))
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 5)
	if _, err := io.ReadFull(s, p); err != nil || string(p) != "early" {
		t.Fatalf("%q, %v", p, err)
	}
	if s.LocalAddr() != l.Addr() || c.RemoteAddr() != l.Addr() || s.RemoteAddr() != c.LocalAddr() {
		t.Error("the addresses of the two ends do not match")
	}
}

func TestListenerThatNobodyServes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Listen("hole")
		for range backlog {
			if _, err := l.Dial(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := l.Dial(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("err = %v", err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Fatalf("took %v", took)
		}
	})
}

func TestListenerClose(t *testing.T) {
	l := Listen("l")
	queued, err := l.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_ = l.Close()
	if _, err := queued.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("queued connection: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept: %v", err)
	}
	if _, err := l.Dial(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("Dial: %v", err)
	}
}

func TestDialWithAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Listen("l").Dial(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

func TestAcceptIsWokenByClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Listen("l")
		done := make(chan error)
		go func() { _, err := l.Accept(); done <- err }()
		synctest.Wait()
		_ = l.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("err = %v", err)
		}
	})
}
