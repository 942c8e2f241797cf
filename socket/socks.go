package socket

import (
	"context"
	"errors"
	"net"
	"strings"

	"golang.org/x/net/proxy"
)

// socks has a SOCKS5 proxy connect conn to target.
func (p *Proxy) socks(ctx context.Context, conn net.Conn, target string) (Cause, error) {
	var login *proxy.Auth
	if p.login {
		login = &proxy.Auth{User: p.user, Password: p.password}
	}
	dialer, err := proxy.SOCKS5("tcp", net.JoinHostPort(p.host, "0"), login, reached{conn})
	if err != nil {
		return Other, err
	}
	// What DialContext returns is conn in a wrapper that would hide it from
	// Alive, and holds no bytes of its own.
	_, err = dialer.(proxy.ContextDialer).DialContext(ctx, "tcp", target)
	if err == nil {
		return Other, nil
	}
	return socksCause(err)
}

// reached is a dialer whose connection has been made.
type reached struct{ conn net.Conn }

func (r reached) Dial(_, _ string) (net.Conn, error) { return r.conn, nil }

func (r reached) DialContext(context.Context, string, string) (net.Conn, error) {
	return r.conn, nil
}

// socksCauses classifies the reply codes of RFC 1928, section 6, and failures to
// log in, by the only thing that the library gives: their text.
var socksCauses = map[string]Cause{
	"connection not allowed by ruleset":       NotPermitted,
	"network unreachable":                     Unreachable,
	"host unreachable":                        Unreachable,
	"connection refused":                      Refused,
	"TTL expired":                             TimedOut,
	"no acceptable authentication methods":    NotPermitted,
	"username/password authentication failed": NotPermitted,
}

// socksCause strips the library's wrapping, "socks connect tcp ADDRESS->ADDRESS:
// unknown error connection refused", down to what the proxy said.
func socksCause(err error) (Cause, error) {
	if op, ok := err.(*net.OpError); ok && op.Err != nil && strings.HasPrefix(op.Op, "socks") {
		err = op.Err
	}
	said, replied := strings.CutPrefix(err.Error(), "unknown error ")
	if replied {
		err = errors.New(said)
	}
	return socksCauses[said], err
}
