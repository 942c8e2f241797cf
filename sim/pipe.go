package sim

import (
	"context"
	"sync/atomic"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
)

// Pipe is the client's end of a session in memory: a transport.Conn without any
// protocol beneath.
type Pipe struct {
	*memnet.Conn
	session *Session
	login   bool
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
	p := &Pipe{Conn: client, session: d.NewSession(t), login: t.Login, done: make(chan struct{})}
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

// AuthMethod is "pipe", or "none" where the device asks who is there itself: what
// a transport that authenticates would say.
func (p *Pipe) AuthMethod() string {
	if p.login {
		return "none"
	}
	return "pipe"
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
