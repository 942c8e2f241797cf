package netconf

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
)

// Dial begins a session over SSH (RFC 6242) with host: a name or an address, with a
// port if wished. Without one it is Config.Port, or 830.
//
// The context governs all of it, and nothing after it. Errors are those of
// ssh.Dial until the subsystem runs, then *HelloError.
func Dial(ctx context.Context, host string, cfg *Config) (*Session, error) {
	name, port, err := hostPort(host, cfg, PortSSH)
	if err != nil {
		return nil, err
	}
	conn, err := ssh.Dial(ctx, name, port, cfg.ssh())
	if err != nil {
		return nil, err
	}
	return New(ctx, conn, cfg)
}

// OverSSH is Dial over a connection that is already there: one through a jump
// host, or one that the server made itself to call home (RFC 8071). The host key
// is checked for host, with Config.Port or 830.
func OverSSH(ctx context.Context, conn net.Conn, host string, cfg *Config) (*Session, error) {
	name, port, err := hostPort(host, cfg, PortSSH)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	c, err := ssh.New(ctx, conn, name, port, cfg.ssh())
	if err != nil {
		return nil, err
	}
	return New(ctx, c, cfg)
}

// DialTLS begins a session over TLS (RFC 7589), on Config.Port or 6513. The
// server's certificate is checked for the host's name unless Config.TLS says
// otherwise.
func DialTLS(ctx context.Context, host string, cfg *Config) (*Session, error) {
	name, port, err := hostPort(host, cfg, PortTLS)
	if err != nil {
		return nil, err
	}
	if cfg == nil || cfg.TLS == nil {
		return nil, errNoTLS
	}
	dial := cfg.Dial
	if dial == nil {
		dial = func(ctx context.Context, host string, port int) (net.Conn, error) {
			return socket.Dial(ctx, host, port, cfg.Socket)
		}
	}
	conn, err := dial(ctx, name, port)
	if err != nil {
		return nil, err
	}
	return OverTLS(ctx, conn, name, cfg)
}

var errNoTLS = errors.New("netconf: no Config.TLS: it holds the certificates that RFC 7589 asks for")

// OverTLS is DialTLS over a connection that is already there.
func OverTLS(ctx context.Context, conn net.Conn, name string, cfg *Config) (*Session, error) {
	if cfg == nil || cfg.TLS == nil {
		_ = conn.Close()
		return nil, errNoTLS
	}
	t := cfg.TLS.Clone()
	t.ServerName = cmp.Or(t.ServerName, name)
	t.MinVersion = max(t.MinVersion, tls.VersionTLS12) // RFC 7589, section 4
	c := tls.Client(conn, t)
	limited, cancel := context.WithTimeout(ctx, cfg.settled().HelloTimeout)
	defer cancel()
	if err := c.HandshakeContext(limited); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("netconf: TLS with %s: %w", name, err)
	}
	return New(ctx, c, cfg)
}

// DialUnix begins a session over a Unix socket, without authentication but the
// socket's own.
func DialUnix(ctx context.Context, path string, cfg *Config) (*Session, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return New(ctx, conn, cfg)
}

// ssh is the configuration of the SSH transport.
func (c *Config) ssh() *ssh.Config {
	if c == nil {
		return nil // the transport says what is missing
	}
	s := &ssh.Config{}
	if c.SSH != nil {
		*s = *c.SSH
	}
	s.User, s.Auth, s.HostKeys, s.Legacy = c.User, c.Auth, c.HostKeys, c.Legacy
	s.Socket, s.Logger, s.Command = c.Socket, c.Logger, c.Command
	if c.Dial != nil {
		s.Dial = c.Dial
	}
	if c.Command == "" {
		s.Subsystem = cmp.Or(c.Subsystem, "netconf")
	}
	return s
}

// hostPort splits what a user writes for a host.
func hostPort(host string, cfg *Config, port int) (string, int, error) {
	if cfg != nil && cfg.Port != 0 {
		port = cfg.Port
	}
	name := host
	if h, p, err := net.SplitHostPort(host); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", 0, fmt.Errorf("netconf: host %q: %q is not a port (1 to 65535)", host, p)
		}
		name, port = h, int(n)
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		name = host[1 : len(host)-1]
	}
	if name == "" {
		return "", 0, fmt.Errorf("netconf: host %q: no name or address", host)
	}
	return name, port, nil
}
