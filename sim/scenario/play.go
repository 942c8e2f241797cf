package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/record"
	"github.com/vtynet/vty/transport"
)

// Pace says how the bytes of a device are cut and delayed. The zero value gives
// them as the script has them.
type Pace struct {
	// Cut says how many bytes are sent at once; nil: those of a step.
	Cut record.Cut
	// Pause is how long to wait once at bytes were sent in all; nil: not at all.
	Pause func(at int) time.Duration
	// Longest cuts the script's own pauses, for fronts in real time; 0 does not.
	Longest time.Duration
}

// Player plays the device of a scenario, for one session.
type Player struct {
	s    *Scenario
	pace Pace

	conn  io.ReadWriteCloser
	mu    sync.Mutex
	typed []byte // and not yet taken by a step
	ended bool   // no more will be typed
	err   error
	sent  []byte
	marks []mark
	done  bool

	news    chan struct{}
	gone    chan struct{} // closed when no more will be typed
	played  chan struct{} // closed when no step follows
	over    chan struct{} // closed when the session is over
	reflex  map[string]string
	waiting []byte // to be sent before the next wait
}

// mark notes how much was sent when the steps reached one that waits, and what it
// waits for.
type mark struct {
	text string
	at   int
}

// NewPlayer makes a player; Serve plays.
func NewPlayer(s *Scenario, pace Pace) *Player {
	return &Player{s: s, pace: pace, news: make(chan struct{}, 1), gone: make(chan struct{}), played: make(chan struct{}), over: make(chan struct{}), reflex: map[string]string{}}
}

// Aborter is implemented by a connection that can be broken.
type Aborter interface{ Abort() }

// Dropper is implemented by a connection whose path can be closed beneath it, so that
// the session does not end in order.
type Dropper interface{ Drop() }

// errOver ends a session.
var errOver = errors.New("over")

// Serve plays the script on conn until it or the session ends, and closes conn.
func (p *Player) Serve(ctx context.Context, conn io.ReadWriteCloser) error {
	p.conn = conn
	stop := transport.CloseOn(ctx, conn)
	defer stop()
	var wg sync.WaitGroup
	wg.Go(p.read)
	err := p.play()
	close(p.over)
	if errors.Is(err, errOver) {
		err = nil
	}
	err = errors.Join(err, conn.Close())
	wg.Wait()
	return err
}

// read collects what is typed.
func (p *Player) read() {
	defer close(p.gone)
	buf := make([]byte, 4096)
	for {
		n, err := p.conn.Read(buf)
		p.enter(buf[:n], err)
		if err != nil {
			return
		}
	}
}

// enter takes what was typed, as far as there is room for it, and whether no more
// can come.
func (p *Player) enter(keys []byte, err error) {
	p.mu.Lock()
	if room := p.s.Input - len(p.typed); p.s.Input > 0 {
		keys = keys[:min(len(keys), room)]
	}
	p.typed = append(p.typed, keys...)
	p.ended = p.ended || err != nil
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
}

func (p *Player) play() error {
	for _, step := range p.s.Device {
		if err := p.step(step); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	p.finish()
	return p.await("")
}

// finish notes that every step was played.
func (p *Player) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.done {
		p.done = true
		close(p.played)
	}
}

func (p *Player) step(step Step) error {
	switch step.Kind {
	case Send:
		return p.send(step.Text)
	case Await, Echo:
		if err := p.flush(); err != nil {
			return err
		}
		p.mu.Lock()
		p.marks = append(p.marks, mark{step.Text, len(p.sent)})
		p.mu.Unlock()
		err := p.listen(step)
		var d *DivergenceError
		if errors.As(err, &d) {
			d.File, d.Line = p.s.Name, step.Line
			p.mu.Lock()
			p.err = d
			p.mu.Unlock()
		}
		return err
	case Pause:
		if err := p.flush(); err != nil {
			return err
		}
		p.wait(step.Delay)
	case Repeat:
		if err := p.flush(); err != nil {
			return err
		}
		for !p.hasTyped() {
			if err := p.send(step.Text); err != nil {
				return err
			}
			if err := p.flush(); err != nil {
				return err
			}
			select {
			case <-p.news:
			case <-time.After(step.Delay):
			}
		}
	case Reflex:
		p.reflex[step.Key] = step.Text
	case EOF, Drop, Reset, Silence:
		if err := p.flush(); err != nil {
			return err
		}
		p.finish()
		if a, ok := p.conn.(Aborter); ok && step.Kind == Reset {
			a.Abort()
		}
		if d, ok := p.conn.(Dropper); ok && step.Kind == Drop {
			d.Drop()
		}
		for step.Kind == Silence && !p.hasLeft() {
			<-p.news
		}
		return errOver
	}
	return nil
}

