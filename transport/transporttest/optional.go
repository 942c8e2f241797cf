package transporttest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vtynet/vty/transport"
)

func halfClose(t *testing.T, p *pair) {
	say(t, "client", p.client, "last words")
	within(t, "CloseWrite", func() {
		if err := p.client.(transport.HalfCloser).CloseWrite(); err != nil {
			t.Errorf("CloseWrite: %v", err)
		}
	})
	if got := readAll(t, p.device); string(got) != "last words" {
		t.Errorf("the device read %q before the end of file", got)
	}
	say(t, "device", p.device, "answer")
	expect(t, "client", p.client, "answer")
	within(t, "Write after CloseWrite", func() {
		if _, err := p.client.Write([]byte("x")); err == nil {
			t.Error("Write after CloseWrite gave no error")
		}
	})
	_ = p.device.Close()
	if got := readAll(t, p.client); len(got) != 0 {
		t.Errorf("the client read %q after all was said", got)
	}
}

func aliveUntilClosed(t *testing.T, p *pair) {
	a := p.client.(transport.Aliver)
	if !a.Alive() {
		t.Error("an open connection is not alive")
	}
	say(t, "device", p.device, "unread")
	if !a.Alive() {
		t.Error("a connection with unread bytes is not alive")
	}
	expect(t, "client", p.client, "unread")
	_ = p.client.Close()
	if a.Alive() {
		t.Error("a closed connection is alive")
	}
}

func aliveUntilDeviceCloses(t *testing.T, p *pair) {
	a := p.client.(transport.Aliver)
	_ = p.device.Close()
	readAll(t, p.client)
	if a.Alive() {
		t.Error("a connection whose device has closed is alive")
	}
}

func resize(t *testing.T, p *pair) {
	r := p.client.(transport.Resizer)
	want := transport.Size{Columns: 255, Rows: 0xff01}
	s, sized := p.client.(transport.Sizer)
	told := sized && s.Size() != (transport.Size{}) // else the device may never learn it
	within(t, "Resize", func() {
		err := r.Resize(t.Context(), want)
		if errors.Is(err, errors.ErrUnsupported) {
			want = transport.Size{} // this session cannot tell the device
		} else if err != nil {
			t.Errorf("Resize: %v", err)
		}
	})
	if told {
		if got := s.Size(); got != want {
			t.Errorf("Size = %v, want %v", got, want)
		}
	}
	// It is a message, not data.
	say(t, "client", p.client, "x")
	expect(t, "device", p.device, "x")

	_ = p.client.Close()
	within(t, "Resize of a closed connection", func() {
		if err := r.Resize(t.Context(), want); err == nil {
			t.Error("Resize of a closed connection gave no error")
		}
	})
}

// A device that does not read cannot hold a Resize for longer than its context.
func resizeFull(t *testing.T, p *pair) {
	done := fillWindow(t, p)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	within(t, "Resize", func() {
		err := p.client.(transport.Resizer).Resize(ctx, transport.Size{Columns: 80, Rows: 24})
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Resize: %v", err)
		}
	})
	within(t, "Close", func() { _ = p.client.Close() })
	<-done
}

func dialEnded(t *testing.T, dial func(context.Context) (transport.Conn, error)) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dialFails(t, ctx, dial, context.Canceled)
}

func dialLate(t *testing.T, dial func(context.Context) (transport.Conn, error)) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	dialFails(t, ctx, dial, context.DeadlineExceeded)
}

func dialSilent(t *testing.T, dial func(context.Context) (transport.Conn, error)) {
	const limit = 100 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	start := time.Now()
	dialFails(t, ctx, dial, context.DeadlineExceeded)
	if took := time.Since(start); took > limit+prompt {
		t.Errorf("a limit of %v ended Dial after %v", limit, took)
	}
}

func dialFails(t *testing.T, ctx context.Context, dial func(context.Context) (transport.Conn, error), want error) {
	t.Helper()
	within(t, "Dial", func() {
		c, err := dial(ctx)
		if err == nil {
			_ = c.Close()
		}
		if !errors.Is(err, want) {
			t.Errorf("Dial: %v, want %v", err, want)
		}
	})
}
