package ssh

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/vtynet/vty/transport"
	xssh "golang.org/x/crypto/ssh"
)

// Session is what to open on a connection. The zero Session is a shell on a
// terminal of 511 columns and 1000 rows.
type Session struct {
	// Size is the terminal size to ask for; zero means 511 columns, 1000 rows.
	Size transport.Size

	// Term is the terminal type; empty means "vt100".
	Term string

	// PTY says whether to ask for a pseudo-terminal.
	PTY PTY

	// Subsystem, where set, is started instead of a shell (RFC 4254, section
	// 6.5): "netconf" for example. There is no terminal then, whatever PTY says,
	// and standard error is kept out of what Read returns.
	Subsystem string

	// Env are variables, NAME=VALUE, that the device is asked to set. Most devices
	// take no notice, and none is asked to answer.
	Env []string

	// Command, where set, is run instead of a shell, in the same manner. It and
	// Subsystem exclude each other.
	Command string

	// Stderr, where not nil, is what a subsystem's or a command's standard error is
	// written to as it comes; nil keeps the end of it, see Conn.Stderr. The device
	// is held back by it as it is by a Read that does not come.
	Stderr io.Writer
}

// withDefaults fills in what is not set, or says what cannot be.
func (s Session) withDefaults() (Session, error) {
	if s.Size == (transport.Size{}) {
		s.Size = defaultSize
	}
	if s.Size.Columns < 0 || s.Size.Rows < 0 {
		return s, fmt.Errorf("ssh: terminal size %d x %d is negative", s.Size.Columns, s.Size.Rows)
	}
	if s.Subsystem != "" && s.Command != "" {
		return s, errors.New("ssh: both a subsystem and a command are asked for")
	}
	for _, v := range s.Env {
		if name, _, found := strings.Cut(v, "="); !found || name == "" {
			return s, fmt.Errorf("ssh: environment %q is not NAME=VALUE", v)
		}
	}
	if s.program() {
		s.PTY = PTYNone
	}
	if s.Term == "" {
		s.Term = defaultTerm
	}
	return s, nil
}

// program tells that a program is started instead of a shell.
func (s *Session) program() bool { return s.Subsystem != "" || s.Command != "" }

// started says in words what is started in the session.
func (s *Session) started() string {
	switch {
	case s.Subsystem != "":
		return fmt.Sprintf("the subsystem %q", s.Subsystem)
	case s.Command != "":
		return fmt.Sprintf("the command %q", s.Command)
	}
	return "a shell"
}

// awaited is what the opening of the session waits for.
func (s *Session) awaited() string {
	if s.PTY == PTYNone {
		return s.started()
	}
	return "a terminal and " + s.started()
}

// ptyRequest is the payload of "pty-req" (RFC 4254, section 6.2). No modes are
// asked for: the device's own are those it is used to, with echo.
type ptyRequest struct {
	Term                         string
	Columns, Rows, Width, Height uint32
	Modes                        string
}

// windowChange is the payload of "window-change" (RFC 4254, section 6.7).
type windowChange struct {
	Columns, Rows, Width, Height uint32
}

// variable is the payload of "env" (RFC 4254, section 6.4).
type variable struct{ Name, Value string }

// programRequest is the payload of "subsystem" and of "exec" (RFC 4254, section 6.5).
type programRequest struct{ Name string }

// noModes is TTY_OP_END alone.
const noModes = "\x00"

// openShell opens a channel and what it is for. entered is called between the
// two.
func (c *Conn) openShell(entered func()) error {
	opened, err := await(c.Client, func() (channel, error) {
		ch, requests, err := c.ssh.OpenChannel("session", nil)
		return channel{ch, requests}, c.s.hidden(err)
	})
	if err != nil {
		return refusedSession(err)
	}
	c.serve(opened)
	entered()
	r, err := await(c.Client, func() (denial, error) { return c.startShell() })
	if err != nil {
		return err
	}
	return r.why
}

// denial is a device's no to a request; why is nil where it is a yes.
type denial struct{ why error }

// startShell asks for the terminal and, without waiting in between, for the
// shell. x/crypto/ssh can wait for the answer to one request at a time, so of
// the two the shell's is asked for: without a shell there is nothing, without a
// terminal there is a shell all the same. Answers come in order, so the shell's
// says that the request for the terminal has been dealt with.
func (c *Conn) startShell() (denial, error) {
	if c.what.PTY != PTYNone {
		size := c.Size()
		pty := xssh.Marshal(&ptyRequest{
			Term: c.what.Term, Columns: uint32(size.Columns), Rows: uint32(size.Rows), Modes: noModes,
		})
		ok, err := c.ch.SendRequest("pty-req", c.what.PTY == PTYRequire, pty)
		if err != nil {
			return denial{}, err
		}
		if !ok && c.what.PTY == PTYRequire {
			return denial{errors.New("the device refuses a terminal")}, nil
		}
	}
	for _, v := range c.what.Env {
		name, value, _ := strings.Cut(v, "=")
		if _, err := c.ch.SendRequest("env", false, xssh.Marshal(&variable{name, value})); err != nil {
			return denial{}, err
		}
	}
	return c.start()
}

// start starts what the session is for.
func (c *Conn) start() (denial, error) {
	name, payload, refusal := "shell", []byte(nil), ErrNoShell
	switch {
	case c.what.Subsystem != "":
		name, payload, refusal = "subsystem", xssh.Marshal(&programRequest{c.what.Subsystem}), ErrNoSubsystem
	case c.what.Command != "":
		name, payload = "exec", xssh.Marshal(&programRequest{c.what.Command})
	}
	ok, err := c.ch.SendRequest(name, true, payload)
	if err == nil && !ok {
		return denial{fmt.Errorf("%w %s", refusal, c.what.started())}, nil
	}
	return denial{}, err
}

// refusedSession tells a denial, whose reason may be that all lines are in use,
// from a connection that broke.
func refusedSession(err error) error {
	if _, ok := errors.AsType[*xssh.OpenChannelError](err); ok {
		return fmt.Errorf("%w: %w", ErrTooManySessions, err)
	}
	return err
}

// await calls f, which waits for the device, and does not wait for it longer
// than the connection lives: a request that x/crypto/ssh makes in the moment in
// which the connection ends may never return.
func await[T any](c *Client, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-c.over:
		select {
		case r = <-done:
		case <-time.After(grace):
			r.err = errors.New("no answer")
		}
	}
	if r.err == nil {
		return r.value, nil
	}
	if _, refused := errors.AsType[*xssh.OpenChannelError](r.err); refused {
		return r.value, r.err
	}
	// Any other error is the end of the connection, which knows why.
	select {
	case <-c.over:
	case <-time.After(grace):
	}
	if cause := c.cause(); cause != nil {
		return r.value, cause
	}
	return r.value, r.err
}

// windowSize is a terminal size as the protocol writes it.
func windowSize(size transport.Size) []byte {
	return xssh.Marshal(&windowChange{Columns: uint32(size.Columns), Rows: uint32(size.Rows)})
}
