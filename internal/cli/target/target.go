package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/inventory"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport"
)

// Target is one device to reach.
type Target struct {
	Label  string // as the user wrote it, without the user
	Host   Host
	Config vty.Config

	// SSHConfig is what the SSH configuration says of the host; nil where none was
	// asked.
	SSHConfig *sshconfig.Host
	// Listed is the host in the inventory; nil where it is from none.
	Listed *inventory.Host
	// Hop is the device on whose command line it is reached; "" for none.
	Hop string
	// Jump are the jump hosts that it is reached through; "" for none.
	Jump string

	// Warn is where it is said that a session is not as was asked for first.
	Warn io.Writer

	timeout    time.Duration
	credential string // stands for the account; "" where it is the host's own
	found      string // the platform that it was found to be
	jump       string // jump hosts that the inventory names; "none" for none; "" where it says nothing
	who        login  // logs in to its jump hosts
}

// Fleet is the target as a host of a fleet.
func (t *Target) Fleet() *fleet.Host {
	h := &fleet.Host{Name: t.Label, Address: t.Host.Address(), Config: &t.Config, Jump: t.Jump, Credential: t.credential}
	if l := t.Listed; l != nil {
		h.Groups, h.AAA, h.Sessions = l.Groups(), l.Field(inventory.FieldAAA).Text(), l.Sessions()
		h.Credential = fleet.Credential(l, t.Config.User)
	}
	return h
}

// Session is the session of a run of a fleet with the target.
func (t *Target) Session(ctx context.Context, s *fleet.Session) (*vty.Device, error) {
	dev, err := s.Device(ctx)
	if err == nil {
		t.opened(dev)
	}
	return dev, err
}

// opened takes down what came out about the device.
func (t *Target) opened(dev *vty.Device) {
	t.found = dev.Platform().Name
	if by, why := dev.Transport(); why != nil {
		_, _ = fmt.Fprintf(t.Warn, "vty: %s: no SSH, so by %s, which is not encrypted (--fallback): %v\n", t.Label, by, why)
	}
}

// Dial opens a session.
func (t *Target) Dial(ctx context.Context) (*vty.Device, error) {
	dev, err := vty.Dial(ctx, t.Host.Address(), &t.Config)
	if err == nil {
		t.opened(dev)
	}
	return dev, err
}

// Limit puts the user's limit on one command.
func (t *Target) Limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if t.timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, t.timeout)
}

// Set is the devices that a command line names. Close it when done: it stops the
// simulated ones.
type Set struct {
	Targets []*Target
	closers []io.Closer
}

// Close stops what was started for the occasion.
func (s *Set) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// Only gives the one device of a command line for verbs that take no more.
func (s *Set) Only() (*Target, error) {
	if len(s.Targets) != 1 {
		return nil, exit.Misused(fmt.Errorf("this takes one host, and there are %d", len(s.Targets)))
	}
	return s.Targets[0], nil
}

// Resolve makes devices to dial of the flags.
func (f *Flags) Resolve(ctx context.Context, s *streams.Streams) (*Set, error) {
	if len(f.hosts) == 0 && len(f.sims) == 0 && f.inventory == "" && f.selector == "" {
		return nil, exit.Misused(errors.New("no host: name one with -H HOST, or try --sim cisco_iosxe"))
	}
	if err := f.hop.check(len(f.sims) > 0); err != nil {
		return nil, err
	}
	base, err := f.config(s)
	if err != nil {
		return nil, err
	}
	set := &Set{}
	c, err := f.configured(ctx, set, base, s)
	if err != nil {
		return nil, err
	}
	for _, text := range f.hosts {
		t, err := f.host(ctx, text, c)
		if err != nil {
			return nil, errors.Join(err, set.Close())
		}
		set.Targets = append(set.Targets, t)
	}
	if err := f.fromInventory(ctx, set, c); err != nil {
		return nil, errors.Join(err, set.Close())
	}
	for _, name := range f.sims {
		if err := f.simulate(ctx, set, s, name, base); err != nil {
			return nil, errors.Join(err, set.Close())
		}
	}
	for _, t := range set.Targets {
		t.Warn = s.Err
	}
	return set, nil
}

