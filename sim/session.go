package sim

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/vtynet/vty/internal/memnet"
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
}

// Session is one user's session on a device.
type Session struct {
	shell *shell
}

// NewSession makes a session; Serve runs it.
func (d *Device) NewSession(t Terminal) *Session {
	s := newShell(d, t.User, t.Size)
	s.login = t.Login
	return &Session{shell: s}
}

// Resize tells the device a new size of the terminal. It may be called at any
// time and from any goroutine.
func (s *Session) Resize(size transport.Size) { s.shell.stated.Store(&size) }

// Serve runs the session on conn, until the session ends, the other end closes
// or ctx ends, and then closes conn. It returns nil where the session ended in
// order. A session is served once.
func (s *Session) Serve(ctx context.Context, conn io.ReadWriteCloser) error {
	return errors.Join(s.serve(ctx, conn), conn.Close())
}

// serve is Serve without closing conn where the session ends by itself.
func (s *Session) serve(ctx context.Context, conn io.ReadWriteCloser) error {
	stop := transport.CloseOn(ctx, conn)
	defer stop()
	s.shell.out.w = s.shell.dev.wrap(conn)
	s.shell.begin()
	return s.shell.converse(conn)
}

func (d *Device) wrap(w io.Writer) io.Writer {
	if d.cfg.Wrap != nil {
		return d.cfg.Wrap(w)
	}
	return w
}

// converse feeds the shell until the session ends.
func (s *shell) converse(in io.Reader) error {
	buf := make([]byte, 4096)
	for {
		s.out.flush()
		if s.done || s.out.err != nil {
			return s.out.err
		}
		n, err := in.Read(buf)
		for _, b := range buf[:n] {
			s.key(b)
		}
		if err != nil {
			s.out.flush()
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// exec runs one command, as SSH's exec request does: without a prompt, echo or
// pages. It returns the command's exit status.
func (s *Session) exec(ctx context.Context, conn io.ReadWriteCloser, command string) (int, error) {
	stop := transport.CloseOn(ctx, conn)
	defer stop()
	s.shell.out.w = s.shell.dev.wrap(conn)
	s.shell.exec = true
	s.shell.line.silent = true
	s.shell.command(command)
	err := s.shell.converse(conn)
	return s.shell.fails, err
}

// Pipe is the client's end of a session in memory: a transport.Conn without any
// protocol beneath.
type Pipe struct {
	*memnet.Conn
	session *Session
	size    atomic.Pointer[transport.Size]
	done    chan struct{}
}

var (
	_ transport.Conn       = (*Pipe)(nil)
	_ transport.Sizer      = (*Pipe)(nil)
	_ transport.Resizer    = (*Pipe)(nil)
	_ transport.Aliver     = (*Pipe)(nil)
	_ transport.HalfCloser = (*Pipe)(nil)
)

// Pipe starts a session and returns the client's end of it.
func (d *Device) Pipe(t Terminal) *Pipe {
	client, server := memnet.Pipe()
	p := &Pipe{Conn: client, session: d.NewSession(t), done: make(chan struct{})}
	p.size.Store(&t.Size)
	go func() {
		defer close(p.done)
		_ = p.session.Serve(context.Background(), server)
	}()
	return p
}

// Close ends the session and waits until the device's side is gone.
func (p *Pipe) Close() error {
	err := p.Conn.Close()
	<-p.done
	return err
}

// Size is the terminal's size as last told to the device.
func (p *Pipe) Size() transport.Size { return *p.size.Load() }

// Resize tells the device a new size of the terminal.
func (p *Pipe) Resize(_ context.Context, size transport.Size) error {
	p.session.Resize(size)
	p.size.Store(&size)
	return nil
}

// Alive reports whether the device's side still runs.
func (p *Pipe) Alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}
