package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/transport"
)

// Config says how a program is started. The zero value does well.
type Config struct {
	Dir  string         // to run in; "" means the current one
	Env  []string       // NAME=VALUE, beside those of this process
	Size transport.Size // of the terminal; zero columns or rows mean 511 and 1000

	// Stderr, where not nil, is the program's standard error in place of the
	// terminal. It stays the caller's to close.
	Stderr *os.File
}

const (
	defaultColumns = 511
	defaultRows    = 1000
)

// parting is how long a program may take to end once its terminal is gone, and
// how long the terminal may be silent once the program is.
const parting = time.Second

// Conn is the terminal of a running program.
type Conn struct {
	argv []string
	cmd  *exec.Cmd
	tty  *os.File // the master's end, without blocking
	quit chan struct{}
	gone chan struct{} // closed when the program has ended and was waited for
	once sync.Once

	mu    sync.Mutex
	size  transport.Size
	words []byte // what the program said first, as long as it is little
	more  bool   // it said more than that
}

var (
	_ transport.Sizer   = (*Conn)(nil)
	_ transport.Resizer = (*Conn)(nil)
	_ transport.Aliver  = (*Conn)(nil)
)

// ExitError tells that a program ended, and not well.
type ExitError struct {
	Program string // as it was called, without its arguments
	Status  int    // the exit status; -1 where a signal ended it
	State   string // the same in words, such as "exit status 1"
	// Words is all that the program said, where that was no more than a kilobyte:
	// the reason why, mostly.
	Words string
}

// Error is a sentence.
func (e *ExitError) Error() string {
	if e.Words == "" {
		return fmt.Sprintf("program %q ended: %s", e.Program, e.State)
	}
	return fmt.Sprintf("program %q ended: %s: %s", e.Program, e.State, e.Words)
}

// Unwrap is io.ErrUnexpectedEOF.
func (e *ExitError) Unwrap() error { return io.ErrUnexpectedEOF }

// Start runs a program, the first of argv, with the rest as its arguments. ctx
// governs the start alone: the program lasts until it ends or is closed. The
// error wraps exec.ErrNotFound where there is no such program, and
// errors.ErrUnsupported on a system without pseudo-terminals.
func Start(ctx context.Context, argv []string, cfg *Config) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if len(argv) == 0 || argv[0] == "" {
		return nil, errors.New("program: none is named")
	}
	if cfg == nil {
		cfg = &Config{}
	}
	size := cfg.Size
	if size.Columns <= 0 {
		size.Columns = defaultColumns
	}
	if size.Rows <= 0 {
		size.Rows = defaultRows
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = cfg.Dir
	if len(cfg.Env) > 0 {
		cmd.Env = append(cmd.Environ(), cfg.Env...)
	}
	if cfg.Stderr != nil {
		cmd.Stderr = cfg.Stderr
	}
	tty, err := start(cmd, size)
	if err != nil {
		return nil, fmt.Errorf("program %q: %w", argv[0], err)
	}
	c := &Conn{argv: argv, cmd: cmd, tty: tty, size: size, quit: make(chan struct{}), gone: make(chan struct{})}
	go c.wait()
	return c, nil
}

// wait takes leave of the program, so that no zombie stays.
func (c *Conn) wait() {
	_ = c.cmd.Wait()
	close(c.gone)
	_ = c.tty.SetWriteDeadline(time.Now())
	// What it started may hold the terminal open for ever: a Read that waits looks
	// again.
	_ = c.tty.SetReadDeadline(time.Now().Add(parting))
}

// Read returns io.EOF once the program has ended with status 0 and all that it
// said was read, and an *ExitError where it ended otherwise.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.tty.Read(p)
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		// The program is gone; there may be something to read all the same.
		_ = c.tty.SetReadDeadline(time.Now().Add(parting))
		n, err = c.tty.Read(p)
	}
	if n > 0 {
		c.keep(p[:n])
		return n, nil
	}
	switch {
	case err == nil:
		return 0, nil
	case errors.Is(err, os.ErrClosed), c.closing():
		return 0, os.ErrClosed
	}
	// The terminal has no other end any more. The program may live on without it.
	select {
	case <-c.gone:
	case <-c.quit:
		return 0, os.ErrClosed
	case <-time.After(parting):
		return 0, io.EOF
	}
	if end := c.end(); end != nil {
		return 0, end
	}
	return 0, io.EOF
}

// Write hands p to the terminal. Once the program has ended that is an error,
// though a terminal without a program takes bytes.
func (c *Conn) Write(p []byte) (n int, err error) {
	// A program that ends by what is written has taken it: that is no error.
	alive := c.Alive()
	if alive {
		n, err = c.tty.Write(p)
	}
	switch {
	case err == nil && alive:
		return n, nil
	case errors.Is(err, os.ErrClosed), c.closing():
		return n, os.ErrClosed
	case c.Alive():
		return n, fmt.Errorf("program %q: %w", c.argv[0], err)
	}
	if end := c.end(); end != nil {
		return n, end
	}
	return n, fmt.Errorf("program %q has ended: %w", c.argv[0], io.ErrClosedPipe)
}

// Close hangs up, as a closed terminal window does. A program that has not ended
// a second later is killed.
func (c *Conn) Close() error {
	c.once.Do(func() {
		close(c.quit)
		_ = c.tty.Close()
		late := time.AfterFunc(parting, func() { kill(c.cmd) })
		<-c.gone
		late.Stop()
	})
	<-c.gone
	return nil
}

// Alive tells whether the program runs.
func (c *Conn) Alive() bool {
	select {
	case <-c.gone:
		return false
	default:
		return !c.closing()
	}
}

// Size is that of the terminal.
func (c *Conn) Size() transport.Size {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

// Resize changes the terminal's size, and lets the program know.
func (c *Conn) Resize(ctx context.Context, size transport.Size) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !c.Alive() {
		return os.ErrClosed
	}
	if err := resize(c.tty, size); err != nil {
		return fmt.Errorf("program %q: size of the terminal: %w", c.argv[0], err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size = size
	return nil
}

// Pid is the number of the program's process, for as long as it runs.
func (c *Conn) Pid() int { return c.cmd.Process.Pid }

func (c *Conn) closing() bool {
	select {
	case <-c.quit:
		return true
	default:
		return false
	}
}

// fewWords is how much a program that ends early says at most.
const fewWords = 1 << 10

// keep remembers what a program says, unless it says much: then it had more to
// say than why it ends.
func (c *Conn) keep(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.more {
		return
	}
	if len(c.words)+len(p) > fewWords {
		c.words, c.more = nil, true
		return
	}
	c.words = append(c.words, p...)
}

// end says how the program ended; nil if it ended well. It is called when it is
// gone.
func (c *Conn) end() error {
	state := c.cmd.ProcessState
	if state == nil || state.Success() {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return &ExitError{
		Program: c.argv[0], Status: state.ExitCode(), State: state.String(),
		Words: strings.Join(strings.Fields(string(c.words)), " "),
	}
}