// config is what all devices have in common.
func (f *Flags) config(s *streams.Streams) (vty.Config, error) {
	var def *platform.Definition
	var err error
	if !auto(f.platform) {
		if def, err = Definition(s, f.platform); err != nil {
			return vty.Config{}, err
		}
	}
	password, err := f.password(s)
	if err != nil {
		return vty.Config{}, err
	}
	enable, err := fileOr(f.enableFile, s, envEnable)
	if err != nil {
		return vty.Config{}, err
	}
	methods, err := f.methods(s, password)
	if err != nil {
		return vty.Config{}, err
	}
	line, err := f.line.settings()
	if err != nil {
		return vty.Config{}, err
	}
	var program []string
	if f.program != "" {
		if program, err = inventory.ParseProgram(f.program); err != nil {
			return vty.Config{}, exit.Misused(fmt.Errorf("--program: %w", err))
		}
	}
	var fallback *vty.Fallback
	if f.fallback != "" {
		if fallback, err = vty.ParseFallback(f.fallback); err != nil {
			return vty.Config{}, exit.Misused(fmt.Errorf("--%w", err))
		}
	}
	cfg := vty.Config{
		Fallback:   fallback,
		Program:    program,
		Line:       line,
		Console:    f.consoleMode(),
		Platform:   vty.Auto,
		Definition: def,
		Platforms:  Library(s),
		Transport:  vty.Transport(f.transport.String()),
		User:       cmp.Or(f.user, s.Env(envUser)),
		Auth:       methods,
		HostKeys:   f.hostKeys(),
		Password:   password,
		Secrets:    map[string]auth.Source{"enable": enable},
		Mode:       f.mode,
		Socket:     &socket.Options{},
		Legacy:     f.legacy,
		Logger:     f.Logger(s.Err),
	}
	cfg.Socket.Logger = cfg.Logger
	if f.remember {
		if m := newMemory(); m != nil {
			cfg.Memory = m
		}
	}
	if f.timeout < 0 {
		return vty.Config{}, exit.Misused(fmt.Errorf("--timeout %v is negative", f.timeout))
	}
	if f.timeout > 0 {
		// The total limit governs alone: a user who allows ten minutes means it.
		cfg.OpenTimeout, cfg.Silence, cfg.Socket.Timeout = f.timeout, -1, f.timeout
	}
	return cfg, nil
}

func (f *Flags) host(ctx context.Context, text string, c *configured) (*Target, error) {
	parse := ParseHost
	if c.base.Transport == vty.Serial {
		parse = parsePort
	}
	h, err := parse(text)
	if err != nil {
		return nil, exit.Misused(err)
	}
	if err := checkMode(c.base.Definition, f.mode); err != nil {
		return nil, err
	}
	t := &Target{Label: h.Address(), Host: h, Config: c.base, timeout: f.timeout, who: c.who}
	if h.User != "" {
		t.Config.User = h.User
	}
	if err := c.reach(ctx, t); err != nil {
		return nil, err
	}
	if err := t.fits(); err != nil {
		return nil, err
	}
	t.credential = t.Config.User
	if f.lacksUser(t) {
		return nil, exit.Misused(fmt.Errorf("no user to log in to %s as: write USER@HOST, use -u, or set $%s", t.Label, envUser))
	}
	return t, nil
}

// lacksUser reports whether a name to log in as is missing. Over what is no SSH, a
// device may ask for a password alone.
func (f *Flags) lacksUser(t *Target) bool {
	return !f.Nameless && t.Config.User == "" && t.Config.Transport == vty.SSH
}

// Logger logs what -v asks for; nil logs nothing.
func (f *Flags) Logger(w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	switch {
	case f.verbose == 0:
		return nil
	case f.verbose > 1:
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// SetSize sets the terminal size that every device is told.
func (s *Set) SetSize(size transport.Size) {
	for _, t := range s.Targets {
		t.Config.Size = size
	}
}
