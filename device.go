package vty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/transport"
)

// Device is an open session with a device. It is safe for concurrent use:
// operations queue, and each has the session to itself.
type Device struct {
	host     string
	port     int
	cfg      *Config
	def      *platform.Definition
	ch       *channel.Channel
	mode     string // that commands run in, with its argument if it takes one
	way      string // the mode that was entered last, as it was asked for; "" once it was left
	first    string // mode as it was once the device was opened
	banner   string
	detected *platform.Detection // nil where the platform was named
	by       Transport           // "" where the terminal is from elsewhere
	notSSH   error               // why the fallback was taken; nil where it was not
	turn     chan struct{}       // holds a token while an operation is under way

	// What makes the session unfit for another user; guarded by turn.
	attached bool            // somebody typed what he liked
	staged   bool            // a candidate may hold changes
	timed    bool            // a commit waits to be confirmed
	moved    bool            // a way within a mode was taken, to another context
	mishaps  channel.Mishaps // those that were dealt with
}

// Host returns the name or address the device was opened by.
func (d *Device) Host() string { return d.host }

// Hostname returns the device's own name as its prompt shows it, or "".
func (d *Device) Hostname() string { return d.ch.Host() }

// Platform returns the definition in use.
func (d *Device) Platform() *platform.Definition { return d.def }

// Banner returns what the device showed before its first prompt.
func (d *Device) Banner() string { return d.banner }

// Prompt returns the prompt the device showed last, without asking it.
func (d *Device) Prompt() string {
	prompt, _ := d.ch.Prompt()
	return prompt
}

// Mode returns the mode the device is in, without asking it.
func (d *Device) Mode() string {
	_, mode := d.ch.Prompt()
	return mode
}

// Transport returns the transport that the device was reached by: Config.Transport, or
// that of Config.Fallback with the reason why. "" means that Config.Dial or Open had
// the terminal from elsewhere.
func (d *Device) Transport() (by Transport, notSSH error) {
	return d.by, d.notSSH
}

// Conn returns the transport, for what it knows beside the bytes. Reading from
// it or writing to it breaks the session.
func (d *Device) Conn() transport.Conn { return d.ch.Conn() }

// Alive reports whether the session is open and, as far as the transport can
// tell without sending to the command line, the device can be reached.
func (d *Device) Alive() bool {
	if d.ch.Err() != nil {
		return false
	}
	if a, ok := d.ch.Conn().(transport.Aliver); ok {
		return a.Alive()
	}
	return true
}

// AskPrompt types a return and returns the prompt that the device shows.
func (d *Device) AskPrompt(ctx context.Context) (string, error) {
	if err := d.lock(ctx); err != nil {
		return "", err
	}
	defer d.unlock()
	reply, err := d.ch.Send(ctx, channel.Input{})
	if err != nil {
		return "", fmt.Errorf("%s: %w", d.host, err)
	}
	return reply.Prompt, nil
}

// Interrupt types the platform's interrupt key and waits for the prompt. It waits
// its turn: a command under way is stopped by its own context. Where the device
// gives no prompt the session is closed and the error is ErrClosed.
func (d *Device) Interrupt(ctx context.Context) error {
	if err := d.lock(ctx); err != nil {
		return err
	}
	defer d.unlock()
	return d.ch.Interrupt(ctx)
}

// Attach hands the command line to a person or a program: everything the device
// sends goes to out, the prompt first, and everything read from in is typed.
// See [channel.Channel.Attach] for how it ends.
func (d *Device) Attach(ctx context.Context, in io.Reader, out io.Writer) error {
	if err := d.lock(ctx); err != nil {
		return err
	}
	defer d.unlock()
	d.attached = true
	return d.ch.Attach(ctx, in, out)
}

// Resize tells the device a new size of the terminal, where the transport can.
func (d *Device) Resize(ctx context.Context, size transport.Size) error {
	if r, ok := d.ch.Conn().(transport.Resizer); ok {
		if err := r.Resize(ctx, size); err != nil {
			return err
		}
		d.learnWidth()
	}
	return nil
}

// Break sends the Break key, past whatever is under way, where the transport has
// one; the error is errors.ErrUnsupported where it has none. A device that boots is
// interrupted by it, mostly.
func (d *Device) Break() error {
	for conn := d.ch.Conn(); ; {
		if b, ok := conn.(transport.Breaker); ok {
			return b.Break()
		}
		w, ok := conn.(interface{ Unwrap() transport.Conn })
		if !ok {
			return fmt.Errorf("%s: a Break key: %w", d.host, errors.ErrUnsupported)
		}
		conn = w.Unwrap()
	}
}

// learnWidth tells the channel how wide the terminal is that the device knows of.
func (d *Device) learnWidth() {
	if s, ok := d.ch.Conn().(transport.Sizer); ok {
		d.ch.SetWidth(s.Size().Columns)
	}
}

// lock waits for the session to be free.
func (d *Device) lock(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: awaiting the session's turn: %w", d.host, context.Cause(ctx))
	}
}

func (d *Device) unlock() {
	if d.stages(d.Mode()) {
		d.staged = true
	}
	<-d.turn
}

// closeTimeout is how long Close waits for the device to say goodbye.
const closeTimeout = time.Second

// Close takes leave as the platform wants it, where the session is idle and the
// device answers within a second, and closes the connection. On a console it waits
// for a command under way and logs out, for which the device has ten seconds. It
// may be called more than once, and while other operations wait: they return
// ErrClosed.
func (d *Device) Close() error {
	if d.cfg.console() {
		return d.closeConsole()
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	select {
	case d.turn <- struct{}{}:
		if d.ch.Err() == nil {
			_ = d.leave(ctx)
		}
		d.unlock()
	default: // a command is under way: it ends with the connection
	}
	return d.ch.Close()
}

// leave types the platform's on-close steps.
func (d *Device) leave(ctx context.Context) error {
	if err := d.reachMode(ctx, d.mode); err != nil {
		return err
	}
	for _, step := range d.def.Close {
		in := d.input(step, d.home())
		in.Last = true
		if reply, err := d.ch.Send(ctx, in); err != nil || reply.Ended {
			return err
		}
	}
	return nil
}
