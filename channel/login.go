package channel

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/vtynet/vty/auth"
)

// Login says how to answer a device that asks who is there before it shows its
// first prompt.
type Login struct {
	User     *regexp.Regexp // a line that asks for the user's name; nil: never asked
	Password *regexp.Regexp // a line that asks for the password; nil: never asked
	Rejected *regexp.Regexp // a line that says the login was refused; may be nil
	Detours  []Ask          // other questions on the way in
	// Inside says that the transport has authenticated the user: no question is
	// expected, and the first line that is shaped like a prompt of the platform is
	// believed at once, since the echo of the first command proves it. Otherwise
	// that takes a quiet of Config.Quiet, unless a password was given before.
	Inside bool
	// Console says that the terminal was there before: in the middle of a login, of a
	// page or of a line, or asleep. It is roused: what is under way is left, see
	// [Channel.Login].
	Console bool
	// UserName and PasswordText are called when the device asks, once each; the
	// password once more where the first went with an empty name, since a return that
	// was to wake the device had answered the question for the user. On a console the
	// name is asked for as well where a password is wanted first.
	UserName     func(ctx context.Context) (string, error)
	PasswordText func(ctx context.Context) (Answer, error)
	// Wake is how long the device may say nothing that can be understood before
	// a return is typed to wake it; the second time it may take twice as long, the
	// third and last time four times. 0 means 3 s. To a device that was merely slow
	// the return is an empty user or password, which is why there are no more. A
	// console is roused for as long as it takes, after 2 s first and at least every
	// 16 s.
	Wake time.Duration
}

const (
	defaultWake = 3 * time.Second
	maxWakes    = 3
)

// Login waits for the first prompt, answering what the device asks, and learns
// the prompt. A user name or a password is offered once: a device that asks
// again has refused it, and the error is a *LoginError. The text of the reply is
// what the device showed on the way: banners and messages.
//
// A console is roused first, unless it asks already: the interrupt key, a "q" for a
// pager that takes no interrupt, the key that erases a line (Ctrl-U) and a return are
// typed in one go; whenever Wake has passed once more, in other combinations, the end
// of input (Ctrl-D) and what leaves vi without saving among them. A line that somebody left half typed is thereby thrown
// away rather than entered, and a password that somebody is asked for is answered with
// nothing. What the device asks after that is answered once it has been quiet for
// Config.QuestionAfter.
//
// Login must be the first operation on a channel, or the first after an Input that
// Stays.
func (c *Channel) Login(ctx context.Context, l Login) (*Reply, error) {
	// Where the time was used up on the way here, the error is still that of a login.
	if err := c.queue(ctx); err != nil {
		return nil, err
	}
	defer c.release()
	d := &dialogue{login: &l}
	in := &Input{Asks: d.asks()}
	d.x = &exchange{c: c, in: in, started: time.Now(), login: true, awaited: "a login question or the first prompt", wake: l.Wake}
	x := d.x
	for _, p := range c.cfg.Prompts {
		in.Modes = append(in.Modes, p.Mode)
	}
	x.console = l.Console
	switch {
	case x.wake > 0:
	case x.console:
		x.wake = rouseWait
	default:
		x.wake = defaultWake
	}
	c.mu.Lock()
	again := c.m.prompt != ""
	c.m.forget()
	c.m.listen(in)
	c.m.inside = l.Inside
	c.heard = x.started
	asked := again && c.m.look().kind == atAsk // as the session before has left it
	c.mu.Unlock()
	var reply *Reply
	var err error
	if x.console && !asked {
		err = x.rouse(ctx)
	}
	if err != nil {
		err = x.fail(ctx, err)
	} else {
		reply, err = x.run(ctx)
	}
	if err != nil {
		_ = c.Close()
		return nil, d.explain(err)
	}
	return reply, nil
}

// errRefused ends a login in which the device asks again for what it was given.
var errRefused = errors.New("asked again")

// dialogue is the state of a login under way.
type dialogue struct {
	login           *Login
	x               *exchange
	named, answered bool
	blank           bool // a password was answered with nothing
	excused         int  // questions put down to a return that was typed to wake the device
}

// refused judges a question that was answered before: a return that was typed
// to wake the device answers one too, and is worth one more asking. On a console
// such a return is answered before anything else is.
func (d *dialogue) refused() (Answer, error) {
	if !d.login.Console && d.excused < d.x.wakes {
		d.excused++
		return Answer{Skip: true}, nil
	}
	return Answer{}, errRefused
}

func (d *dialogue) asks() []Ask {
	asks := append(make([]Ask, 0, len(d.login.Detours)+2), d.login.Detours...)
	if d.login.User != nil {
		asks = append(asks, Ask{Shape: d.login.User, Answer: d.name})
	}
	if d.login.Password != nil {
		asks = append(asks, Ask{Shape: d.login.Password, Hidden: true, Answer: d.password})
	}
	return asks
}

func (d *dialogue) name(ctx context.Context, _ string) (Answer, error) {
	if d.named && d.answered {
		return d.refused()
	}
	if !d.named && d.x.wakes > 0 {
		d.answered = false // the password went with the empty name that a return typed to wake the device was
	}
	d.named = true
	d.x.wake = 0 // it is awake, and a return would be an answer
	name, err := d.login.UserName(ctx)
	return Answer{Text: name}, err
}

func (d *dialogue) password(ctx context.Context, _ string) (Answer, error) {
	if d.answered {
		return d.refused()
	}
	if d.strangers(ctx) {
		return Answer{}, nil
	}
	d.answered = true
	d.x.wake = 0
	d.x.c.mu.Lock()
	d.x.c.m.inside = true
	d.x.c.mu.Unlock()
	a, err := d.login.PasswordText(ctx)
	a.Hidden = true
	return a, err
}

// strangers reports whether the password asked for is not known to be ours: on a
// console it may be that of a user whom somebody named before. It is answered with
// nothing, once; a device that asks for no name asks again.
func (d *dialogue) strangers(ctx context.Context) bool {
	if !d.login.Console || d.named || d.blank || d.login.User == nil {
		return false
	}
	d.blank = true
	name, err := d.login.UserName(ctx)
	return err == nil && name != ""
}

// explain says of a failed login whether it was the password that failed.
func (d *dialogue) explain(err error) error {
	var closed *ClosedError
	switch {
	case errors.As(err, &closed) && d.answered:
		reason := "the device ended the session after the password"
		if line := d.rejection(closed.Screen); line != "" {
			reason = fmt.Sprintf("the device says %q", line)
		}
		return &LoginError{Reason: reason, Screen: closed.Screen, Err: closed}
	case errors.Is(err, errRefused):
		var refused *refusal
		errors.As(err, &refused)
		reason := "the device asks again for the user or the password"
		if line := d.rejection(refused.screen); line != "" {
			reason = fmt.Sprintf("the device says %q", line)
		}
		return &LoginError{Reason: reason, Screen: refused.screen}
	}
	return err
}

// rejection finds the line that says no.
func (d *dialogue) rejection(screen []string) string {
	for _, line := range screen {
		if line = trimRight(line); d.login.Rejected != nil && d.login.Rejected.MatchString(line) {
			return line
		}
	}
	return ""
}

// A refusal is an error of an Ask's Answer, with what the screen showed.
type refusal struct {
	input  string
	screen []string
	err    error
}

func (r *refusal) Error() string {
	if r.input == "" {
		return r.err.Error()
	}
	return fmt.Sprintf("%q: %v", auth.Mask(r.input), r.err)
}

func (r *refusal) Unwrap() error { return r.err }