func (p *Player) wait(d time.Duration) {
	if p.pace.Longest > 0 {
		d = min(d, p.pace.Longest)
	}
	p.sleep(d)
}

// sleep waits, but not for somebody who has left.
func (p *Player) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.gone:
	}
}

func (p *Player) hasTyped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.typed) > 0 || p.ended
}

func (p *Player) hasLeft() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// send sends text, or keeps it where it is to be cut.
func (p *Player) send(text string) error {
	p.waiting = append(p.waiting, text...)
	if p.pace.Cut != nil {
		return nil
	}
	return p.flush()
}

// flush sends what was kept, cut in pieces.
func (p *Player) flush() error {
	for len(p.waiting) > 0 {
		n := len(p.waiting)
		p.mu.Lock()
		at := len(p.sent)
		if p.pace.Cut != nil {
			if k := p.pace.Cut(at, n); k > 0 && k < n {
				n = k
			}
		}
		piece := p.waiting[:n:n]
		p.waiting = p.waiting[n:]
		p.sent = append(p.sent, piece...)
		p.mu.Unlock()
		if _, err := p.conn.Write(piece); err != nil {
			return err
		}
		if p.pace.Pause != nil {
			if d := p.pace.Pause(at + n); d > 0 {
				p.sleep(d)
			}
		}
	}
	return nil
}

// reaction is how long a device takes to answer a key by reflex. Without it two
// machines that answer each other would stop a fake clock.
const reaction = time.Millisecond

// listen waits until a step's text was typed, and echoes it where the step does.
// What comes in pieces is taken and echoed as it comes.
func (p *Player) listen(step Step) error {
	if step.Kind == Await {
		return p.await(step.Text)
	}
	for text := step.Text; ; {
		n, err := p.awaitPart(text, 1)
		if err != nil {
			return err
		}
		if err := p.send(echoed(text[:n])); err != nil || n == len(text) {
			return err
		}
		if err := p.flush(); err != nil {
			return err
		}
		text = text[n:]
	}
}

func echoed(typed string) string { return strings.ReplaceAll(typed, "\r", "\r\n") }

// await waits until text was typed. "" is what comes after the last step.
func (p *Player) await(text string) error {
	_, err := p.awaitPart(text, len(text))
	return err
}

// awaitPart waits until at least so many bytes of text were typed, and takes what
// there is of it.
func (p *Player) awaitPart(text string, least int) (taken int, err error) {
	for {
		p.mu.Lock()
		typed, ended := string(p.typed), p.ended
		p.mu.Unlock()
		if n := common(typed, text); text != "" && n >= least {
			p.take(n)
			return n, nil
		}
		reply, key := p.answer(typed)
		switch {
		case key > 0:
			p.take(key)
			p.sleep(reaction)
			if err := p.send(reply); err != nil {
				return 0, err
			}
			if err := p.flush(); err != nil {
				return 0, err
			}
			continue
		case typed != "" && !strings.HasPrefix(text, typed):
			if text == "" {
				return 0, errOver
			}
			return 0, &DivergenceError{Want: text, Got: typed}
		case ended:
			return 0, errOver
		}
		<-p.news
	}
}

// common is how many bytes two texts begin with in common.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (p *Player) take(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.typed = p.typed[n:]
}

// answer finds the reflex to what was typed, and how much of it that answers.
func (p *Player) answer(typed string) (reply string, n int) {
	for key, text := range p.reflex {
		if strings.HasPrefix(typed, key) && len(key) > n {
			reply, n = text, len(key)
		}
	}
	if n > 0 || typed == "" {
		return reply, n
	}
	line := p.Sent()
	line = line[strings.LastIndexByte(line, '\n')+1:]
	switch typed[0] {
	case '\r':
		return "\r\n" + line, 1
	case 0x03:
		return "^C\r\n" + line, 1
	}
	return "", 0
}

// Sent is everything the device has sent.
func (p *Player) Sent() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.sent)
}

// Finished waits until every step was played, and then returns nil. Where the
// session or ctx ends before that, the error says what was typed instead of what
// the script awaits; that is a *DivergenceError, or what it still awaits.
func (p *Player) Finished(ctx context.Context) error {
	select {
	case <-p.played:
		return nil
	case <-p.over:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.done:
		return nil
	case p.err != nil:
		return p.err
	case len(p.marks) > 0:
		return fmt.Errorf("%s: the device still awaits %q", p.s.Name, p.marks[len(p.marks)-1].text)
	}
	return fmt.Errorf("%s: the device is not done", p.s.Name)
}

// DivergenceError says that something else was typed than a script awaits.
type DivergenceError struct {
	File      string
	Line      int
	Want, Got string
}

func (e *DivergenceError) Error() string {
	return fmt.Sprintf("%s:%d: the device awaits %q, and %q was typed", e.File, e.Line, e.Want, e.Got)
}
