package record

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/vtynet/vty/transport"
)

// ReplayOptions say how the device's side of a recording is played.
type ReplayOptions struct {
	// Cut cuts what the device sent into reads. Nil gives the chunks in which it
	// was recorded.
	Cut Cut
	// Speed is how fast time goes: 1 as recorded, 10 ten times as fast. 0 or less
	// gives everything as soon as what precedes it was typed. Only the device's
	// time is played; how long the typist thinks is the typist's matter.
	Speed float64
	// Pause is the least time between one read and the next, so that whoever reads
	// gets to see each piece by itself. 0 means none.
	Pause time.Duration
	// Secrets are those of the recording, in its order. They stand in what the
	// device sends wherever nothing was typed yet for a secret; without them it is
	// the word "secret". They are masked in errors.
	Secrets *Secrets
}

// Player plays the device's side of a recording. It hands out what the device
// sent once everything that was typed before it has been typed again. It has
// every optional interface of package transport.
//
// Where a secret was taken out, anything may be typed, of any length, up to the
// return; it then stands for that secret in what the device sends. Anything else
// that differs from the recording is a *DivergenceError, from Write and from
// every Read and Write after it. A Read that waits for something to be typed
// waits until it is, or until Close.
type Player struct {
	rec   *Recording
	cut   Cut
	speed float64
	pause time.Duration
	known *Secrets

	mu      sync.Mutex
	change  sync.Cond // something was typed, became due or ended
	script  script
	cues    []cue
	ready   int       // how many cues have had before them typed what they wait for
	next    int       // the cue to play
	done    time.Time // when the cue before it was played
	read    time.Time // when the last chunk was read to its end; zero: never
	given   int       // bytes, by all reads
	pending []byte    // sent and not yet cut
	chunk   []byte    // cut and not yet read
	timer   *time.Timer
	over    bool // the end was read
	closed  bool
	err     error
	size    transport.Size
}

// A cue is something that the device does.
type cue struct {
	event *Event
	keys  int       // how many must have been typed
	since time.Time // when they were
}

var (
	_ transport.Conn       = (*Player)(nil)
	_ transport.Sizer      = (*Player)(nil)
	_ transport.Resizer    = (*Player)(nil)
	_ transport.Aliver     = (*Player)(nil)
	_ transport.HalfCloser = (*Player)(nil)
)

// Replay returns a Conn at whose other end the recorded device sits. It reads
// rec, which may be played any number of times, also at the same time.
func Replay(rec *Recording, opts *ReplayOptions) *Player {
	if opts == nil {
		opts = &ReplayOptions{}
	}
	p := &Player{
		rec: rec, cut: opts.Cut, speed: opts.Speed, pause: opts.Pause, known: opts.Secrets,
		script: script{keys: keysOf(rec.Events), bound: map[int]string{}},
		size:   rec.Header.Size, done: time.Now(),
	}
	if p.known == nil {
		p.known = &Secrets{}
	}
	p.change.L = &p.mu
	keys := 0
	for i := range rec.Events {
		e := &rec.Events[i]
		switch e.Kind {
		case Output, Ended, Failed:
			p.cues = append(p.cues, cue{event: e, keys: keys})
		case HalfClosed, Input:
			keys += len(keysOf(rec.Events[i : i+1]))
		}
	}
	p.moved()
	return p
}

// moved notes which cues what was typed has set free.
func (p *Player) moved() {
	for p.ready < len(p.cues) && p.cues[p.ready].keys <= p.script.done {
		p.cues[p.ready].since = time.Now()
		p.ready++
	}
	p.change.Broadcast()
}

// Read gives what the device says next.
func (p *Player) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if err := p.fault("read"); err != nil {
			return 0, err
		}
		if len(b) == 0 {
			return 0, nil
		}
		if len(p.chunk) == 0 && p.rested() {
			if err := p.load(); err != nil {
				return 0, err
			}
		}
		if len(p.chunk) > 0 {
			n := copy(b, p.chunk)
			p.chunk = p.chunk[n:]
			p.given += n
			if len(p.chunk) == 0 {
				p.read = time.Now()
			}
			return n, nil
		}
		p.change.Wait()
	}
}

