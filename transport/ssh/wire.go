package ssh

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// errGivenUp is the cause of a connection that x/crypto/ssh closed by itself;
// the reason is then the error that its Wait returns.
var errGivenUp = errors.New("given up")

// wire is the connection below SSH. It remembers why it ended, which
// x/crypto/ssh forgets, and listens in on the device's first words.
type wire struct {
	net.Conn
	hello hello // of the goroutine that reads

	received atomic.Int64 // bytes
	writing  atomic.Int32 // writes under way

	mu    sync.Mutex
	cause error
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.received.Add(int64(n))
	w.hello.feed(p[:n])
	if err != nil {
		w.remember(err)
	}
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	w.writing.Add(1)
	defer w.writing.Add(-1)
	n, err := w.Conn.Write(p)
	if err != nil {
		w.remember(err)
	}
	return n, err
}

// Close is for x/crypto/ssh, which calls it when it gives up.
func (w *wire) Close() error { return w.end(errGivenUp) }

// end closes the connection for a reason, unless it has ended for another.
func (w *wire) end(cause error) error {
	w.remember(cause)
	return w.Conn.Close()
}

// remember keeps the first cause: those after it are its consequences.
func (w *wire) remember(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cause == nil {
		w.cause = cause
	}
}

// ended is why the wire ended, nil while it has not.
func (w *wire) ended() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}
