package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Executed is what became of a command that was run without a shell.
type Executed struct {
	// Status is the command's exit status; -1 where the device did not say, as many
	// do not, or where a signal ended it.
	Status int
	// Signal is the name of the signal that ended it, without "SIG"; "" for none.
	Signal string
}

// statusTime is how long a device that has ended the output may take to say how the
// command ended, and to close the session.
const statusTime = 2 * time.Second

// Exec runs a command without a shell and without a terminal (RFC 4254, section
// 6.5), and writes what it says to stdout and stderr as it comes; nil throws it away.
// Its standard input is empty.
//
// The error is ErrNoShell where the device runs no commands in this way,
// ErrTooManySessions where it opens no session for it, ErrLost where the connection
// broke, the context's end, or a writer's. An exit status is no error.
func (c *Client) Exec(ctx context.Context, command string, stdout, stderr io.Writer) (Executed, error) {
	how := Executed{Status: -1}
	if command == "" {
		return how, errors.New("ssh: no command to run")
	}
	if stdout == nil {
		stdout = io.Discard
	}
	if stderr == nil {
		stderr = io.Discard
	}
	first, second := &gate{w: stdout}, &gate{w: stderr}
	defer first.shut() // where the context ends, the writers are the caller's again
	defer second.shut()
	conn, err := c.Session(ctx, Session{Command: command, Stderr: second})
	if err != nil {
		return how, err
	}
	defer func() { _ = conn.Close() }()
	err = conn.within(ctx, func() error {
		if err := conn.CloseWrite(); err != nil {
			return err
		}
		if _, err := conn.WriteTo(first); err != nil {
			return err
		}
		return conn.awaitStatus(ctx)
	})
	if status, known := conn.ExitStatus(); known {
		how.Status = status
	}
	how.Signal = conn.ExitSignal()
	if err != nil {
		err = fmt.Errorf("ssh %s: the command %q: %w", address(c.s.host, c.s.port), command, err)
	}
	return how, err
}

// gate is a writer until it is shut.
type gate struct {
	mu sync.Mutex
	w  io.Writer
}

func (g *gate) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.w == nil {
		return 0, io.ErrClosedPipe
	}
	return g.w.Write(p)
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.w = nil
}

// awaitStatus waits for the device to say how the command ended, or to close the
// session without a word of it.
func (c *Conn) awaitStatus(ctx context.Context) error {
	late := time.NewTimer(statusTime)
	defer late.Stop()
	select {
	case <-c.exited:
	case <-c.closed:
	case <-late.C:
	case <-ctx.Done():
		return ended(ctx)
	}
	return nil
}
