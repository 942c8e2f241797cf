package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

var _ transport.Conn = (*memnet.Conn)(nil)
var _ transport.HalfCloser = (*memnet.Conn)(nil)

func TestCloseOnEndsARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := memnet.Pipe()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		stop := transport.CloseOn(ctx, c)
		start := time.Now()
		_, err := c.Read(make([]byte, 1))
		if took := time.Since(start); !errors.Is(err, net.ErrClosed) || took != 3*time.Second {
			t.Errorf("Read ended after %v with %v", took, err)
		}
		if stop() {
			t.Error("stop says that c was left open")
		}
	})
}

func TestCloseOnThatWasStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := memnet.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		stop := transport.CloseOn(ctx, c)
		if !stop() {
			t.Error("stop says that c was closed")
		}
		cancel()
		synctest.Wait()
		_, _ = peer.Write([]byte("x"))
		if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("Read = %d, %v", n, err)
		}
	})
}

func TestCloseOnAnEndedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := memnet.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		stop := transport.CloseOn(ctx, c)
		synctest.Wait()
		_ = c.SetReadDeadline(time.Now())
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read: %v", err)
		}
		if stop() {
			t.Error("stop says that c was left open")
		}
	})
}

// Every byte arrives, in whatever pieces it comes, and a stream that brings much is
// read in larger pieces.
func TestPump(t *testing.T) {
	text := bytes.Repeat([]byte("show version\r\n"), 20_000)
	var got bytes.Buffer
	pieces := 0
	err := transport.Pump(writer(func(p []byte) { pieces++; got.Write(p) }), struct{ io.Reader }{bytes.NewReader(text)})
	if err != nil || !bytes.Equal(got.Bytes(), text) {
		t.Errorf("%d of %d bytes, %v", got.Len(), len(text), err)
	}
	if pieces > 15 {
		t.Errorf("%d bytes came in %d pieces", len(text), pieces)
	}
	got.Reset()
	broken := errors.New("broken")
	err = transport.Pump(&got, io.MultiReader(strings.NewReader("r1#"), iotest.ErrReader(broken)))
	if err != broken || got.String() != "r1#" {
		t.Errorf("%q, %v", got.String(), err)
	}
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }
