package channel

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Send types a line and returns the answer up to the next prompt.
//
// Where the context ends or the device falls silent, the command is interrupted;
// the *TimeoutError that results says whether the device is back at its prompt
// or the session was closed. An unexpected question is a *QuestionError, an echo
// of something else a *DesyncError, the end of the session a *ClosedError unless
// in.Ends allows it. What had come of the answer by then comes back beside the
// error; nil where nothing had, or where it cannot be told to be this command's.
func (c *Channel) Send(ctx context.Context, in Input) (*Reply, error) {
	return c.send(ctx, &in, nil)
}

// Lines types a line and yields the answer line by line, as it comes, in
// constant memory: the device is held back while the caller is busy. An error
// is the last thing yielded. A caller that leaves the loop early interrupts the
// command; the device is then back at its prompt, or the session closed.
//
// The device is busy until the loop ends: another operation on the same channel
// within the loop waits for ever.
func (c *Channel) Lines(ctx context.Context, in Input) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		left := false
		_, err := c.send(ctx, &in, func(line string) bool {
			left = left || !yield(line, nil)
			return !left
		})
		if err != nil && !left {
			yield("", err)
		}
	}
}

// errOutside says that the device shows what it shows to nobody.
var errOutside = errors.New("the device asks who is there")

// errLeft says that the caller of a stream wants no more of it.
var errLeft = errors.New("the stream was left")

func (c *Channel) send(ctx context.Context, in *Input, visit func(string) bool) (*Reply, error) {
	if err := c.acquire(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := c.rejoin(ctx, in); err != nil {
		return nil, err
	}
	x := &exchange{c: c, in: in, visit: visit, started: time.Now(), awaited: "its echo and the prompt"}
	if in.Stays {
		x.wake = leftWake
	}
	returned := false
	defer func() {
		if !returned { // the caller of a stream panicked: its command must not run on
			_ = c.recover(context.Background())
		}
	}()
	c.mu.Lock()
	c.heard = x.started
	c.m.begin(in, c.cfg.Raw && visit == nil)
	outOfStep := c.m.cut != ""
	c.bounded = visit != nil && !outOfStep
	c.mu.Unlock()
	if outOfStep {
		returned = true
		return nil, x.desync()
	}
	err := x.typeText(ctx, strings.ReplaceAll(in.Line, "\n", c.cfg.Return)+c.cfg.Return)
	var reply *Reply
	if err != nil {
		err = x.fail(ctx, err)
	} else {
		reply, err = x.run(ctx)
	}
	returned = true
	return reply, err
}

// An exchange is one operation under way.
type exchange struct {
	c        *Channel
	in       *Input
	visit    func(string) bool // takes the lines of a stream; nil collects them
	started  time.Time
	awaited  string
	login    bool
	wake     time.Duration // at login: the silence after which a return is typed; 0 for never
	wakes    int
	ahead    *ahead // lines typed ahead; nil for one line, awaited
	streamed bool   // lines were handed to a stream
	console  bool   // at login: the terminal was there before
	left     int    // keys typed to leave a pager, on a console
	woken    bool   // a return was typed at login, and no question answered since: it may answer the next
}

// lateAnswer is how long a device that answers every command may stand at its
// prompt before that is believed to be all.
const lateAnswer = 5 * time.Second

// silence is how long the device may say nothing; negative for ever.
func (x *exchange) silence() time.Duration {
	if x.in.Silence != 0 {
		return x.in.Silence
	}
	return x.c.cfg.Silence
}

// run goes on until the prompt, answering pagers and expected questions.
func (x *exchange) run(ctx context.Context) (*Reply, error) {
	c := x.c
	for {
		s, err := x.await(ctx)
		if err != nil {
			return x.ended(ctx, err)
		}
		switch s.kind {
		case atPrompt:
			c.mu.Lock()
			mixed := c.m.mixed(s.line)
			c.mu.Unlock()
			if mixed {
				return nil, x.desync()
			}
			return x.reply(s)
		case atPager:
			c.mu.Lock()
			c.m.turning(s)
			c.mu.Unlock()
			if x.console {
				s.key = x.leavingKey(s)
			}
			err = c.write(ctx, s.key)
		case atAsk:
			err = x.answer(ctx, s)
		case maybePrompt: // a quiet was not enough
			c.mu.Lock()
			c.m.probing(s.line)
			c.mu.Unlock()
			err = c.write(ctx, c.cfg.Return)
		case tangled:
			return nil, x.desync()
		case strayPrompt:
			if x.ahead != nil {
				return nil, x.desync()
			}
			if x.suspectMute() {
				err = c.write(ctx, c.cfg.Return)
				break
			}
			if reply, ok := x.withoutEcho(s); ok {
				return reply, nil
			}
			c.mu.Lock()
			c.m.cut = "" // it was the echo, and a wrong one
			c.mu.Unlock()
			return nil, x.desync()
		case asleep:
			x.wakes++
			if x.console {
				err = x.rouse(ctx)
				break
			}
			x.woken = true
			c.mu.Lock()
			c.m.wakes++
			c.heard = time.Now()
			c.mu.Unlock()
			err = c.write(ctx, c.cfg.Return)
		case outOfStep:
			return nil, x.desync()
		case outside:
			return x.ended(ctx, errOutside)
		case maybeQuestion:
			if x.console && x.wakes < ways { // nobody is there to answer it
				x.wakes++
				c.mu.Lock()
				c.m.answering(s.line)
				c.mu.Unlock()
				err = x.rouse(ctx)
				break
			}
			return x.ended(ctx, &QuestionError{Input: x.input(), Question: s.line})
		}
		if err != nil {
			return x.ended(ctx, err)
		}
	}
}

// await waits until what stands at the cursor is certain, or certain enough by
// the quiet that follows it.
func (x *exchange) await(ctx context.Context) (sight, error) {
	c := x.c
	for {
		if x.ahead != nil {
			if went, err := x.goAhead(ctx); err != nil {
				return sight{}, err
			} else if went {
				continue
			}
		}
		c.mu.Lock()
		s := c.m.look()
		fault := c.m.faulted()
		c.dozing = x.visit == nil && x.ahead == nil
		heard, readErr := c.heard, c.readErr
		unanswered := (c.cfg.Answers || x.in.Answered) && !x.login && x.in.Line != "" && !x.streamed && len(c.m.answer(s.line)) == 0
		probed := s.line == c.m.probed || c.m.probes >= maxProbes
		var lines string
		if x.visit != nil {
			lines = string(c.m.fresh())
			c.m.handed(len(lines))
			c.room.Signal()
			if c.m.mixed(c.m.prompt) {
				s.kind = tangled
			}
		}
		c.mu.Unlock()

		if fault != nil {
			return s, fault
		}
		if lines != "" {
			x.streamed = true
			if !x.hand(lines) {
				return sight{}, errLeft
			}
			c.mu.Lock()
			c.heard = time.Now() // what the caller took its time for is not silence
			c.mu.Unlock()
			if ctx.Err() != nil {
				return s, context.Cause(ctx)
			}
			continue // more may have come meanwhile
		}
		silence := x.silence()
		limit := silence
		wake := x.waking()
		waking := s.kind == nothing && wake > 0 && (limit < 0 || wake < limit)
		switch s.kind {
		case nothing:
			if waking {
				limit = wake
			}
		case outOfStep, tangled, atPrompt, atPager, atAsk:
			if s.kind == atAsk && x.woken {
				limit = c.cfg.QuestionAfter
				break
			}
			if s.kind == atPrompt && unanswered {
				limit = lateAnswer
				break
			}
			if s.kind == atPrompt && c.cfg.Confirm > 0 && !s.hold {
				limit = c.cfg.Confirm
				break
			}
			if !s.hold {
				return s, nil
			}
			limit = c.cfg.Hold
		case maybePrompt:
			if !s.probe || !probed {
				limit = c.cfg.Quiet
			}
		case maybeQuestion, outside:
			limit = c.cfg.QuestionAfter
		case strayPrompt:
			limit = 2 * c.cfg.QuestionAfter
			if x.ahead != nil { // the next line may still be on its way to the device
				limit = lateEcho
			}
		}
		if readErr != nil {
			return s, readErr
		}
		wait := time.Until(heard.Add(limit))
		if limit > 0 && wait <= 0 {
			switch {
			case waking:
				s.kind = asleep
			case limit == silence && (s.kind == nothing || s.kind == maybePrompt):
				return s, ErrSilence
			case s.kind == maybePrompt && !s.probe:
				s.kind = atPrompt
			}
			return s, nil
		}
		if limit < 0 {
			wait = time.Hour
		}
		c.alarm.set(wait)
		if err := c.wait(ctx); err != nil {
			return s, err
		}
	}
}

// hand gives finished lines to the stream.
func (x *exchange) hand(lines string) bool {
	for line := range strings.Lines(lines) {
		if !x.visit(strings.TrimSuffix(line, "\n")) {
			return false
		}
	}
	return true
}

// maxAsked is how often the same question is answered before a wrong answer is
// the likelier explanation.
const maxAsked = 3

// answer answers an expected question.
func (x *exchange) answer(ctx context.Context, s sight) error {
	c, in := x.c, x.in
	c.mu.Lock()
	ask := c.m.ask(s.ask)
	if s.ask >= len(in.Asks) {
		c.m.steps++
	} else {
		c.m.asked[s.ask]++
		if c.m.asked[s.ask] > maxAsked {
			c.mu.Unlock()
			return &QuestionError{Input: x.input(), Question: s.line + " (again and again)"}
		}
	}
	c.mu.Unlock()
	a, err := ask.Answer(ctx, s.line)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		return &refusal{input: x.input(), screen: c.screen(), err: err}
	}
	x.woken = false
	c.mu.Lock()
	c.m.answering(s.line)
	if a.Skip {
		c.mu.Unlock()
		return nil
	}
	text := a.Text
	if !a.Key {
		text += c.cfg.Return
	}
	if a.Hidden {
		c.secrets.Add(a.Text)
	}
	c.heard = time.Now()
	c.mu.Unlock()
	x.awaited = fmt.Sprintf("what follows the answer to %q", c.secrets.Hide(s.line))
	return c.write(ctx, text)
}

