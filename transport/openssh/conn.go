package openssh

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/exec"
	"github.com/vtynet/vty/transport/ssh"
)

// Conn is a shell on a device, by an ssh that runs.
type Conn struct {
	host string
	port int

	tty     *exec.Conn
	pipes   pipes
	stderr  *os.File // what ssh and the device write there
	journal *journal
	answers *respondent

	chunks chan []byte   // of the terminal and of standard error, as they come
	over   chan struct{} // closed when ssh has ended and its reason is known
	quit   chan struct{}
	once   sync.Once
	tasks  sync.WaitGroup

	reading sync.Mutex
	rest    []byte // of a chunk

	mu     sync.Mutex
	banner []byte
	failed error // why it was ended by this side
	end    error // how reading ends; set before over is closed
}

var (
	_ transport.Sizer   = (*Conn)(nil)
	_ transport.Resizer = (*Conn)(nil)
	_ transport.Aliver  = (*Conn)(nil)
)

// Dial opens a shell on host, on a terminal. Port 0 leaves the port to ssh's
// configuration. ctx governs all until the shell is open: where it ends, ssh is
// ended. The error is an *Error, but for mistakes in cfg, which may be nil.
func Dial(ctx context.Context, host string, port int, cfg *Config) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if cfg == nil {
		cfg = &Config{}
	}
	c := &Conn{
		host: host, port: port, journal: newJournal(), answers: newRespondent(cfg),
		chunks: make(chan []byte), over: make(chan struct{}), quit: make(chan struct{}),
	}
	if err := c.start(ctx, cfg); err != nil {
		return nil, err
	}
	if err := c.await(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// start runs ssh, and what listens to it.
func (c *Conn) start(ctx context.Context, cfg *Config) error {
	if err := c.pipes.open(); err != nil {
		return err
	}
	argv, err := cfg.argv(c.host, c.port, c.pipes.path("log"))
	if err != nil {
		return errors.Join(err, c.pipes.Close())
	}
	stderr, theirs, err := os.Pipe()
	if err != nil {
		return errors.Join(err, c.pipes.Close())
	}
	defer func() { _ = theirs.Close() }()
	c.tty, err = exec.Start(ctx, argv, &exec.Config{Env: c.pipes.environment(), Size: cfg.Size, Stderr: theirs})
	if err != nil {
		return errors.Join(err, stderr.Close(), c.pipes.Close())
	}
	c.stderr, c.answers.own = stderr, c.tty.Pid()
	logged, said := make(chan struct{}), make(chan struct{})
	c.tasks.Go(func() { defer close(logged); c.readLog() })
	c.tasks.Go(func() { defer close(said); c.readStderr() })
	c.tasks.Go(func() { c.readQuestions(ctx) })
	c.tasks.Go(func() { c.readTerminal(logged, said) })
	return nil
}

// await waits for the shell.
func (c *Conn) await(ctx context.Context) error {
	for {
		select {
		case <-c.journal.ready:
			return nil
		case <-c.over:
			if c.journal.isUp() { // and has ended since: what it said is still to be read
				return nil
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.end
		case chunk := <-c.chunks:
			c.rest = append(c.rest, chunk...)
			if c.journal.tooOld() && c.journal.authMethod() == "" {
				return &Error{Host: c.host, Port: c.port, Phase: ssh.PhaseAuth, Err: ErrUnanswered,
					Words: fmt.Sprintf("ssh asks %q on the terminal, where it is not answered: it takes OpenSSH 8.4 or later", strings.TrimSpace(string(c.rest)))}
			}
		case <-ctx.Done():
			return c.expired(ctx)
		}
	}
}

// lastLine is written to the log by this side once ssh has ended: what comes before
// it is all that ssh said.
const lastLine = "\x00"

func (c *Conn) readLog() {
	for r := bufio.NewReader(c.pipes.log); ; {
		line, err := r.ReadString('\n')
		if err != nil || strings.HasPrefix(line, lastLine) {
			return
		}
		c.journal.add(strings.TrimSuffix(line, "\n"))
		c.answers.log().Debug("ssh", "log", strings.TrimSpace(line))
	}
}

// goodbye is what ssh itself says on standard error at the end of a session.
var goodbye = regexp.MustCompile(`^((Shared connection|Connection) to \S+ closed( by remote host)?\.\r?\n|Read from remote host \S+: .*\n)+$`)

const longestBanner = 64 << 10

// readStderr takes what is said before the session for the device's banner, and
// what comes later for the device's own.
func (c *Conn) readStderr() {
	buf := make([]byte, 4<<10)
	for {
		n, err := c.stderr.Read(buf)
		switch {
		case n == 0:
		case !c.journal.isUp():
			c.mu.Lock()
			c.banner = append(c.banner, buf[:min(n, max(0, longestBanner-len(c.banner)))]...)
			c.mu.Unlock()
		case goodbye.Match(buf[:n]):
			for line := range strings.Lines(string(buf[:n])) {
				c.journal.add(line)
			}
		default:
			c.hand(bytes.Clone(buf[:n]))
		}
		if err != nil {
			return
		}
	}
}

func (c *Conn) readQuestions(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { <-c.over; cancel() }() // whoever is asked need not answer any more
	for r := bufio.NewReader(c.pipes.question); ; {
		text, err := r.ReadString(0)
		if err != nil {
			return
		}
		q, err := parseQuestion(strings.TrimSuffix(text, "\x00"))
		var answer string
		if err == nil {
			answer, err = c.answers.answer(ctx, q)
		}
		if err != nil {
			c.abandon(err)
			return
		}
		if q.hint != "none" {
			_, _ = io.WriteString(c.pipes.answer, answer+"\n")
		}
	}
}

// abandon ends ssh, for a reason of this side's.
func (c *Conn) abandon(why error) {
	c.mu.Lock()
	c.failed = why
	c.mu.Unlock()
	_ = c.tty.Close()
}

// parting is how long standard error is listened to after ssh's end: what ssh left
// behind may hold it.
const parting = time.Second

func (c *Conn) readTerminal(logged, said <-chan struct{}) {
	defer close(c.over)
	buf := make([]byte, 32<<10)
	var err error
	for err == nil {
		var n int
		if n, err = c.tty.Read(buf); n > 0 {
			c.hand(bytes.Clone(buf[:n]))
		}
	}
	_ = c.tty.Close() // so that it is gone, and waited for
	_ = c.stderr.SetReadDeadline(time.Now().Add(parting))
	_, _ = io.WriteString(c.pipes.log, lastLine+"\n")
	for _, done := range []<-chan struct{}{logged, said} {
		select {
		case <-done:
		case <-c.quit:
		}
	}
	c.settle(err)
}

// settle says how it ended.
func (c *Conn) settle(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.failed != nil:
		c.end = c.given()
	case c.journal.isUp():
		c.end = c.ended(err)
	default:
		c.end = c.answers.masker.Error(c.journal.reason(c.host, c.port, string(c.banner)))
	}
}

// given is the reason of this side's for the end.
func (c *Conn) given() error {
	e := &Error{Host: c.host, Port: c.port, Phase: ssh.PhaseAuth, Err: c.failed}
	if refused, none := errors.Is(c.failed, errRefused), errors.Is(c.failed, auth.ErrNoSecret); refused || none {
		c.journal.mu.Lock()
		defer c.journal.mu.Unlock()
		denied := &ssh.AuthError{User: c.journal.user, Offered: c.journal.offered}
		if refused {
			c.journal.askedAgain()
		} else {
			denied.Err = c.failed
		}
		denied.Attempts = c.journal.tried()
		e.Err = denied
	}
	return c.answers.masker.Error(e)
}

// hand gives a chunk to Read.
func (c *Conn) hand(chunk []byte) {
	select {
	case c.chunks <- chunk:
	case <-c.quit:
	}
}

// Read returns io.EOF once the device has ended the session and all that it said was
// read, an *ssh.LostError where the connection broke, and os.ErrClosed after Close.
func (c *Conn) Read(p []byte) (int, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	select {
	case <-c.quit:
		return 0, os.ErrClosed
	default:
	}
	if len(c.rest) == 0 {
		select {
		case c.rest = <-c.chunks:
		case <-c.quit:
			return 0, os.ErrClosed
		case <-c.over:
			c.mu.Lock()
			defer c.mu.Unlock()
			return 0, c.end
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write hands p to ssh.
func (c *Conn) Write(p []byte) (int, error) {
	select {
	case <-c.quit:
		return 0, os.ErrClosed
	default:
	}
	return c.tty.Write(p)
}

// Close hangs up. An ssh that has not ended a second later is killed; a shared
// connection that it left for others stays.
func (c *Conn) Close() error {
	c.once.Do(func() {
		close(c.quit)
		_ = c.tty.Close()
		<-c.over
		_ = c.stderr.Close()
		_ = c.pipes.Close()
	})
	c.tasks.Wait()
	return nil
}

// Alive tells whether ssh runs.
func (c *Conn) Alive() bool {
	select {
	case <-c.over:
		return false
	case <-c.quit:
		return false
	default:
		return c.tty.Alive()
	}
}

// Size is that of the terminal.
func (c *Conn) Size() transport.Size { return c.tty.Size() }

// Resize changes the terminal's size; ssh tells the device.
func (c *Conn) Resize(ctx context.Context, size transport.Size) error {
	return c.tty.Resize(ctx, size)
}

// AuthMethod is how the device let the user in, such as "gssapi-with-mic"; "" where
// ssh does not know, as over a shared connection.
func (c *Conn) AuthMethod() string { return c.journal.authMethod() }

// ServerVersion is how the server identified itself, such as "SSH-2.0-OpenSSH_9.2"; ""
// where ssh does not know, as over a shared connection.
func (c *Conn) ServerVersion() string { return c.journal.serverVersion() }

// Banner is what was said before the session: the device's banner, and warnings of
// ssh's.
func (c *Conn) Banner() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.banner)
}
