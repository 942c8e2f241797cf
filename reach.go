package vty

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

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
