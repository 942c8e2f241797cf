package telnet

import (
	"errors"
	"net"
	"sync"
	"time"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
)

// ErrNotReading is what Read ends with when the peer asks and asks while it takes
// none of the answers, and what a command ends with that cannot even be queued.
var ErrNotReading = errors.New("telnet: the peer does not read what is sent to it")

// maxPending is about how many bytes of answers wait for a peer that does not
// read. An opening with every option there is takes less than 2 KiB.
const maxPending = 64 << 10

// link is the machine on a connection: what Conn and ServerConn have in common.
//
// Answers are found by Read, and must not wait there for a peer that does not
// read in its turn: two such ends would wait for each other for ever. They are
// left pending, and whoever writes next takes them along; should nobody be about
// to write, a goroutine does that, which ends when nothing is left.
type link struct {
	conn net.Conn
	lend socket.Receiver // conn as one, once asked for; nil where it cannot be

	done chan struct{} // closed by Close
	// writing is the right to write to conn and to use enc. It is no mutex, for
	// those who wait for it must be woken by done.
	writing chan struct{}
	enc     encoder

	mu       sync.Mutex
	m        *machine // m.out are the pending answers
	flushing bool     // a goroutine is there to write what is pending
	deaf     bool     // nothing more can be written
	ended    error    // what Read has ended with
	closed   bool
	pulse    *time.Timer // sends the next NOP; nil where none is to be sent

	flushers sync.WaitGroup
}

func newLink(conn net.Conn, m *machine, newline Newline) *link {
	return &link{
		conn:    conn,
		done:    make(chan struct{}),
		writing: make(chan struct{}, 1),
		enc:     encoder{newline: newline},
		m:       m,
	}
}

// Read returns data of the peer. Commands among it are obeyed on the way, and
// the answers sent by a goroutine, so a session makes progress only while
// somebody reads. After an orderly end it returns io.EOF; after Close, an error
// that is net.ErrClosed.
func (l *link) Read(p []byte) (int, error) {
	for {
		n, err := l.Next(p)
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// Next is Read for who waits for an option: it returns after each piece that the
// peer sent, with no bytes and no error where there were only commands in it.
func (l *link) Next(p []byte) (int, error) {
	n, err := l.conn.Read(p)
	if n > 0 {
		n, err = l.receive(p[:n], err)
		l.respond()
	}
	l.over(err)
	return n, err
}

// respond sees to it that the answers to what came are written.
func (l *link) respond() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kick()
}

// over notes how the reading has ended, if it has.
func (l *link) over(err error) {
	if err != nil {
		l.mu.Lock()
		l.ended = err
		l.mu.Unlock()
	}
}

// Receiver returns the session as one, where its connection can be one.
func (l *link) Receiver() transport.Receiver {
	if l.lend = socket.ReceiverOf(l.conn); l.lend == nil {
		return nil
	}
	return receiver{l}
}

// receiver is a link that is read without a buffer.
type receiver struct{ *link }

// Receive obeys the commands on the way as Read does. The answers are left pending
// until it is called again: mostly the reader writes before that, and they go in one
// packet.
func (r receiver) Receive(wait bool) ([]byte, error) {
	for {
		r.respond()
		p, err := r.lend.Receive(wait)
		if len(p) == 0 {
			r.over(err)
			return nil, err
		}
		n, err := r.receive(p, nil)
		if n > 0 || err != nil {
			r.over(err)
			return p[:n], err
		}
		r.lend.Release() // there were only commands in it
	}
}

func (r receiver) Release()   { r.lend.Release() }
func (r receiver) Interrupt() { r.lend.Interrupt() }

// receive leaves the data in p at its start, and returns its length and the
// error with which that read ends.
func (l *link) receive(p []byte, err error) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return 0, net.ErrClosed
	case l.ended == ErrNotReading || len(l.m.out) > maxPending:
		// For good: what was read here is lost, so what follows makes no sense.
		return 0, ErrNotReading
	}
	return len(l.m.receive(p)), err
}

// tell runs f, which has something to say to the peer.
func (l *link) tell(f func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed || l.deaf:
		return net.ErrClosed
	case len(l.m.out) > maxPending:
		return ErrNotReading
	}
	f()
	l.kick()
	return nil
}

// kick sees to it that what is pending is written. The lock is held.
func (l *link) kick() {
	switch {
	case l.deaf:
		l.m.out = nil
	case len(l.m.out) > 0 && !l.flushing:
		l.flushing = true
		l.flushers.Go(l.flush)
	}
}

// flush writes what is pending until nothing is.
func (l *link) flush() {
	for l.begin() == nil {
		l.mu.Lock()
		out := l.m.out
		l.m.out = nil
		l.flushing = len(out) > 0 // settled together: what comes later kicks again
		l.mu.Unlock()
		if len(out) > 0 {
			l.writePending(out)
		}
		l.end()
		if len(out) == 0 {
			return
		}
	}
}

// begin waits for the right to write; end gives it back.
func (l *link) begin() error {
	select {
	case l.writing <- struct{}{}:
	case <-l.done:
		return net.ErrClosed
	}
	select {
	case <-l.done:
		l.end()
		return net.ErrClosed
	default:
		return nil
	}
}

func (l *link) end() { <-l.writing }

// writePending writes what was taken from the pending answers. A failure is for
// the next Write to find.
func (l *link) writePending(out []byte) {
	if len(out) == 0 {
		return
	}
	if _, err := l.conn.Write(out); err != nil {
		l.mu.Lock()
		l.deaf = true
		l.mu.Unlock()
	}
}

// Write sends p as data and returns once the connection has taken it. A CR in p
// goes out as the Newline says.
func (l *link) Write(p []byte) (n int, err error) {
	if err := l.begin(); err != nil {
		return 0, err
	}
	defer l.end()
	for n < len(p) {
		// What was agreed on counts from there on, so the answers go first.
		l.mu.Lock()
		out := l.m.out
		l.m.out = nil
		binary := l.m.us.inEffect(optBinary)
		l.mu.Unlock()

		wire, took := l.enc.encode(p[n:], binary)
		if len(out) > 0 {
			wire = append(out, wire...)
		}
		if _, err := l.conn.Write(wire); err != nil {
			return n, err
		}
		n += took
	}
	return n, nil
}

// CloseWrite tells the peer that no more will be written, where the connection
// can do that; TCP can. Where it cannot, the error is errors.ErrUnsupported.
func (l *link) CloseWrite() error {
	half, ok := l.conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	if err := l.begin(); err != nil {
		return err
	}
	defer l.end()
	l.mu.Lock()
	out := l.m.out
	l.m.out, l.deaf = nil, true
	l.mu.Unlock()
	l.writePending(out)
	return half.CloseWrite()
}

// Close ends the session and everything that waits in it. A second Close does
// nothing.
func (l *link) Close() error {
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	if l.pulse != nil {
		l.pulse.Stop()
	}
	l.mu.Unlock()
	var err error
	if first {
		close(l.done)
		err = l.conn.Close()
	}
	l.flushers.Wait()
	return err
}

// send sends one command, or leaves it pending if a Write is under way.
func (l *link) send(c command) error {
	return l.tell(func() { l.m.sayCommand(c) })
}

// NOP sends IAC NOP, which the peer does not answer: traffic for the middle
// boxes in between that forget idle connections.
func (l *link) NOP() error { return l.send(cmdNOP) }

// RemoteAddr returns the peer's address.
func (l *link) RemoteAddr() net.Addr { return l.conn.RemoteAddr() }

// LocalAddr returns our own address.
func (l *link) LocalAddr() net.Addr { return l.conn.LocalAddr() }
