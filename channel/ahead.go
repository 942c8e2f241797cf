package channel

import (
	"context"
	"strings"
	"time"
)

// lateEcho is how long a device may stand at its prompt before a line that was typed
// ahead is echoed.
const lateEcho = 10 * time.Second

// Ahead types lines without awaiting the answer to each before it types the next,
// as long as what is unanswered fits into Config.Window. The answers go to each,
// in order; once each returns false nothing more is typed, but the answers to
// what was typed by then still come. modes are as in Input.
//
// It is for devices that keep what is typed ahead, and for lines that ask
// nothing: a question would be answered by the line that follows. A line that
// does not fit is typed by itself, and so is every line where it is not known
// that the device echoes.
//
// It returns how many lines were typed. Where that is more than each was called
// for, an error says why; what became of the rest is not known.
func (c *Channel) Ahead(ctx context.Context, lines, modes []string, each func(*Reply) bool) (typed int, err error) {
	if err := c.acquire(ctx); err != nil {
		return 0, err
	}
	defer c.release()
	if err := c.Err(); err != nil {
		return 0, err
	}
	in := &Input{Modes: modes}
	if err := c.rejoin(ctx, in); err != nil {
		return 0, err
	}
	for typed < len(lines) {
		a := &ahead{lines: lines[typed:], each: each}
		err := c.burst(ctx, in, a)
		typed += a.typed
		if err != nil || a.stopped {
			return typed, err
		}
	}
	return typed, nil
}

// burst types lines until the device stands at its prompt with none left to
// answer.
func (c *Channel) burst(ctx context.Context, in *Input, a *ahead) error {
	in.Line = a.lines[0]
	x := &exchange{c: c, in: in, ahead: a, started: time.Now(), awaited: "its echo and the prompt"}
	a.since = x.started
	c.mu.Lock()
	c.heard = x.started
	c.m.begin(in, false)
	cut := c.m.cut != ""
	a.typed, a.unanswered = 1, len(in.Line)+len(c.cfg.Return)
	c.m.answers = &answers{}
	first := in.Line + c.cfg.Return
	if c.m.echoes && !c.m.mute {
		first += a.more(c)
	}
	c.mu.Unlock()
	if cut {
		a.typed = 0
		return x.desync()
	}
	var err error
	if a.typed > 1 {
		err = c.write(ctx, first)
	} else {
		err = x.typeText(ctx, first)
	}
	if err != nil {
		return x.fail(ctx, err)
	}
	reply, err := x.run(ctx)
	if err == nil {
		a.hand(reply)
	}
	return err
}

// ahead is what is typed ahead in an exchange.
type ahead struct {
	lines      []string
	each       func(*Reply) bool
	typed      int // of lines
	answered   int
	unanswered int // bytes that were typed and not answered
	stopped    bool
	since      time.Time // when the last answer came
}

// more returns what there is room for now, and notes it as typed. The caller holds
// the lock.
func (a *ahead) more(c *Channel) string {
	var text strings.Builder
	for !a.stopped && a.typed < len(a.lines) {
		line := a.lines[a.typed] + c.cfg.Return
		if a.unanswered+len(line) > c.cfg.Window {
			break
		}
		text.WriteString(line)
		a.unanswered += len(line)
		c.m.echo.lines = append(c.m.echo.lines, a.lines[a.typed])
		a.typed++
	}
	return text.String()
}

// hand gives an answer to the caller.
func (a *ahead) hand(r *Reply) {
	now := time.Now()
	r.Started, r.Elapsed, a.since = a.since, now.Sub(a.since), now
	a.answered++
	if !a.each(r) {
		a.stopped = true
	}
}

// goAhead hands over the answers that came and types what there is room for then.
// It reports whether it did either.
func (x *exchange) goAhead(ctx context.Context) (went bool, err error) {
	c, a := x.c, x.ahead
	c.mu.Lock()
	came := c.m.answers.done
	c.m.answers.done = nil
	c.mu.Unlock()
	for _, r := range came {
		a.unanswered -= len(a.lines[a.answered]) + len(c.cfg.Return)
		a.hand(r)
	}
	if len(came) == 0 {
		return false, nil
	}
	c.mu.Lock()
	x.in.Line = a.lines[a.answered]
	text := ""
	if !c.m.echo.seen { // or else the last line is about to end this: nothing is typed into its answer
		text = a.more(c)
	}
	c.mu.Unlock()
	if text == "" {
		return true, nil
	}
	return true, c.write(ctx, text)
}

// answers takes apart what comes between the echoes of lines that were typed
// ahead. Each echo stands behind the prompt that ends the answer before it.
type answers struct {
	open  bool     // an echo was seen
	lines []string // what came since
	done  []*Reply
}

// nextEcho notes the echo of a line that was typed ahead, which ends the answer to
// the one before.
func (m *machine) nextEcho(behind string) {
	a := m.answers
	if a.open {
		r, text := &Reply{Prompt: behind}, ""
		if len(a.lines) > 0 {
			text = strings.Join(a.lines, "\n") + "\n"
		}
		if p, _ := m.shape(behind, m.in.Modes); p != nil {
			r.Mode, text = p.Mode, m.cutAbove(text, p.Mode)
		}
		r.Text = strings.TrimSuffix(text, "\n")
		a.done = append(a.done, r)
	}
	a.open, a.lines = true, nil
	// The next echo has the same prompt in front of it, or another of this device's.
	m.echo.bare, m.echo.prompt = false, behind
}
