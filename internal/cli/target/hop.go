package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/pflag"
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/jump"
)

// scriptedHop is the device on whose command line the hosts are reached.
type scriptedHop struct {
	host      string
	platform  string
	transport *suggest.Choice
	send      string
}

func (h *scriptedHop) register(set *pflag.FlagSet) {
	h.transport = suggest.NewChoice(transports()...)
	set.StringVar(&h.host, "hop", "", "device on whose command line the hosts are reached, as by ssh or telnet typed there: [USER@]HOST[:PORT] (password from $"+envJumpPassword+", else as for the device)")
	set.StringVar(&h.send, "hop-send", "", "what to type there (%h the host, %p the port, %u the user; default 'ssh -l %u %h', with -t telnet 'telnet %h')")
	set.StringVar(&h.platform, "hop-platform", "", "what the hop is (default auto)")
	set.Var(h.transport, "hop-transport", "how to reach the hop")
}

// check finds the flags that are nothing without --hop.
func (h *scriptedHop) check(simulated bool) error {
	if h.host != "" && simulated {
		return exit.Misused(errors.New("--sim: simulated devices are on this machine, and are not reached from a hop (--hop)"))
	}
	if h.host == "" && (h.send != "" || h.platform != "") {
		return exit.Misused(errors.New("--hop-send and --hop-platform go with --hop"))
	}
	return nil
}

// plainWord is what a name may be made of that is typed at somebody's shell.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9._:@%+-]+$`)

// line is what to type at the hop for a device.
func (h *scriptedHop) line(t *Target) (string, error) {
	line := h.send
	if line == "" {
		switch port := t.Host.Port; {
		case t.Config.Transport == vty.Telnet && port != 0:
			line = "telnet %h %p"
		case t.Config.Transport == vty.Telnet:
			line = "telnet %h"
		case port != 0:
			line = "ssh -l %u -p %p %h"
		default:
			line = "ssh -l %u %h"
		}
	}
	for _, word := range []string{t.Host.Name, t.Config.User} {
		if word != "" && !plainWord.MatchString(word) {
			return "", fmt.Errorf("%q is not typed at the command line of a hop: it has characters that may mean something there", word)
		}
	}
	words, err := (&vty.Config{Program: strings.Fields(line), User: t.Config.User}).ProgramFor(t.Host.Name, t.Host.Port)
	return strings.Join(words, " "), err
}

// byHop has a device reached by what is typed at the hop.
func (c *configured) byHop(ctx context.Context, t *Target) error {
	h := &c.flags.hop
	t.Config.User = cmp.Or(t.Config.User, c.localUser())
	if how := t.Config.Transport; how != vty.SSH && how != vty.Telnet || c.flags.fallback != "" {
		return exit.Misused(fmt.Errorf("%s: from a hop (--hop) a host is reached by ssh or telnet, or as --hop-send says: leave out -t %s and --fallback", t.Label, how))
	}
	line, err := h.line(t)
	if err != nil {
		return exit.Misused(fmt.Errorf("%s: --hop-send: %w", t.Label, err))
	}
	near, err := c.hopItself(ctx)
	if err != nil {
		return err
	}
	t.Hop, t.Jump = near.Label, near.Label
	t.Config.Dial = func(ctx context.Context) (transport.Conn, error) {
		dev, err := near.Dial(ctx)
		if err != nil {
			return nil, &jump.HopError{Hop: near.Label, Err: err}
		}
		conn, err := dev.Onward(ctx, line)
		if err != nil {
			_ = dev.Close()
			return nil, &jump.HopError{Hop: near.Label, Err: err}
		}
		return &pastHop{conn, dev}, nil
	}
	return nil
}

// hopItself is the hop as a device of its own.
func (c *configured) hopItself(ctx context.Context) (*Target, error) {
	h := &c.flags.hop
	host, err := ParseHost(h.host)
	if err != nil {
		return nil, exit.Misused(fmt.Errorf("--hop: %w", err))
	}
	near := &Target{Label: host.Address(), Host: host, Config: c.base, timeout: c.flags.timeout, who: c.who}
	cfg := &near.Config
	cfg.Transport, cfg.Definition, cfg.Mode, cfg.Program = vty.Transport(h.transport.String()), nil, "", nil
	cfg.Platform = vty.Auto
	if !auto(h.platform) {
		if cfg.Definition, err = Definition(c.s, h.platform); err != nil {
			return nil, err
		}
	}
	if host.User != "" {
		cfg.User = host.User
	}
	if _, given := c.s.LookupEnv(envJumpPassword); given {
		cfg.Password = env(c.s, envJumpPassword)
		if cfg.Auth, err = c.flags.methods(c.s, cfg.Password); err != nil {
			return nil, err
		}
	}
	if err := c.device(ctx, near); err != nil {
		return nil, err
	}
	if near.Host.Port == 0 && (cfg.Transport == vty.Raw || cfg.Transport == vty.RFC2217) {
		return nil, exit.Misused(fmt.Errorf("--hop %s: over %s there is no usual port: name it, as in --hop %s:4001", h.host, cfg.Transport, host.bracketed()))
	}
	return near, nil
}

// pastHop is a terminal beyond a hop, with which the session at the hop ends.
type pastHop struct {
	transport.Conn
	hop *vty.Device
}

// Unwrap is the terminal.
func (p *pastHop) Unwrap() transport.Conn { return p.Conn }

// Close leaves the device, and then the hop.
func (p *pastHop) Close() error { return errors.Join(p.Conn.Close(), p.hop.Close()) }

// Alive reports whether the session goes on.
func (p *pastHop) Alive() bool {
	a, ok := p.Conn.(transport.Aliver)
	return !ok || a.Alive()
}
