package socket

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// Dial looks up host, a name or a literal address, connects to port on the first
// of its addresses that answers, and returns the connection. An IPv6 literal may
// stand in brackets and carry a zone. Nil opts are the zero Options.
//
// Dial returns within 50 ms of the first limit that is reached: the context's
// end, Options.Timeout, or Options.AttemptTimeout at the last address. Once it
// has returned, the context has no hold on the connection. The connection is a
// [*net.TCPConn] with Nagle's algorithm off, unless Options.Dial made it or a
// proxy is reached over TLS.
//
// Every error is an [*OpenError].
func Dial(ctx context.Context, host string, port int, opts *Options) (net.Conn, error) {
	if opts == nil {
		opts = &Options{}
	}
	begun := time.Now()
	fail := &OpenError{Host: unbracket(host), Port: port}
	if opts.Proxy != nil {
		fail.Proxy = opts.Proxy.String()
	}
	log := opts.logger(fail.Host, port)
	log.Debug("opening")

	ctx, cancel := withLimit(ctx, "total", opts.timeout())
	defer cancel()
	conn := open(ctx, host, port, opts, log, fail)
	fail.Elapsed = time.Since(begun)
	if conn == nil {
		log.Debug("not opened", "elapsed", fail.Elapsed, "error", fail.Error())
		return nil, fail
	}
	log.Debug("opened", "address", remote(conn), "elapsed", fail.Elapsed)
	return conn, nil
}

// open is the work of Dial. When it returns nil, fail tells why.
func open(ctx context.Context, host string, port int, opts *Options, log *slog.Logger, fail *OpenError) net.Conn {
	if port < 1 || port > 65535 {
		fail.Err = fmt.Errorf("port %d is not between 1 and 65535", port)
		return nil
	}
	if ctx.Err() != nil {
		fail.Err = ended(ctx)
		return nil
	}

	to, toPort := host, port
	if opts.Proxy != nil {
		if fail.Err = checkTarget(host); fail.Err != nil {
			return nil
		}
		to, toPort = opts.Proxy.host, opts.Proxy.port
		log.Debug("through a proxy", "proxy", opts.Proxy.String())
	}
	addrs, err := resolve(ctx, to, opts)
	if err != nil {
		fail.Err = err
		return nil
	}
	targets := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		targets[i] = netip.AddrPortFrom(a, uint16(toPort))
	}
	log.Debug("resolved", "addresses", targets)

	race := racer{
		dial:       opts.connect,
		stagger:    opts.stagger(),
		attempt:    opts.AttemptTimeout,
		sequential: opts.Sequential,
		prompt:     opts.Dial == nil,
		log:        log,
	}
	var conn net.Conn
	var attempts []Attempt
	var untried []netip.AddrPort
	if len(targets) == 1 {
		conn, attempts = race.alone(ctx, targets[0])
	} else {
		conn, attempts, untried = race.run(ctx, targets)
	}
	if conn == nil {
		fail.Attempts, fail.Untried = attempts, untried
		if isOver(ctx) {
			fail.Err = ended(ctx)
		}
		return nil
	}
	if opts.Proxy == nil {
		return conn
	}
	conn, fail.Err = opts.Proxy.handshake(ctx, conn, host, port)
	return conn
}

// connect makes one TCP connection.
func (o *Options) connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	if o.Dial != nil {
		return o.Dial(ctx, familyOf(to.Addr()).dialNetwork(), to.String())
	}
	if err := checkZone(to.Addr()); err != nil {
		return nil, err
	}
	dialer := net.Dialer{ControlContext: o.control, KeepAliveConfig: o.KeepAlive.config()}
	if o.KeepAlive.Off {
		dialer.KeepAlive = -1
	}
	if source := o.Source.Unmap(); source.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(source, 0))
	}
	conn, err := dialer.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return nil, err
	}
	// Only now: set before connect it would also cut short the connecting. A
	// system that has no such limit is no reason to fail, unless it was asked for.
	if limit := o.userTimeout(); limit > 0 {
		if err := setUserTimeout(conn.(*net.TCPConn), limit); err != nil && o.UserTimeout > 0 {
			_ = conn.Close()
			return nil, fmt.Errorf("user timeout: %w", err)
		}
	}
	return conn, nil
}

// checkZone finds the misspelled interface in fe80::1%eht0, which the system
// would answer with "invalid argument".
func checkZone(a netip.Addr) error {
	zone := a.Zone()
	if zone == "" || isNumber(zone) {
		return nil
	}
	if _, err := net.InterfaceByName(zone); err != nil {
		return fmt.Errorf("%w: there is no network interface %q", ErrUnreachable, zone)
	}
	return nil
}

func isNumber(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// unbracket is host as errors and log lines show it.
func unbracket(host string) string {
	if addr, ok, err := literal(host); ok && err == nil {
		return addr.String()
	}
	return host
}

func remote(conn net.Conn) string {
	if a := conn.RemoteAddr(); a != nil {
		return a.String()
	}
	return ""
}
