package sim

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/vtynet/vty/transport"
)

// Terminal is what a front knows of the one who sits at it.
type Terminal struct {
	// Size is the size of the screen; zero means nobody said, and rows of zero
	// beside columns mean a screen without end.
	Size transport.Size
	// User is who logged in before the session began; "" stands for the first
	// of the device's users.
	User string
	// Login makes the device ask for name and password itself, as on Telnet.
	Login bool
	// Console makes it the device's console, which outlives each session: who logs
	// out leaves it as it was found, for the next one. Before the first it is idle.
	Console bool
}

// Session is one user's session on a device.
type Session struct {
	mu    sync.Mutex // over shell, between the one who types and what prints by itself
	shell *shell
	wg    sync.WaitGroup
	stop  chan struct{} // ends the printing of a text without end
}

// NewSession makes a session; Serve runs it.
func (d *Device) NewSession(t Terminal) *Session {
	s := newShell(d, t.User, t.Size)
	s.login, s.console = t.Login, t.Console
	return &Session{shell: s}
}

// Resize tells the device a new size of the terminal. It may be called at any
// time and from any goroutine.
func (s *Session) Resize(size transport.Size) { s.shell.stated.Store(&size) }

// Serve runs the session on conn, until the session ends, the other end closes
// or ctx ends, and then closes conn. It returns nil where the session ended in
// order. A session is served once.
func (s *Session) Serve(ctx context.Context, conn io.ReadWriteCloser) error {
	return errors.Join(s.converse(ctx, conn, s.shell.begin), conn.Close())
}

// exec runs one command, as SSH's exec request does: without a prompt, echo or
// pages. It returns the command's exit status.
func (s *Session) exec(ctx context.Context, conn io.ReadWriteCloser, command string) (int, error) {
	s.shell.exec, s.shell.line.silent = true, true
	err := s.converse(ctx, conn, func() { s.shell.command(command) })
	return s.shell.fails, err
}

// converse feeds the shell until the session ends.
func (s *Session) converse(ctx context.Context, conn io.ReadWriteCloser, begin func()) error {
	stop := transport.CloseOn(ctx, conn)
	defer stop()
	s.shell.out.w = s.shell.dev.wrap(conn)
	defer s.end()
	over, err := s.do(begin)
	buf := make([]byte, 4096)
	for !over {
		n, end := conn.Read(buf)
		over, err = s.do(func() {
			for _, b := range buf[:n] {
				s.shell.key(b)
			}
		})
		if end != nil {
			if errors.Is(end, io.EOF) {
				end = nil
			}
			return errors.Join(err, end)
		}
	}
	return err
}

// do lets f act on the shell, and writes what it showed. It reports whether the
// session is over.
func (s *Session) do(f func()) (over bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.shell.out.flush()
	switch stream := s.shell.stream; {
	case stream == nil:
		s.hush()
	case s.stop == nil:
		stop := make(chan struct{})
		s.stop = stop
		s.wg.Go(func() { s.print(stream, stop) })
	}
	return s.shell.done || s.shell.out.err != nil, s.shell.out.err
}

// Press is a key that comes beside the input, such as Telnet's Interrupt
// Process.
func (s *Session) Press(key byte) {
	_, _ = s.do(func() { s.shell.key(key) })
}

// end stops what still goes on, and joins it.
func (s *Session) end() {
	s.mu.Lock()
	s.shell.done, s.shell.stream = true, nil
	s.hush()
	s.mu.Unlock()
	s.wg.Wait()
}

// hush ends the printing of a text without end.
func (s *Session) hush() {
	if s.stop != nil {
		close(s.stop)
		s.stop = nil
	}
}

// batch is how many lines of a text without end and without pauses are shown at
// a time.
const batch = 64

// print shows a text without end, line by line.
func (s *Session) print(stream *stream, stop chan struct{}) {
	lines := batch
	var pause <-chan time.Time
	if stream.every > 0 {
		lines = 1
		ticker := time.NewTicker(stream.every)
		defer ticker.Stop()
		pause = ticker.C
	}
	for {
		if pause != nil {
			select {
			case <-pause:
			case <-stop:
				return
			}
		}
		s.mu.Lock()
		if s.shell.stream != stream || s.shell.out.err != nil {
			s.mu.Unlock()
			return
		}
		for range lines {
			s.shell.trickle()
		}
		s.shell.out.flush()
		s.mu.Unlock()
	}
}

func (d *Device) wrap(w io.Writer) io.Writer {
	if d.cfg.Wrap != nil {
		return d.cfg.Wrap(w)
	}
	return w
}
