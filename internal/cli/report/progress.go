package report

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/streams"
)

// calm is the least time from one change of the line to the next.
const calm = 250 * time.Millisecond

// Progress is a line at the foot of a terminal that says how far a run over several
// hosts is: how many are done, failed and running, how fast it goes and how long it
// will take. Elsewhere it shows nothing. What is written to the terminal meanwhile
// must go through Guard. It is safe for concurrent use.
type Progress struct {
	w     io.Writer // nil shows nothing
	width func() int
	stop  chan struct{}
	ended sync.WaitGroup

	mu      sync.Mutex
	tally   tally
	running map[*fleet.Host]bool
	pace    pace
	shown   string
	midline bool // the last write of others did not end its line
}

// NewProgress makes a Progress of so many hosts, on w if that is a terminal. Close
// it when done.
func NewProgress(w io.Writer, total int) *Progress {
	p := &Progress{tally: tally{total: total}, running: map[*fleet.Host]bool{}, stop: make(chan struct{})}
	if _, ok := streams.Terminal(w); ok && total > 1 {
		p.w, p.width = w, func() int { return streams.Width(w) }
		p.ended.Go(p.tick)
	}
	return p
}

// tick keeps the line true while nothing happens.
func (p *Progress) tick() {
	ticker := time.NewTicker(calm)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-ticker.C:
			p.mu.Lock()
			p.pace.at(now, p.tally.done)
			p.draw()
			p.mu.Unlock()
		}
	}
}

// Hear takes an event of the run down.
func (p *Progress) Hear(e fleet.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case fleet.Started:
		p.running[e.Host] = true
	case fleet.Retrying:
		delete(p.running, e.Host)
	case fleet.Ended:
		delete(p.running, e.Host)
		p.tally.done++
		if e.Err != nil {
			p.tally.failed++
		}
	case fleet.Skipped:
		p.tally.skipped++
	}
	p.tally.running = len(p.running)
}

// Stopping says from now on that no more hosts are begun.
func (p *Progress) Stopping() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.stopping = true
}

// Running is how many hosts are being worked on.
func (p *Progress) Running() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.running)
}

// Close takes the line away for good.
func (p *Progress) Close() {
	close(p.stop)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

// draw shows the line as it is now. The lock is held, as in clear.
func (p *Progress) draw() {
	line := p.tally.line(p.width()-1, p.pace.rate())
	if p.midline || line == p.shown {
		return
	}
	p.shown = line
	_, _ = io.WriteString(p.w, "\r"+line+"\x1b[K")
}

func (p *Progress) clear() {
	if p.shown != "" {
		p.shown = ""
		_, _ = io.WriteString(p.w, "\r\x1b[K")
	}
}

// Guard is w, such that what is written to it and the line stay apart. Where w is
// no terminal it is w itself.
func (p *Progress) Guard(w io.Writer) io.Writer {
	if _, ok := streams.Terminal(w); !ok || p.w == nil {
		return w
	}
	return &guarded{w: w, p: p}
}

type guarded struct {
	w io.Writer
	p *Progress
}

func (g *guarded) Write(text []byte) (int, error) {
	p := g.p
	p.mu.Lock()
	defer p.mu.Unlock()
	shown := p.shown != ""
	p.clear()
	n, err := g.w.Write(text)
	if len(text) > 0 {
		p.midline = text[len(text)-1] != '\n'
	}
	if shown {
		p.draw()
	}
	return n, err
}

// tally is what the line says.
type tally struct {
	total, done, failed, skipped, running int
	stopping                              bool
}

// line is the tally in so many columns, less of it where they are few. perSecond is
// how many hosts are done in a second, 0 where that is not known.
func (t tally) line(columns int, perSecond float64) string {
	parts := []string{fmt.Sprintf("%d of %d done", t.done, t.total)}
	if t.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", t.failed))
	}
	if t.skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d not begun", t.skipped))
	}
	parts = append(parts, fmt.Sprintf("%d running", t.running))
	if t.stopping {
		parts = append(parts, "stopping")
	} else if perSecond > 0 {
		left := time.Duration(float64(t.total-t.done-t.skipped) / perSecond * float64(time.Second))
		parts = append(parts, fmt.Sprintf("%.3g/s", perSecond), about(left)+" left")
	}
	line := ""
	for i, part := range parts {
		if i > 0 {
			part = ", " + part
		}
		if len(line)+len(part) > columns {
			break
		}
		line += part
	}
	return line
}

// about is a duration no more exactly than anyone can tell it.
func about(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%ds", (d+time.Second-1)/time.Second)
	case d < time.Minute:
		return fmt.Sprintf("%ds", (d+5*time.Second-1)/(5*time.Second)*5)
	case d < 10*time.Minute:
		d = d.Round(10 * time.Second)
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d.Round(time.Minute)/time.Minute)
	}
	d = d.Round(10 * time.Minute)
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}

// window is how far back a pace looks.
const window = 10 * time.Second

// pace is how fast a count has grown of late.
type pace struct{ samples []sample }

type sample struct {
	at    time.Time
	count int
}

// at takes down what the count is at a time, at most once a second.
func (p *pace) at(now time.Time, count int) {
	n := len(p.samples)
	if n > 0 && now.Sub(p.samples[n-1].at) < time.Second {
		return
	}
	p.samples = append(p.samples, sample{now, count})
	for now.Sub(p.samples[0].at) > window {
		p.samples = p.samples[1:]
	}
}

// rate is the growth a second; 0 while there is too little to tell.
func (p *pace) rate() float64 {
	n := len(p.samples)
	if n < 2 {
		return 0
	}
	first, last := p.samples[0], p.samples[n-1]
	return float64(last.count-first.count) / last.at.Sub(first.at).Seconds()
}
