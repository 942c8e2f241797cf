package vty

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/exec"
	"github.com/vtynet/vty/transport/openssh"
	"github.com/vtynet/vty/transport/raw"
	"github.com/vtynet/vty/transport/rfc2217"
	"github.com/vtynet/vty/transport/serial"
	"github.com/vtynet/vty/transport/ssh"
	"github.com/vtynet/vty/transport/telnet"
)

const defaultOpenTimeout = time.Minute

// defaultRows is how high a terminal the transports ask for.
const defaultRows = 1000

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

// hostPort splits what a user writes for a host.
func hostPort(host string, cfg *Config) (name string, port int, err error) {
	if cfg.Transport == Serial {
		return host, 0, nil
	}
	port = cfg.Port
	if port == 0 {
		switch cfg.Transport {
		case Telnet:
			port = 23
		case SSH, "":
			port = 22
		}
	}
	name = host
	if h, p, err := net.SplitHostPort(host); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", 0, fmt.Errorf("host %q: %q is not a port (1 to 65535)", host, p)
		}
		name, port = h, int(n)
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		name = host[1 : len(host)-1]
	}
	if name == "" {
		return "", 0, fmt.Errorf("host %q: no name or address", host)
	}
	if port == 0 && (cfg.Transport == RFC2217 || cfg.Transport == Raw) {
		return "", 0, fmt.Errorf("host %q: over %s there is no usual port: name it, as in %s", host, cfg.Transport, net.JoinHostPort(name, "4001"))
	}
	return name, port, nil
}

