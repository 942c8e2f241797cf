package vty

import (
	"cmp"
	"context"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/transport"
)

const defaultOpenTimeout = time.Minute

// Dial connects to host, logs in, reaches the mode that commands run in and
// prepares the terminal. host is a name or an address, with a port if wished:
// "r1", "192.0.2.1:2222", "[2001:db8::1]:22", "fe80::1%eth0". A nil cfg is
// the zero Config, whose missing host-key policy is an error over SSH.
//
// The error is a *DialError, save for mistakes in cfg.
func Dial(ctx context.Context, host string, cfg *Config) (dev *Device, err error) {
	if cfg == nil {
		cfg = &Config{}
	}
	cfg = cfg.masked()
	def, err := cfg.definition()
	if err != nil {
		return nil, err
	}
	name, port, err := hostPort(host, cfg)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	told := ctx
	defer func() { cfg.opened(told, Opening{Host: name, Port: port, Started: started}, dev, err) }()
	ctx, cancel := openContext(ctx, cfg)
	defer cancel()
	ready := warmed(ctx, def, cfg)
	way, err := reachEither(ctx, name, port, func(ctx context.Context, cfg *Config, port int) (transport.Conn, error) {
		return reach(ctx, name, port, def, cfg)
	}, cfg)
	ready(err == nil)
	cfg, port = way.cfg, way.port
	if err != nil {
		return nil, &DialError{Host: name, Port: port, Phase: PhaseConnect, Err: cfg.masker.Error(err)}
	}
	conn := way.conn
	if cfg.Wrap != nil {
		conn = cfg.Wrap(conn)
	}
	if t := cfg.Trace; t != nil && t.Reached != nil {
		t.Reached(conn, time.Since(started))
	}
	if dev, err = open(ctx, conn, name, port, def, cfg); err != nil {
		return nil, err
	}
	if cfg.Dial == nil {
		dev.by, dev.notSSH = cmp.Or(cfg.Transport, SSH), cfg.masker.Error(way.not)
	}
	return dev, nil
}

// Open makes a device of a terminal that is reached already: a console, a
// session within a session, a simulated device. The device owns conn from then
// on, also where Open fails. name is used in results and errors.
func Open(ctx context.Context, conn transport.Conn, name string, cfg *Config) (dev *Device, err error) {
	if cfg == nil {
		cfg = &Config{}
	}
	cfg = cfg.masked()
	def, err := cfg.definition()
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	started, told := time.Now(), ctx
	defer func() { cfg.opened(told, Opening{Host: name, Started: started}, dev, err) }()
	ctx, cancel := openContext(ctx, cfg)
	defer cancel()
	return open(ctx, conn, name, cfg.Port, def, cfg)
}

func openContext(ctx context.Context, cfg *Config) (context.Context, context.CancelFunc) {
	limit := cfg.OpenTimeout
	if limit <= 0 {
		if _, limited := ctx.Deadline(); limited {
			return ctx, func() {}
		}
		limit = defaultOpenTimeout
	}
	return context.WithTimeout(ctx, limit)
}

// open logs in over conn and prepares the device.
func open(ctx context.Context, conn transport.Conn, host string, port int, def *platform.Definition, cfg *Config) (*Device, error) {
	started := time.Now()
	var finding *detection
	if def == nil {
		finding = newDetection(conn, host, port, cfg)
		var err error
		if def, err = finding.blank(); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	d := &Device{
		host: host, port: port, cfg: cfg, def: def,
		ch:   channel.New(conn, channelConfig(conn, def, cfg)),
		turn: make(chan struct{}, 1),
		mode: def.Default,
	}
	if cfg.Mode != "" {
		d.mode = cfg.Mode
	}
	fail := func(phase Phase, err error) (*Device, error) {
		if cfg.console() && phase != PhaseLogin {
			_ = d.Close() // logs out
		} else {
			_ = d.ch.Close()
		}
		return nil, &DialError{Host: host, Port: port, Phase: phase, Err: cfg.masker.Error(err)}
	}
	reply, asked, err := d.enter(ctx, authenticated(conn))
	if err != nil {
		return fail(PhaseLogin, err)
	}
	d.banner = reply.Text
	d.learnWidth() // over Telnet the device says only meanwhile whether it wants to know
	trace := cfg.Trace
	if trace == nil {
		trace = &Trace{}
	}
	mode := reply.Mode
	if finding != nil {
		mode = "" // of what, is still to be found out
	}
	if trace.LoggedIn != nil {
		trace.LoggedIn(reply.Prompt, mode, time.Since(started))
	}
	if finding != nil {
		if mode, err = d.detect(ctx, finding, reply.Text); err != nil {
			return fail(PhaseDetect, err)
		}
		if cfg.Mode == "" {
			d.mode = d.def.Default
		}
	}
	if cfg.console() && !asked {
		after, err := d.takeOver(ctx)
		if err != nil {
			return fail(PhaseLogin, err)
		}
		mode = cmp.Or(after, mode)
	}
	if d.mode == "" {
		d.mode = mode
	}
	if err := d.reachMode(ctx, d.mode); err != nil {
		return fail(PhaseMode, err)
	}
	if !cfg.KeepTerminal {
		if err := d.prepare(ctx); err != nil {
			return fail(PhasePrepare, err)
		}
	}
	d.first, d.mishaps = d.mode, d.ch.Mishaps() // such as lines typed ahead that the device did not take
	if trace.Ready != nil {
		prompt, mode := d.ch.Prompt()
		trace.Ready(prompt, mode, time.Since(started))
	}
	return d, nil
}