// reply ends the exchange at a prompt.
func (x *exchange) reply(s sight) (*Reply, error) {
	c := x.c
	c.mu.Lock()
	defer c.unbound()
	r := &Reply{Raw: c.m.raw, Steps: c.m.steps, Started: x.started, Elapsed: time.Since(x.started)}
	r.Aside = c.m.unasked(c.m.aside)
	text := c.m.settle(s)
	if c.m.behind != "" {
		r.Aside = append(r.Aside, c.m.unasked(strings.Split(c.m.behind, "\n"))...)
	}
	r.Prompt, r.Mode = c.m.prompt, c.m.mode
	if x.visit == nil {
		r.Text = strings.TrimSuffix(text, "\n")
		return r, nil
	}
	c.mu.Unlock()
	x.hand(text) // a caller who wants no more of it leaves the device at its prompt
	c.mu.Lock()
	return r, nil
}

// unbound releases the lock and a reader that waits for a stream.
func (c *Channel) unbound() {
	c.bounded = false
	c.room.Signal()
	c.mu.Unlock()
}

// suspectMute is asked at a prompt that came though the command was not echoed.
// Of a device that never echoed anything a return tells whether it is mute or
// merely slow: what it does late comes before what the return brings. It reports
// whether that return is to be typed.
func (x *exchange) suspectMute() bool {
	m := x.c.m
	x.c.mu.Lock()
	defer x.c.mu.Unlock()
	if !m.maybeMute() || m.strayAt > 0 {
		return false
	}
	m.strayAt, m.stray = m.lines, append([]string(nil), m.aside...)
	x.c.heard = time.Now()
	return true
}

// withoutEcho takes the answer of a device that turns out to echo nothing. It
// does so only as long as the device has never echoed anything.
func (x *exchange) withoutEcho(s sight) (*Reply, bool) {
	c := x.c
	c.mu.Lock()
	if !c.m.maybeMute() {
		c.mu.Unlock()
		return nil, false
	}
	lines := c.m.stray
	for len(lines) > 0 && (trimRight(lines[0]) == c.m.echo.prompt || trimRight(lines[0]) == "") {
		lines = lines[1:]
	}
	c.m.mute, c.m.aside = true, nil
	if p, _ := c.m.shape(s.line, append([]string{c.m.mode}, x.in.Modes...)); p != nil {
		s.mode = p.Mode
	}
	c.mu.Unlock()
	if x.visit != nil && len(lines) > 0 && !x.hand(strings.Join(lines, "\n")) {
		lines = nil
	}
	r, err := x.reply(s)
	if x.visit == nil {
		r.Text = strings.Join(lines, "\n")
	}
	return r, err == nil
}
