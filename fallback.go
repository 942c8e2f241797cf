package vty

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/ssh"
	"github.com/vtynet/vty/transport/telnet"
)

// Fallback is another way to a host that speaks no SSH. Over it everything, passwords
// too, goes in the clear, and whoever can have connections refused on the way can
// bring it about. So there is none unless it is named.
type Fallback struct {
	Transport Transport // Telnet; there is no other
	Port      int       // 0 means 23
}

// ParseFallback reads TRANSPORT or TRANSPORT:PORT, such as "telnet:2323".
func ParseFallback(text string) (*Fallback, error) {
	name, port, has := strings.Cut(text, ":")
	f := &Fallback{Transport: Transport(name)}
	if has {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("fallback %q: %q is not a port (1 to 65535)", text, port)
		}
		f.Port = int(n)
	}
	return f, f.check()
}

func (f *Fallback) check() error {
	if f.Transport != Telnet {
		return fmt.Errorf("fallback %q: the one there is from SSH is telnet", f.Transport)
	}
	return nil
}

// FallbackError says that neither SSH nor the fallback reached the host. It wraps
// both errors.
type FallbackError struct {
	Fallback   Fallback
	First, Err error // over SSH, and over the fallback
}

func (e *FallbackError) Error() string {
	return fmt.Sprintf("%v; and over %s: %v", e.First, e.Fallback.Transport, e.Err)
}

// Unwrap returns both errors, that of SSH first.
func (e *FallbackError) Unwrap() []error { return []error{e.First, e.Err} }

// reached is a terminal and the way that led to it.
type reached struct {
	conn transport.Conn
	port int
	cfg  *Config
	not  error // why SSH was not taken; nil where it was, or where nothing else was named
}

// reachEither opens the transport, or the fallback's where the host speaks no SSH. Of
// the time there is SSH may take half then.
func reachEither(ctx context.Context, host string, port int, open func(context.Context, *Config, int) (transport.Conn, error), cfg *Config) (reached, error) {
	way := reached{port: port, cfg: cfg}
	if cfg.Fallback == nil || cfg.Dial != nil {
		var err error
		way.conn, err = open(ctx, cfg, port)
		return way, err
	}
	if err := cfg.Fallback.check(); err != nil {
		return way, err
	}
	if cfg.Transport != SSH && cfg.Transport != "" {
		return way, fmt.Errorf("a fallback is for what SSH does not reach, and the transport is %s", cfg.Transport)
	}
	first, cancel := half(ctx)
	defer cancel()
	if way.conn, way.not = open(first, cfg, port); way.not == nil {
		return way, nil
	}
	if ctx.Err() != nil || !speaksNoSSH(way.not) {
		return way, way.not
	}
	other := *cfg
	other.Transport, other.Port = cfg.Fallback.Transport, cfg.Fallback.Port
	if way.cfg, way.port = &other, other.Port; way.port == 0 {
		way.port = telnet.Port
	}
	if l := cfg.Logger; l != nil {
		l.Warn("no SSH: the fallback is taken", "host", host, "fallback", other.Transport, "port", way.port, "error", cfg.masker.Error(way.not))
	}
	conn, err := open(ctx, way.cfg, way.port)
	if err != nil {
		return way, &FallbackError{Fallback: *cfg.Fallback, First: way.not, Err: err}
	}
	way.conn = conn
	return way, nil
}

// half is a context with half of the time that is left.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if !limited {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Until(end)/2)
}

// speaksNoSSH tells that nobody was reached who speaks SSH, from an SSH server that
// would not have us or that we would not have. An error of a jump host tells nothing
// of the host behind it.
func speaksNoSSH(err error) bool {
	switch e := err.(type) {
	case *socket.OpenError:
		return len(e.Attempts) > 0 // else the name was not resolved, and no other way would help
	case *ssh.TunnelError:
		return true
	case *ssh.HandshakeError:
		return errors.Is(e, ssh.ErrNoVersion)
	}
	return false
}
