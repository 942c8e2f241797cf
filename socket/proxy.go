package socket

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Proxy is a SOCKS5 proxy (RFC 1928, 1929) or an HTTP proxy that is asked to
// CONNECT (RFC 9110, section 9.3.6), the latter over plain TCP or over TLS. It
// looks up the host itself, so that names known only behind it work.
//
// Its user and password appear in nothing that prints, logs or encodes it. A
// Proxy is immutable and safe for concurrent use.
type Proxy struct {
	scheme   string // socks5, http or https
	host     string
	port     int
	login    bool
	user     string
	password string
	tls      *tls.Config
}

// defaultPorts are those of the URL schemes, and IANA's for SOCKS.
var defaultPorts = map[string]int{"socks5": 1080, "http": 80, "https": 443}

// errProxyURL never repeats the URL, nor the complaint of package net/url, for
// either may hold the password.
var errProxyURL = errors.New("not a proxy URL: want socks5, http or https://[user:password@]host[:port], " +
	"with any of :/?#[]@% in user and password percent-encoded")

// ParseProxy reads a proxy's URL: scheme socks5 (or socks5h, which is the same
// here), http or https, host, and if need be port, user and password. Errors
// never repeat the URL.
func ParseProxy(rawURL string) (*Proxy, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errProxyURL
	}
	p := &Proxy{scheme: u.Scheme, host: u.Hostname()}
	if p.scheme == "socks5h" {
		p.scheme = "socks5"
	}
	port, known := defaultPorts[p.scheme]
	if !known || p.host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errProxyURL
	}
	p.port = port
	if text := u.Port(); text != "" {
		p.port, err = strconv.Atoi(text)
		if err != nil || p.port < 1 || p.port > 65535 {
			return nil, errProxyURL
		}
	}
	if u.User != nil {
		password, _ := u.User.Password()
		return p.WithLogin(u.User.Username(), password), nil
	}
	return p, nil
}

// WithLogin is p with another user and password.
func (p *Proxy) WithLogin(user, password string) *Proxy {
	q := *p
	q.login, q.user, q.password = true, user, password
	return &q
}

// WithTLS is p with another TLS configuration, which only an https proxy has a
// use for. Where config names no server, the proxy's host is it. The default is
// the zero [tls.Config]: the system's roots.
func (p *Proxy) WithTLS(config *tls.Config) *Proxy {
	q := *p
	q.tls = config.Clone()
	return &q
}

// String is the URL without user and password.
func (p *Proxy) String() string {
	if p == nil {
		return "none"
	}
	return p.scheme + "://" + net.JoinHostPort(p.host, strconv.Itoa(p.port))
}

// Format hides user and password from every verb of package fmt.
func (p *Proxy) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue hides user and password from log/slog.
func (p *Proxy) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText hides user and password from every encoder.
func (p *Proxy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// ProxyError tells why a proxy that was reached did not connect on to the host.
type ProxyError struct {
	Proxy string // its URL without user and password
	Cause Cause  // what the proxy said happened; Other where it did not say
	Err   error
}

// Error is what the proxy said, or what became of the talk with it.
func (e *ProxyError) Error() string { return "proxy: " + phrase(e.Err) }

// Unwrap gives the sentinel of the cause and the error itself.
func (e *ProxyError) Unwrap() []error {
	if s := e.Cause.sentinel(); s != nil {
		return []error{s, e.Err}
	}
	return []error{e.Err}
}

// checkTarget refuses what no proxy could make sense of.
func checkTarget(host string) error {
	if _, _, err := literal(host); err != nil {
		return fmt.Errorf("%w: %w", ErrUnresolved, err)
	}
	if strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '/' }) {
		return fmt.Errorf("%w: the host holds a blank, a slash or a control character", ErrUnresolved)
	}
	return nil
}

// handshake asks the proxy at the other end of conn to connect to the host. It
// owns conn, which is closed on failure.
func (p *Proxy) handshake(ctx context.Context, conn net.Conn, host string, port int) (net.Conn, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	target := net.JoinHostPort(unbracket(host), strconv.Itoa(port))

	through := conn
	cause, err := Other, error(nil)
	switch p.scheme {
	case "socks5":
		cause, err = p.socks(ctx, conn, target)
	case "https":
		through, err = p.secure(ctx, conn)
		if err == nil {
			cause, err = p.connect(through, target)
		}
	default:
		cause, err = p.connect(conn, target)
	}

	// Where stop finds ctx ended, the deadline is set or about to be, whatever
	// the proxy may have said in the meantime.
	if isOver(ctx) || !stop() {
		err = ended(ctx)
		cause = causeOf(err)
	}
	if err != nil {
		_ = conn.Close()
		if cause == Other {
			cause = causeOf(err)
		}
		return nil, &ProxyError{Proxy: p.String(), Cause: cause, Err: err}
	}
	return through, nil
}

// secure speaks TLS with the proxy.
func (p *Proxy) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	config := p.tls.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	if config.ServerName == "" {
		config.ServerName = p.host
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secured, nil
}
