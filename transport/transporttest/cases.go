package transporttest

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/vtynet/vty/transport"
)

func bothWays(t *testing.T, p *pair) {
	for _, text := range []string{"show version\r", "a\r\nb\nc\x00d", "\xff\xff\xf0", "\r", "\x00", "\r\x00"} {
		say(t, "client", p.client, text)
		expect(t, "device", p.device, text)
		say(t, "device", p.device, text)
		expect(t, "client", p.client, text)
	}
}

func oneByteReads(t *testing.T, p *pair) {
	text := "one\xff\xfe\r\n\r\x00two"
	say(t, "device", p.device, text)
	for i := range len(text) {
		expect(t, "client", p.client, text[i:i+1])
	}
	for i := range len(text) {
		say(t, "client", p.client, text[i:i+1])
		expect(t, "device", p.device, text[i:i+1])
	}
}

func noBytes(t *testing.T, p *pair) {
	within(t, "Write of nothing", func() {
		if n, err := p.client.Write(nil); n != 0 || err != nil {
			t.Errorf("Write(nil) = %d, %v", n, err)
		}
	})
	say(t, "client", p.client, "x")
	expect(t, "device", p.device, "x")
}

// Bulk transfers have the time that go test gives: how fast they ought to be is
// a benchmark's business.

func bulkToClient(t *testing.T, p *pair) { bulk(t, p.client, p.device, bulkSize()) }

func bulkToDevice(t *testing.T, p *pair) { bulk(t, p.device, p.client, bulkSize()/8) }

func bulkBothWays(t *testing.T, p *pair) {
	var wg sync.WaitGroup
	wg.Go(func() { bulk(t, p.client, p.device, bulkSize()/8) })
	wg.Go(func() { bulk(t, p.device, p.client, bulkSize()/8) })
	wg.Wait()
}

func bulk(t *testing.T, to io.Reader, from io.Writer, size int) {
	sent := make(chan error, 1)
	go func() { sent <- send(from, size) }()
	if err := receive(to, size); err != nil {
		// Not Fatal: this may be another goroutine, and the writer is ended by
		// the cleanup.
		t.Error(err)
		return
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

func deviceCloses(t *testing.T, p *pair) {
	say(t, "device", p.device, "bye\r\n")
	_ = p.device.Close()
	if got := readAll(t, p.client); string(got) != "bye\r\n" {
		t.Errorf("the client read %q before the end of file", got)
	}
	within(t, "another Read", func() {
		if n, err := p.client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("Read after the end of file = %d, %v", n, err)
		}
	})
}

// Nothing that a device wrote before it closed in order is lost, however late
// it is read.
func deviceClosesFull(t *testing.T, p *pair) {
	const size = 1 << 20
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := send(p.device, size); err != nil {
			t.Error(err)
		}
		_ = p.device.Close()
	}()
	within(t, "reading it all", func() {
		if err := receive(p.client, size); err != nil {
			t.Error(err)
		}
		if n, err := p.client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("Read at the end = %d, %v", n, err)
		}
	})
	await(t, "the device", done)
}

func writeToClosedDevice(t *testing.T, p *pair) {
	_ = p.device.Close()
	readAll(t, p.client)
	within(t, "writing to a closed device", func() {
		if err := flood(p.client); err == nil {
			t.Error("no error")
		}
	})
}

func closeWhileReading(t *testing.T, p *pair) {
	done := make(chan struct{})
	reading := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 10)
		_, _ = p.client.Read(b)
		close(reading)
		if n, err := p.client.Read(b); n != 0 || !closedByUs(err) {
			t.Errorf("Read = %d, %v; want an error that says closed", n, err)
		}
	}()
	say(t, "device", p.device, "x")
	await(t, "the first Read", reading)
	within(t, "Close", func() { _ = p.client.Close() })
	await(t, "a Read that was waiting", done)
}

func closeWhileWriting(t *testing.T, p *pair) {
	done := fillWindow(t, p)
	within(t, "Close", func() { _ = p.client.Close() })
	if err := <-done; !closedByUs(err) {
		t.Errorf("Write: %v; want an error that says closed", err)
	}
}

