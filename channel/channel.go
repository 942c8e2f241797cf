package channel

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport"
)

// Channel is a conversation with one device. It is safe for concurrent use:
// operations queue, and each has the device to itself from the line it types to
// the prompt that ends the answer.
type Channel struct {
	conn transport.Conn
	cfg  *Config
	turn chan struct{} // holds a token while an operation is under way

	reading reading

	typing   sync.Mutex // held while something is written
	patience patience   // of whoever has the turn
	watched  *watch     // and the context; nil for none
	secrets  *auth.Masker

	mu       sync.Mutex
	room     sync.Cond // signalled when a stream took lines, and on Close
	m        *machine
	heard    time.Time // when the last byte came
	reads    int       // how often bytes came
	readErr  error     // why reading ended
	closed   bool      // by us
	bounded  bool      // the reader waits for a stream to take lines
	dozing   bool      // the operation under way need not hear of what cannot end it
	adrift   bool      // a command was left running
	mishaps  Mishaps
	tap      *tap     // gets a copy of what the device sends; nil for none
	passage  *Passage // gets what the device sends; nil for none
	closeErr error

	news  chan struct{} // something came, or the alarm rang; capacity 1
	alarm alarm
	done  chan struct{} // closed when the reading has ended
}

// New starts a conversation over conn, which the channel owns from then on. It
// types nothing.
func New(conn transport.Conn, cfg *Config) *Channel {
	c := &Channel{
		conn: conn,
		cfg:  cfg.withDefaults(),
		turn: make(chan struct{}, 1),
		news: make(chan struct{}, 1),
		done: make(chan struct{}),
	}
	c.secrets = c.cfg.Secrets
	c.room.L = &c.mu
	c.alarm.ring = c.tell
	c.patience = patience{limit: c.cfg.Silence, lose: func() { _ = conn.Close() }}
	c.m = newMachine(c.cfg)
	if c.reading.from = transport.ReceiverOf(conn); c.reading.from == nil {
		go c.read()
		return c
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rouseListener(lullTime)
	return c
}

// maxUntaken bounds the text that waits for a stream to be taken.
const maxUntaken = 64 << 10

// read feeds the machine until the transport ends.
func (c *Channel) read() {
	var err error
	if w, direct := c.conn.(io.WriterTo); direct {
		_, err = w.WriteTo(intake{c})
	} else {
		err = transport.Pump(intake{c}, c.conn)
	}
	c.ended(err)
}

// intake is the end of a channel that takes what the device sends.
type intake struct{ *Channel }

func (c intake) Write(p []byte) (int, error) {
	c.take(p)
	return len(p), nil
}

// take feeds the machine, and reports whether there is something to look at. An
// operation that does not read by itself is told so.
func (c *Channel) take(p []byte) (look bool) {
	c.mu.Lock()
	t, through := c.tap, c.passage
	c.mu.Unlock()
	if through != nil {
		through.take(p)
		return true
	}
	tapped := t != nil && t.put(p)
	c.mu.Lock()
	c.m.feed(p)
	c.reads++
	c.heard = time.Now()
	answers := c.m.term.Replies()
	if tapped || c.m.prompt != "" {
		// The terminal behind the tap answers for itself; and what asks after the
		// login may be a file that is shown.
		answers = nil
	}
	look = !c.dozing || c.m.worthALook()
	own := c.reading.by == operation
	if look && !own {
		c.tell() // before it waits for who is told
	}
	for c.bounded && !own && !c.closed && len(c.m.term.Finished()) > maxUntaken {
		c.room.Wait()
	}
	c.mu.Unlock()
	if len(answers) > 0 {
		c.answer(answers, own)
	}
	return look
}

// tell wakes the operation under way.
func (c *Channel) tell() {
	select {
	case c.news <- struct{}{}:
	default:
	}
	if c.reading.waiting.Load() {
		c.reading.from.Interrupt()
	}
}

// acquire waits for the device to be free. It is not had by one whose time is over.
func (c *Channel) acquire(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return c.queue(ctx)
}

// queue waits for the device to be free, and has it at once where it is.
func (c *Channel) queue(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		c.attend(ctx)
		return nil
	default:
	}
	select {
	case c.turn <- struct{}{}:
		c.attend(ctx)
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *Channel) release() {
	c.unwatch()
	c.rest()
	<-c.turn
}

// write types text. A context that ends while the device takes nothing, or a
// device that takes nothing for Config.Silence, closes the session: how much of
// the text arrived cannot be known.
func (c *Channel) write(ctx context.Context, text string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if len(text) > shortText {
		c.listen()
	}
	w := c.watch(ctx)
	w.begin()
	if w.over() { // as it may have missed
		w.end()
		return context.Cause(ctx)
	}
	c.patience.begin()
	c.typing.Lock()
	_, err := io.WriteString(c.conn, text)
	c.typing.Unlock()
	lost, ended := c.patience.end(), w.end()
	switch {
	case ended || err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && lost:
		return ErrSilence
	}
	if err != nil {
		// The connection is lost: the reader is about to hear of it, and to know why.
		c.listen()
		select {
		case <-c.done:
		case <-time.After(lossGrace):
		}
	}
	return err
}

// shortText is what any device takes though nothing of what it sends is read.
const shortText = 1 << 10

// lossGrace is how long the reader of a connection that takes no more bytes may
// need to find it lost.
const lossGrace = 250 * time.Millisecond

// answer answers a query of the device, unless something is just being typed: a
// reader that waits for a writer would end the reading. An operation that reads by
// itself is called away from it as from any write.
func (c *Channel) answer(text []byte, own bool) {
	if !c.typing.TryLock() {
		return
	}
	defer c.typing.Unlock()
	if own {
		c.watched.begin()
		defer c.watched.end()
		if c.watched.over() { // as it may have missed
			return
		}
		c.patience.begin()
		defer c.patience.end()
	}
	_, _ = c.conn.Write(text)
}

// Prompt returns the prompt that the device showed last, and the mode that it
// stands for.
func (c *Channel) Prompt() (prompt, mode string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.m.prompt, c.m.mode
}

// Host returns the device's name as its prompt shows it, or "".
func (c *Channel) Host() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.m.host
}

