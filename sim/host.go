package sim

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"github.com/vtynet/vty/transport"
)

// Host is what a server serves: a *Device, or whatever else has sessions. Its
// methods are called from any number of goroutines.
type Host interface {
	// Password is a user's password; ok is false for a user who is not known.
	Password(user string) (password string, ok bool)
	// Open makes the session of one who has come as far as t says.
	Open(t Terminal) Conversation
}

// Conversation is a session of a Host.
type Conversation interface {
	// Serve runs the session on conn, until it ends, the other end closes or ctx
	// ends, and then closes conn. It is called once. Closing conn ends the session
	// in order; the conn of a server has methods Abort and Drop too: the one breaks
	// the connection beneath, the other closes it without ending the session first.
	Serve(ctx context.Context, conn io.ReadWriteCloser) error
	// Resize tells a new size of the terminal.
	Resize(size transport.Size)
	// Press is a key that comes beside the input, such as Telnet's Interrupt
	// Process.
	Press(key byte)
}

var (
	_ Host         = (*Device)(nil)
	_ Conversation = (*Session)(nil)
)

// Password is the password of one of the device's users.
func (d *Device) Password(user string) (password string, ok bool) {
	password, ok = d.cfg.Users[user]
	return password, ok
}

// Open is NewSession, for servers.
func (d *Device) Open(t Terminal) Conversation { return d.NewSession(t) }

// wire is what a server gives a conversation.
type wire struct {
	io.ReadWriter
	beneath net.Conn
	close   func() error
	once    sync.Once
	err     error
}

// Close ends the session in order. Only the first call does anything.
func (w *wire) Close() error {
	w.once.Do(func() { w.err = w.close() })
	return w.err
}

// Abort breaks the connection.
func (w *wire) Abort() {
	w.once.Do(func() {
		if t, ok := w.beneath.(interface{ SetLinger(seconds int) error }); ok {
			_ = t.SetLinger(0) // TCP resets
		}
		w.err = w.beneath.Close()
	})
}

// Drop ends the connection beneath without a word of the session's end.
func (w *wire) Drop() {
	w.once.Do(func() { w.err = w.beneath.Close() })
}

// linger is how long a session that has ended waits for the client to close:
// TCP would take the last output back if the connection were closed with bytes
// unread.
const linger = 2 * time.Second

// drained is a reader that one goroutine may still read from when another begins
// to read away what is left.
type drained struct {
	io.ReadWriter
	mu sync.Mutex
}

func (d *drained) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ReadWriter.Read(p)
}
