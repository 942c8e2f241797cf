package jump

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Command runs a program whose standard input and output are the connection to a
// host, as ssh_config's ProxyCommand does, and returns that connection. line is a
// command of the system's shell; what stands in it for host and port is already
// filled in. What the program writes on standard error is in the error of a Read
// that finds its end.
//
// The program lasts until the connection is closed; ctx governs its start alone.
// The connection has no deadlines: close it instead.
func Command(ctx context.Context, line string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if strings.TrimSpace(line) == "" {
		return nil, errors.New("proxy command: it is empty")
	}
	cmd := shell(line)
	c := &command{line: line, cmd: cmd, heard: make(chan struct{}), ended: make(chan struct{})}
	// A program that was told to go gets a while, and so do those it started.
	cmd.WaitDelay = parting
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	words, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("proxy command %q: %w", line, err)
	}
	c.in, c.out = in, out
	go func() {
		defer close(c.heard)
		_, _ = io.Copy(&c.stderr, words)
	}()
	return c, nil
}

// parting is how long a program may take to end when its input has.
const parting = time.Second

// hearing is how long the end of a program's standard error is awaited when its
// output has ended: what it started may hold that open for long.
const hearing = 200 * time.Millisecond

// command is a connection that a program makes.
type command struct {
	line   string
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	stderr lastWords
	heard  chan struct{} // closed at the end of standard error

	once  sync.Once
	mu    sync.Mutex
	shut  bool
	ended chan struct{}
}

func (c *command) Read(p []byte) (int, error) {
	n, err := c.out.Read(p)
	if err == nil || n > 0 {
		return n, nil
	}
	c.mu.Lock()
	shut := c.shut
	c.mu.Unlock()
	if !shut {
		select {
		case <-c.heard:
		case <-time.After(hearing):
		}
	}
	switch words := c.stderr.String(); {
	case shut:
		return 0, net.ErrClosed
	case words != "":
		return 0, fmt.Errorf("proxy command %q ended: %s: %w", c.line, words, io.ErrUnexpectedEOF)
	}
	return 0, io.EOF
}

func (c *command) Write(p []byte) (int, error) {
	n, err := c.in.Write(p)
	if errors.Is(err, os.ErrClosed) {
		err = net.ErrClosed
	}
	return n, err
}

// CloseWrite tells the program that no more comes.
func (c *command) CloseWrite() error { return c.in.Close() }

// Close ends the program, and waits for it.
func (c *command) Close() error {
	c.once.Do(func() {
		c.mu.Lock()
		c.shut = true
		c.mu.Unlock()
		_ = c.in.Close()
		_ = c.out.Close()
		late := time.AfterFunc(parting, func() { kill(c.cmd) })
		_ = c.cmd.Wait()
		late.Stop()
		close(c.ended)
	})
	<-c.ended
	return nil
}

func (c *command) LocalAddr() net.Addr  { return program{} }
func (c *command) RemoteAddr() net.Addr { return program{} }

func (c *command) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (c *command) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (c *command) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }

// program is the address of both ends: what the program connects to is its own
// affair.
type program struct{}

func (program) Network() string { return "program" }
func (program) String() string  { return "proxy command" }

// maxWords bounds what is kept of standard error.
const maxWords = 4 << 10

// lastWords is the end of what a program wrote on standard error.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

func (w *lastWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, p...)
	if over := len(w.text) - maxWords; over > 0 {
		w.text = append(w.text[:0], w.text[over:]...)
	}
	return len(p), nil
}

func (w *lastWords) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(string(w.text))
}