// reach opens the transport.
func reach(ctx context.Context, host string, port int, def *platform.Definition, cfg *Config) (transport.Conn, error) {
	switch {
	case cfg.Dial != nil:
		return cfg.Dial(ctx)
	case cfg.Transport == Telnet:
		conn, err := telnet.Dial(ctx, host, port, &telnet.Config{Socket: cfg.Socket, Dial: cfg.Via, Size: cfg.Size, KeepAlive: cfg.keepAlive(0)})
		if err != nil {
			return nil, err
		}
		return conn, nil
	case cfg.Transport == Serial:
		conn, err := serial.Open(ctx, host, &serial.Config{Line: cfg.Line})
		if err != nil {
			return nil, err
		}
		return conn, nil
	case cfg.Transport == RFC2217:
		conn, err := rfc2217.Dial(ctx, host, port, &rfc2217.Config{Line: cfg.Line, Socket: cfg.Socket, Dial: cfg.Via, KeepAlive: cfg.keepAlive(0), Logger: cfg.Logger})
		if err != nil {
			return nil, err
		}
		return conn, nil
	case cfg.Transport == Raw:
		conn, err := raw.Dial(ctx, host, port, &raw.Config{Socket: cfg.Socket, Dial: cfg.Via})
		if err != nil {
			return nil, err
		}
		return conn, nil
	case cfg.Transport == Exec:
		argv, err := cfg.ProgramFor(host, port)
		if err != nil {
			return nil, err
		}
		conn, err := exec.Start(ctx, argv, &exec.Config{Size: cfg.Size})
		if err != nil {
			return nil, err
		}
		return conn, nil
	case cfg.Transport == OpenSSH:
		conn, err := openssh.Dial(ctx, host, port, cfg.ForOpenSSH())
		if err != nil {
			return nil, err
		}
		return conn, nil
	case cfg.Transport == SSH || cfg.Transport == "":
		sc := cfg.ForSSH()
		if name := loginName(cfg, def); name != "" {
			sc.User = name
		}
		var err error
		if host, port, sc, err = cfg.configured(ctx, host, port, sc); err != nil {
			return nil, err
		}
		sc.KeepAlive = cfg.keepAlive(sc.KeepAlive)
		conn, err := ssh.Dial(ctx, host, port, sc)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	return nil, fmt.Errorf("unknown transport %q: want one of %v", cfg.Transport, Transports())
}

// ForSSH is the configuration of the SSH transport that c stands for, without
// what SSHConfig adds for a host.
func (c *Config) ForSSH() *ssh.Config {
	var s ssh.Config
	if c.SSH != nil {
		s = *c.SSH
	}
	if c.User != "" {
		s.User = c.User
	}
	if c.Auth != nil {
		s.Auth = c.Auth
	}
	if c.HostKeys != nil {
		s.HostKeys = c.HostKeys
	}
	if c.Socket != nil {
		s.Socket = c.Socket
	}
	if c.Via != nil {
		s.Dial = c.Via
	}
	if c.Size != (transport.Size{}) {
		s.Size = c.Size
	}
	if c.Logger != nil {
		s.Logger = c.Logger
	}
	s.Legacy = s.Legacy || c.Legacy
	return &s
}

// configured asks SSHConfig, where there is one, for the host. Port is 22 where
// nobody chose another.
func (c *Config) configured(ctx context.Context, host string, port int, s *ssh.Config) (string, int, *ssh.Config, error) {
	if c.SSHConfig == nil {
		return host, port, s, nil
	}
	q := sshconfig.Query{Host: host, User: s.User}
	if port != ssh.DefaultPort || c.Port != 0 {
		q.Port = port
	}
	h, err := c.SSHConfig.Resolve(ctx, q)
	if err != nil {
		return "", 0, nil, err
	}
	if s.Dial == nil && (h.ProxyCommand != "" || h.ProxyJump != nil) {
		return "", 0, nil, fmt.Errorf("ssh_config reaches %s through %v%s: set Config.Via to go that way", host, h.ProxyJump, h.ProxyCommand)
	}
	s, err = s.With(h, c.Secrets["passphrase"])
	return h.HostName, cmp.Or(h.Port, port), s, err
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

// loginName is the user's name, with what the platform wants to be told in it.
func loginName(cfg *Config, def *platform.Definition) string {
	if def == nil {
		return cfg.User
	}
	suffix := def.Login.Suffix
	if suffix == "" || cfg.User == "" || cfg.KeepTerminal || strings.Contains(cfg.User, suffix[:1]) {
		return cfg.User
	}
	return cfg.User + suffix
}

// authenticated reports whether the transport has proved who the user is, so that
// the device has no reason to ask again.
func authenticated(conn transport.Conn) bool {
	for {
		if a, ok := conn.(interface{ AuthMethod() string }); ok {
			method := a.AuthMethod()
			return method != "none" && method != ""
		}
		w, ok := conn.(interface{ Unwrap() transport.Conn })
		if !ok {
			return false
		}
		conn = w.Unwrap()
	}
}

// channelConfig says to the channel what the definition knows.
func channelConfig(conn transport.Conn, def *platform.Definition, cfg *Config) *channel.Config {
	c := &channel.Config{
		Return: def.Return, Interrupt: def.Interrupt,
		Silence: cfg.Silence, Quiet: cfg.Quiet, Confirm: cfg.Confirm, Raw: cfg.Raw, Logger: cfg.Logger, Secrets: cfg.masker,
	}
	if s, ok := conn.(transport.Sizer); ok {
		c.Width = s.Size().Columns
	}
	c.Answers = def.Answers
	if c.Window = cfg.Window; c.Window == 0 {
		c.Window = def.Typing.Window
	}
	if c.Height = cfg.Size.Rows; c.Height == 0 {
		c.Height = defaultRows
	}
	known := universal()
	c.Prompts = make([]channel.Prompt, 0, len(def.Modes))
	for _, m := range def.Modes {
		p := channel.Prompt{Mode: m.Name, Shape: m.Prompt, Except: m.Except, Above: m.Above}
		if m.Exact != nil { // else the interface would hold a nil pointer
			p.Exact = m.Exact
		}
		c.Prompts = append(c.Prompts, p)
	}
	c.Pagers, c.Questions, c.Messages = known.pagers, known.questions, known.messages
	if len(def.Pagers) > 0 {
		c.Pagers = append(pagersOf(def.Pagers, len(known.pagers)), known.pagers...)
	}
	if len(def.Questions) > 0 {
		c.Questions = append(promptsOf(def.Questions, len(known.questions)), known.questions...)
	}
	user := def.Login.User
	if user == nil {
		user = platform.UniversalLogin().User
	}
	c.Outside = []*regexp.Regexp{user, platform.UniversalIdle()}
	return c
}

// patterns are what the channel is to know of devices of any make.
type patterns struct {
	pagers    []channel.Pager
	questions []*regexp.Regexp
	messages  []*regexp.Regexp
}

// universal is made once, for all sessions of the process.
var universal = sync.OnceValue(func() patterns {
	return patterns{
		pagers:    pagersOf(platform.UniversalPagers(), 0),
		questions: promptsOf(platform.UniversalQuestions(), 0),
		messages:  platform.UniversalMessages(),
	}
})

// pagersOf makes the channel's pagers of a platform's, with room for more.
func pagersOf(pagers []platform.Pager, room int) []channel.Pager {
	all := make([]channel.Pager, 0, len(pagers)+room)
	for _, p := range pagers {
		all = append(all, channel.Pager{Shape: p.Prompt, Key: p.Key})
	}
	return all
}

// promptsOf is likewise for questions.
func promptsOf(questions []platform.Question, room int) []*regexp.Regexp {
	all := make([]*regexp.Regexp, 0, len(questions)+room)
	for _, q := range questions {
		all = append(all, q.Prompt)
	}
	return all
}

// login says how to answer the device's own login questions.
func (d *Device) login() channel.Login {
	l := channel.Login{User: d.def.Login.User, Password: d.def.Login.Password, Rejected: d.def.Login.Rejected}
	usual := platform.UniversalLogin()
	if l.User == nil {
		l.User = usual.User
	}
	if l.Password == nil {
		l.Password = usual.Password
	}
	if l.Rejected == nil {
		l.Rejected = usual.Rejected
	}
	l.Detours = d.asks(append(d.def.Login.Detours[:len(d.def.Login.Detours):len(d.def.Login.Detours)], usual.Detours...))
	l.UserName = func(context.Context) (string, error) { return loginName(d.cfg, d.def), nil }
	l.PasswordText = func(ctx context.Context) (channel.Answer, error) {
		secret, err := d.cfg.secret(ctx, "password")
		return channel.Answer{Text: secret.Reveal(), Hidden: true}, err
	}
	if b := onward(d.ch.Conn()); b != nil {
		l.Detours = append(b.asks(&l, d.cfg, loginName(d.cfg, d.def), d.host), l.Detours...)
	}
	return l
}