// fillWindow writes until the window is full: a device that does not read. It
// returns once the writer has not got on for a while.
func fillWindow(t *testing.T, p *pair) (done chan error) {
	t.Helper()
	done = make(chan error, 1)
	progress := make(chan struct{}, 1)
	go func() {
		for {
			if _, err := p.client.Write(block[:32<<10]); err != nil {
				done <- err
				return
			}
			select {
			case progress <- struct{}{}:
			default:
			}
		}
	}()
	for {
		select {
		case <-progress:
		case err := <-done:
			t.Fatalf("a Write failed while the window filled: %v", err)
		case <-time.After(200 * time.Millisecond):
			return done
		}
	}
}

func closeWithMuchUnread(t *testing.T, p *pair) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = flood(p.device)
	}()
	expect(t, "client", p.client, string(block[:1]))
	within(t, "Close", func() { _ = p.client.Close() })
	within(t, "the device's Close", func() { _ = p.device.Close() })
	await(t, "the device's Write", done)
}

func closeTwice(t *testing.T, p *pair) {
	within(t, "Close", func() { _ = p.client.Close() })
	within(t, "a second Close", func() { _ = p.client.Close() })
}

func closeFromEverywhere(t *testing.T, p *pair) {
	var users, closers sync.WaitGroup
	users.Go(func() { _ = drain(p.client) })
	users.Go(func() { _ = flood(p.client) })
	users.Go(func() { _ = flood(p.device) })
	begun := make(chan struct{})
	users.Go(func() {
		_, _ = p.device.Read(make([]byte, 1))
		close(begun)
		_ = drain(p.device)
	})
	await(t, "the device's first Read", begun)
	for range 4 {
		closers.Go(func() { _ = p.client.Close() })
	}
	within(t, "Close", closers.Wait)
	within(t, "the device's Close", func() { _ = p.device.Close() })
	within(t, "everything that was waiting", users.Wait)
}

func useAfterClose(t *testing.T, p *pair) {
	within(t, "Close", func() { _ = p.client.Close() })
	within(t, "Read on a closed connection", func() {
		if n, err := p.client.Read(make([]byte, 1)); n != 0 || !closedByUs(err) {
			t.Errorf("Read = %d, %v; want an error that says closed", n, err)
		}
	})
	within(t, "Write on a closed connection", func() {
		if _, err := p.client.Write([]byte("x")); !closedByUs(err) {
			t.Errorf("Write: %v; want an error that says closed", err)
		}
	})
}

// prompt is how soon after its context ended an operation must be over: as a
// timer of our own saw that moment, since on a busy machine every timer is late,
// and the goroutines that end it are late once more.
const prompt = 3 * time.Second

func readBoundedByContext(t *testing.T, p *pair) {
	boundedByContext(t, p, func() error {
		_, err := p.client.Read(make([]byte, 1))
		return err
	})
}

func writeBoundedByContext(t *testing.T, p *pair) {
	boundedByContext(t, p, func() error { return flood(p.client) })
}

func boundedByContext(t *testing.T, p *pair, op func() error) {
	const limit = 100 * time.Millisecond
	start := time.Now() // before the context's own
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	stop := transport.CloseOn(ctx, p.client)
	fired := make(chan time.Time, 1)
	time.AfterFunc(limit, func() { fired <- time.Now() })
	within(t, "an operation with a deadline", func() {
		if err := op(); !closedByUs(err) {
			t.Errorf("err = %v; want one that says closed", err)
		}
	})
	ended := time.Now()
	if late := ended.Sub(<-fired); ended.Sub(start) < limit || late > prompt {
		t.Errorf("a limit of %v ended the operation after %v, %v behind a timer", limit, ended.Sub(start), late)
	}
	if stop() {
		t.Error("CloseOn's stop says that the connection was left open")
	}
}

func deviceAborts(t *testing.T, p *pair) {
	say(t, "device", p.device, "x")
	expect(t, "client", p.client, "x")
	done := make(chan error, 1)
	go func() {
		_, err := p.client.Read(make([]byte, 1))
		done <- err
	}()
	p.device.(Aborter).Abort()
	var err error
	within(t, "Read from a device that crashed", func() { err = <-done })
	if err == nil || errors.Is(err, io.EOF) || closedByUs(err) {
		t.Errorf("Read: %v; want an error that is no end of file and not our own close", err)
	}
}