// fault returns why nothing more can be done, if so.
func (p *Player) fault(op string) error {
	switch {
	case p.closed:
		return fmt.Errorf("%s: %w", op, net.ErrClosed)
	case p.err != nil:
		return p.err
	}
	return nil
}

// rested reports whether the pause after the last read is over.
func (p *Player) rested() bool {
	return p.pause <= 0 || p.read.IsZero() || p.reached(p.read.Add(p.pause))
}

// due reports whether the time of the next cue has come.
func (p *Player) due() bool {
	if p.speed <= 0 {
		return true
	}
	c := &p.cues[p.next]
	from := c.since
	if p.done.After(from) {
		from = p.done
	}
	return p.reached(from.Add(time.Duration(float64(c.event.After) / p.speed)))
}

// reached reports whether it is that late, and otherwise sees to it that readers
// wake when it is.
func (p *Player) reached(when time.Time) bool {
	wait := time.Until(when)
	if wait <= 0 {
		return true
	}
	if p.timer == nil {
		p.timer = time.AfterFunc(wait, p.wake)
	} else {
		p.timer.Reset(wait)
	}
	return false
}

func (p *Player) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change.Broadcast()
}

// load fills chunk, if there is something to fill it with.
func (p *Player) load() error {
	for p.next < p.ready && p.due() {
		c := &p.cues[p.next]
		if len(p.pending) > 0 && (p.cut == nil || c.event.Kind != Output || c.keys != p.cues[p.next-1].keys) {
			break
		}
		switch c.event.Kind {
		case Ended:
			p.over = true
			return io.EOF
		case Failed:
			p.over = true
			return fmt.Errorf("the recorded transport failed: %s", c.event.Note)
		}
		p.pending = p.appendText(p.pending, c.event.Parts)
		p.next++
		p.done = time.Now()
	}
	n := len(p.pending)
	if n > 0 && p.cut != nil {
		if k := p.cut(p.given, n); k >= 1 && k < n {
			n = k
		}
	}
	p.chunk, p.pending = p.pending[:n:n], p.pending[n:]
	return nil
}

// appendText appends what parts stand for.
func (p *Player) appendText(dst []byte, parts []Part) []byte {
	for _, part := range parts {
		if part.Secret == 0 {
			dst = append(dst, part.Text...)
			continue
		}
		text, typed := p.script.bound[part.Secret]
		if known := p.known.texts(); !typed && part.Secret <= len(known) {
			text = known[part.Secret-1]
		}
		if text == "" && !typed {
			text = "secret"
		}
		dst = append(dst, text...)
	}
	return dst
}

// Write types b.
func (p *Player) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.fault("write"); err != nil {
		return 0, err
	}
	defer p.moved()
	for i := range b {
		if !p.script.press(b[i]) {
			p.err = p.script.diverged(p.rec, b[i+1:], p.mask)
			return i, p.err
		}
	}
	return len(b), nil
}

// mask takes secrets out of what an error shows.
func (p *Player) mask(text string) string {
	all := NewSecrets(p.known.texts()...)
	for _, s := range p.script.bound {
		all.Add(s)
	}
	return all.mask(text)
}

// CloseWrite says that no more input comes.
func (p *Player) CloseWrite() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.fault("close write"); err != nil {
		return err
	}
	defer p.moved()
	if !p.script.halfClose() {
		e := p.script.diverged(p.rec, nil, p.mask)
		e.Got = `"(end of input)"`
		p.err = e
	}
	return p.err
}

// Close ends the replay and wakes whoever waits.
func (p *Player) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	p.change.Broadcast()
	return nil
}

// Finished returns nil if everything was typed that the recording holds, and
// what diverged otherwise. It may be called after Close.
func (p *Player) Finished() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch s := &p.script; {
	case p.err != nil:
		return p.err
	case s.done < len(s.keys):
		return s.diverged(p.rec, nil, p.mask)
	}
	return nil
}

// Size returns the recorded size of the terminal, or what Resize made of it.
func (p *Player) Size() transport.Size {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size
}

// Resize changes what Size returns; the recorded device takes no notice.
func (p *Player) Resize(_ context.Context, size transport.Size) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fmt.Errorf("resize: %w", net.ErrClosed)
	}
	p.size = size
	return nil
}

// Alive reports whether the session is open and its recorded end was not read.
func (p *Player) Alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.closed && !p.over && p.err == nil
}
