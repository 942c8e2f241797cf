package fleet

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/ssh"
)

// Dial opens a session with the host's device, which is the caller's to close. A
// Pool opens its sessions so.
func (h *Host) Dial(ctx context.Context) (*vty.Device, error) {
	cfg := vty.Config{}
	if h.Config != nil {
		cfg = *h.Config
	}
	run, _ := ctx.Value(needsKey{}).(needs)
	cfg.SSH = sharing(cfg.SSH, run.files)
	wrap := cfg.Wrap
	cfg.Wrap = func(conn transport.Conn) transport.Conn {
		if wrap != nil {
			conn = wrap(conn)
		}
		w := &watched{Conn: conn}
		w.tell(run.alive)
		return w
	}
	return vty.Dial(ctx, h.address(), &cfg)
}

// needs is what a run has a session do that is opened for it, in the context.
type needs struct {
	alive func()          // hears of every byte; nil for nobody
	files *ssh.KnownFiles // are what it reads known_hosts files by; may be nil
}

type needsKey struct{}

// sharing is an SSH configuration, nil for the zero one, that reads known_hosts
// files as the others of a run do.
func sharing(cfg *ssh.Config, files *ssh.KnownFiles) *ssh.Config {
	var own ssh.Config
	if cfg != nil {
		own = *cfg
	}
	if own.KnownFiles == nil {
		own.KnownFiles = files
	}
	return &own
}

// watched is a Conn that tells of every byte, to one after the other: a session
// may outlive the attempt that it was opened for.
type watched struct {
	transport.Conn
	alive atomic.Pointer[func()]
}

var (
	_ transport.Sizer      = (*watched)(nil)
	_ transport.Resizer    = (*watched)(nil)
	_ transport.Aliver     = (*watched)(nil)
	_ transport.HalfCloser = (*watched)(nil)
	_ io.WriterTo          = (*watched)(nil)
)

// watch has a session tell alive of every byte from now on.
func watch(dev *vty.Device, alive func()) {
	if w, ok := dev.Conn().(*watched); ok {
		w.tell(alive)
	}
}

// tell says who hears of every byte from now on, and that one came.
func (w *watched) tell(alive func()) {
	if alive == nil {
		w.alive.Store(nil)
		return
	}
	w.alive.Store(&alive)
	alive()
}

func (w *watched) heard() {
	if alive := w.alive.Load(); alive != nil {
		(*alive)()
	}
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.heard()
	}
	return n, err
}

func (w *watched) Write(p []byte) (int, error) {
	w.heard()
	return w.Conn.Write(p)
}

// WriteTo hands over what the Conn beneath hands over.
func (w *watched) WriteTo(to io.Writer) (int64, error) {
	intake := &taken{w: w, to: to}
	if direct, ok := w.Conn.(io.WriterTo); ok {
		_, err := direct.WriteTo(intake)
		return intake.n, err
	}
	err := transport.Pump(intake, w.Conn)
	return intake.n, err
}

// taken is where a watched Conn writes to.
type taken struct {
	w  *watched
	to io.Writer
	n  int64
}

func (t *taken) Write(p []byte) (int, error) {
	t.w.heard()
	n, err := t.to.Write(p)
	t.n += int64(n)
	return n, err
}

// Unwrap is the Conn beneath.
func (w *watched) Unwrap() transport.Conn { return w.Conn }

func (w *watched) Size() transport.Size {
	if s, ok := w.Conn.(transport.Sizer); ok {
		return s.Size()
	}
	return transport.Size{}
}

func (w *watched) Resize(ctx context.Context, size transport.Size) error {
	if r, ok := w.Conn.(transport.Resizer); ok {
		return r.Resize(ctx, size)
	}
	return nil
}

func (w *watched) Alive() bool {
	if a, ok := w.Conn.(transport.Aliver); ok {
		return a.Alive()
	}
	return true
}

func (w *watched) CloseWrite() error {
	if h, ok := w.Conn.(transport.HalfCloser); ok {
		return h.CloseWrite()
	}
	return nil
}