// SetWidth states the columns of the terminal, where the device was told of them,
// or of others, after New; 0 means that it never wraps.
func (c *Channel) SetWidth(columns int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m.setWidth(columns)
}

// Conn returns the transport beneath. Reading from it would steal the channel's
// bytes.
func (c *Channel) Conn() transport.Conn { return c.conn }

// Err returns nil while the session is open, and why it ended otherwise.
func (c *Channel) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return ErrClosed
	case c.readErr != nil:
		return &ClosedError{Awaited: "the next command", Err: c.secrets.Error(c.readErr), Screen: c.screen()}
	}
	return nil
}

// Close ends the session at once, makes a waiting operation return, and waits
// for the reader. It may be called more than once.
func (c *Channel) Close() error {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	c.room.Broadcast()
	t, through := c.tap, c.passage
	if c.readErr != nil {
		t = nil // nobody waits to hand it more, and what it has is still to be shown
	}
	c.mu.Unlock()
	if t != nil {
		t.abandon()
	}
	if through != nil {
		through.finish(ErrClosed)
	}
	if first {
		c.alarm.stop()
		c.patience.stop()
		err := c.conn.Close()
		c.unread()
		c.mu.Lock()
		c.closeErr = err
		c.mu.Unlock()
	}
	<-c.done
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closeErr
}

// screen returns the last lines on the screen, secrets masked. The caller holds
// the lock.
func (c *Channel) screen() []string {
	lines := c.m.screen()
	for i, l := range lines {
		lines[i] = c.secrets.Mask(l)
	}
	return lines
}

// Mask takes the secrets out of a text that goes into an error: those that are
// known (Config.Secrets), and those that the text itself announces.
func (c *Channel) Mask(text string) string { return c.secrets.Mask(text) }
