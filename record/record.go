package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"

	"github.com/vtynet/vty/transport"
)

// Options say what is recorded beside the bytes, and what must not be.
type Options struct {
	// Header goes into the file. Where its Size is zero, the Conn's is taken.
	Header Header
	// Secrets are taken out of both directions, however they are cut into reads
	// and writes. Nil means that none are known beforehand.
	Secrets *Secrets
	// Hidden matches the line at the cursor where it asks for something that is
	// typed unseen. What is typed there, up to the return, is taken out, and if it
	// has at least four characters it joins the Secrets. Nil means questions for
	// passwords, passphrases, secrets, codes and tokens that end in ":" or "?".
	Hidden *regexp.Regexp
}

// Recorder is a Conn that writes down what passes through it. It has every
// optional interface of package transport; what the Conn beneath cannot do gives
// errors.ErrUnsupported, a zero Size, or Alive as far as the reads show it.
type Recorder struct {
	conn  transport.Conn
	began time.Time

	writing sync.Mutex // held over a Write, so that the file has the wire's order

	mu     sync.Mutex
	w      io.Writer
	buf    []byte
	last   time.Duration // when the event written last happened, as written
	redact redactor
	hidden hidden
	over   bool // the device's side has ended
	closed bool
	err    error
}

var (
	_ transport.Conn       = (*Recorder)(nil)
	_ transport.Sizer      = (*Recorder)(nil)
	_ transport.Resizer    = (*Recorder)(nil)
	_ transport.Aliver     = (*Recorder)(nil)
	_ transport.HalfCloser = (*Recorder)(nil)
)

// Record returns a Conn that does what conn does and writes the session to w,
// each event in one Write as soon as it holds no part of a secret for certain.
// What is typed is written down before it is sent, so that no answer stands
// before its question. It owns conn; w stays the caller's, who may close it once
// Close has returned.
//
// The session goes on where w fails; the recording then ends, and Close returns
// the error.
func Record(conn transport.Conn, w io.Writer, opts *Options) *Recorder {
	if opts == nil {
		opts = &Options{}
	}
	r := &Recorder{conn: conn, began: time.Now(), w: w}
	r.redact = redactor{secrets: opts.Secrets, emit: r.emit}
	if r.redact.secrets == nil {
		r.redact.secrets = &Secrets{}
	}
	r.hidden.question = opts.Hidden
	if r.hidden.question == nil {
		r.hidden.question = hiddenQuestion()
	}
	h := opts.Header
	if h.Size == (transport.Size{}) {
		h.Size = r.Size()
	}
	r.write(appendHeader(nil, h))
	return r
}

// Unwrap returns the Conn beneath, for what it knows beside the bytes.
func (r *Recorder) Unwrap() transport.Conn { return r.conn }

// Err returns why the recording ended before the session did, or nil.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Read reads from the device.
func (r *Recorder) Read(p []byte) (int, error) {
	n, err := r.conn.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > 0 && !r.closed {
		r.hidden.show(p[:n])
		r.redact.add(r.entry(Output), p[:n])
	}
	if err != nil && !r.over && !r.closed {
		r.over = true
		e := r.entry(Ended)
		if !errors.Is(err, io.EOF) {
			e.event.Kind, e.event.Note = Failed, r.redact.secrets.mask(err.Error())
		}
		r.redact.add(e, nil)
	}
	return n, err
}

// Write types p.
func (r *Recorder) Write(p []byte) (int, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mu.Lock()
	if !r.closed {
		r.typed(p)
	}
	r.mu.Unlock()
	return r.conn.Write(p)
}

// typed records what is typed. The caller holds the lock.
func (r *Recorder) typed(p []byte) {
	h := &r.hidden
	if len(p) > 0 && h.begins() {
		end := endOfHidden(p)
		h.on = end != 0
		h.typed = h.typed[:0]
		if h.on {
			h.entry = r.entry(Input)
			h.entry.open = true
			if end < 0 {
				h.remember(p)
				r.redact.add(h.entry, nil)
				return
			}
			// The whole line at once: one event.
			h.remember(p[:end])
			h.entry.close(r.redact.secrets.number(h.secret()))
			r.redact.add(h.entry, p[end:])
			h.on, h.entry = false, nil
			return
		}
	}
	if h.on {
		end := endOfHidden(p)
		if end < 0 {
			h.remember(p)
			return
		}
		h.remember(p[:end])
		if number := r.redact.secrets.number(h.secret()); h.entry.open {
			h.entry.close(number)
		}
		h.on, h.entry = false, nil
		p = p[end:]
	}
	if len(p) > 0 {
		r.redact.add(r.entry(Input), p)
	}
}

// note records what happened beside the bytes.
func (r *Recorder) note(event Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		e := r.entry(event.Kind)
		e.event = event
		r.redact.add(e, nil)
	}
}

func (r *Recorder) entry(kind Kind) *entry {
	return &entry{event: Event{Kind: kind}, at: time.Since(r.began)}
}

// emit writes an event that holds no secret. The caller holds the lock.
func (r *Recorder) emit(e Event, at time.Duration) {
	if r.err != nil {
		return
	}
	at = at.Round(time.Microsecond)
	e.After = at - r.last
	r.last = at
	r.buf = appendEvent(r.buf[:0], e)
	r.write(r.buf)
	if cap(r.buf) > maxHeld {
		r.buf = nil
	}
}

func (r *Recorder) write(p []byte) {
	if r.err != nil {
		return
	}
	if _, err := r.w.Write(p); err != nil {
		r.err = fmt.Errorf("record: %w", err)
	}
}

// Close ends the session and the recording.
func (r *Recorder) Close() error {
	r.mu.Lock()
	if !r.closed {
		r.redact.flush()
		e := r.entry(Closed)
		r.emit(e.event, e.at)
		r.closed = true
	}
	failed := r.err
	r.mu.Unlock()
	return errors.Join(r.conn.Close(), failed)
}

// Size returns the size of the terminal.
func (r *Recorder) Size() transport.Size {
	if s, ok := r.conn.(transport.Sizer); ok {
		return s.Size()
	}
	return transport.Size{}
}

// Resize tells the device a new size of the terminal.
func (r *Recorder) Resize(ctx context.Context, size transport.Size) error {
	c, ok := r.conn.(transport.Resizer)
	if !ok {
		return errors.ErrUnsupported
	}
	err := c.Resize(ctx, size)
	if err == nil {
		r.note(Event{Kind: Resized, Size: size})
	}
	return err
}

// Alive reports whether the device can still be reached, as far as is known.
func (r *Recorder) Alive() bool {
	if a, ok := r.conn.(transport.Aliver); ok {
		return a.Alive()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.over && !r.closed
}

// CloseWrite says that no more input comes.
func (r *Recorder) CloseWrite() error {
	c, ok := r.conn.(transport.HalfCloser)
	if !ok {
		return errors.ErrUnsupported
	}
	r.note(Event{Kind: HalfClosed})
	return c.CloseWrite()
}
