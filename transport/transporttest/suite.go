// Package transporttest is the conformance suite that every transport passes:
// what package transport promises of a Conn, tried out.
//
// It is for the tests of transports, ours and other people's. It knows nothing
// of any protocol: a Harness gives it a fresh pair of client and device for
// each case.
package transporttest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/vtynet/vty/transport"
)

// Harness makes the pairs that the suite works on.
type Harness struct {
	// Open returns a fresh, open client and the device at its other end. The
	// device passes plain bytes, all 256 values: what the client writes is what
	// it reads and the other way round, so a harness whose wire is encoded does
	// the coding on the device's side. The device's Close ends the session in
	// order. Open ends everything that it started, except the two that it
	// returns, in t.Cleanup.
	//
	// Required. A device that has an Abort method, which breaks the connection
	// with a reset, is tried for that as well.
	Open func(t *testing.T) (client transport.Conn, device io.ReadWriteCloser)

	// Dial opens a client to a device that is there and answers. The suite calls
	// it with contexts that have ended. The case is left out where Dial is nil.
	Dial func(ctx context.Context) (transport.Conn, error)

	// DialSilent opens a client to a peer that takes the connection and then
	// never says a word. It is for transports with a handshake; the case is left
	// out where DialSilent is nil.
	DialSilent func(ctx context.Context) (transport.Conn, error)
}

// Aborter is a device that can break its connection as a crash would.
type Aborter interface {
	Abort()
}

// patience is how long the suite gives anything that ought to happen at once.
// It is long because the machine may be busy, and is spent only on failure.
const patience = 10 * time.Second

// Run runs every case that the harness and its Conn are fit for, one after the
// other. After each case the goroutines and descriptors must be those that were
// there before.
func Run(t *testing.T, h Harness) {
	for _, c := range cases(t, h) {
		t.Run(c.name, func(t *testing.T) {
			before := takeCensus(t)
			// Cleanups of the inner test end the harness's servers.
			t.Run("case", c.run)
			before.check(t)
		})
	}
}

type testCase struct {
	name string
	run  func(t *testing.T)
}

func cases(t *testing.T, h Harness) []testCase {
	var list []testCase
	add := func(name string, run func(t *testing.T)) { list = append(list, testCase{name, run}) }
	onPair := func(name string, run func(t *testing.T, p *pair)) {
		add(name, func(t *testing.T) { run(t, open(t, h)) })
	}

	onPair("both ways", bothWays)
	onPair("one-byte reads", oneByteReads)
	onPair("no bytes", noBytes)
	onPair("bulk to client", bulkToClient)
	onPair("bulk to device", bulkToDevice)
	onPair("bulk both ways", bulkBothWays)
	onPair("device closes", deviceCloses)
	onPair("device closes with much unread", deviceClosesFull)
	onPair("write to a closed device", writeToClosedDevice)
	onPair("close while reading", closeWhileReading)
	onPair("close while writing", closeWhileWriting)
	onPair("close with much unread", closeWithMuchUnread)
	onPair("close at once", func(*testing.T, *pair) {})
	onPair("close twice", closeTwice)
	onPair("close from everywhere", closeFromEverywhere)
	onPair("use after close", useAfterClose)
	onPair("read bounded by a context", readBoundedByContext)
	onPair("write bounded by a context", writeBoundedByContext)

	// What the Conn and the device can do beyond the minimum.
	client, device := probe(t, h)
	if _, ok := client.(transport.HalfCloser); ok {
		onPair("half close", halfClose)
	}
	if _, ok := client.(transport.Aliver); ok {
		onPair("alive until closed", aliveUntilClosed)
		onPair("alive until the device closes", aliveUntilDeviceCloses)
	}
	if _, ok := client.(transport.Resizer); ok {
		onPair("resize", resize)
		onPair("resize against a full window", resizeFull)
	}
	if _, ok := device.(Aborter); ok {
		onPair("device aborts", deviceAborts)
	}
	if h.Dial != nil {
		add("dial with an ended context", func(t *testing.T) { dialEnded(t, h.Dial) })
		add("dial after its deadline", func(t *testing.T) { dialLate(t, h.Dial) })
	}
	if h.DialSilent != nil {
		add("dial a silent peer", func(t *testing.T) { dialSilent(t, h.DialSilent) })
	}
	return list
}

// pair is a client and the device at its other end.
type pair struct {
	client transport.Conn
	device io.ReadWriteCloser
}

// open makes a pair that is closed when the test ends, each Close in good time.
func open(t *testing.T, h Harness) *pair {
	t.Helper()
	client, device := h.Open(t)
	t.Cleanup(func() {
		within(t, "Close", func() { _ = client.Close() })
		within(t, "the device's Close", func() { _ = device.Close() })
	})
	return &pair{client, device}
}

// probe opens a pair only to see its types. It also takes the first steps of
// the process: they make descriptors that stay, such as the poller's. It is no
// test of its own, which go test -run could leave out.
func probe(t *testing.T, h Harness) (client transport.Conn, device io.ReadWriteCloser) {
	t.Helper()
	client, device = h.Open(t)
	within(t, "Close", func() { _ = client.Close() })
	within(t, "the device's Close", func() { _ = device.Close() })
	return client, device
}

// within fails the test, with every stack, when f takes unreasonably long.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	await(t, what, done)
}

// await waits for the end of what was started before.
func await(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		stacks := make([]byte, 1<<20)
		t.Fatalf("%s did not return within %v\n%s", what, patience, stacks[:runtime.Stack(stacks, true)])
	}
}

// closedByUs tells whether err says that our own side closed the connection,
// which must not look like the device's end of file.
func closedByUs(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrClosed)
}
