package socket

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// Options says how a connection is opened. The zero Options are good for a
// device on an ordinary network: thirty seconds in all, every address of the
// host, families raced against each other, a dead path noticed in about thirty
// seconds. Options are read when a connection is opened and never changed.
type Options struct {
	// Timeout is the limit on the whole of opening: name lookup, every attempt,
	// the proxy's handshake. Zero means 30 s, a negative value no limit but the
	// context's.
	Timeout time.Duration

	// AttemptTimeout is the limit on the attempt at one address. Zero or less
	// means no limit of its own, except when Sequential is set: there zero gives
	// each address an equal share of the time that is left, though not under
	// 2 s, so that one silent address cannot starve those after it, and a
	// negative value no limit.
	AttemptTimeout time.Duration

	// Stagger is how long an attempt has the field to itself before the next
	// address is tried beside it (RFC 8305, section 5). Zero means 250 ms; values
	// below the 10 ms which that section sets as the least count as 10 ms. A
	// failed attempt starts the next at once, whatever the stagger.
	Stagger time.Duration

	// Family restricts or prefers an address family.
	Family Family

	// Sequential tries one address at a time, the next when the one before it
	// has failed, for devices and firewalls that take offence at two
	// connections.
	Sequential bool

	// Source is the local address to connect from. Only remote addresses of the
	// same family are tried. The zero Addr leaves the choice to the system.
	Source netip.Addr

	// Interface names the network interface, or on Linux the VRF, that the
	// connection must go through (SO_BINDTODEVICE; IP_BOUND_IF on macOS,
	// IP_UNICAST_IF on Windows). It governs the connection, not the name lookup.
	// Empty means that routing decides.
	Interface string

	// KeepAlive says how an idle connection is probed.
	KeepAlive KeepAlive

	// UserTimeout is how long sent data may stay unacknowledged before the
	// connection is given up (RFC 5482). Zero means 30 s, or as long as KeepAlive
	// takes to give up if that is longer, for on Linux this limit ends keepalive's
	// patience too. A negative value leaves the system's own, about fifteen
	// minutes on Linux. macOS and Windows count in whole seconds, rounded up.
	UserTimeout time.Duration

	// Resolver looks up names; nil means [net.DefaultResolver]. Literal
	// addresses never reach it.
	Resolver Resolver

	// Dial makes the connection to one address instead of a [net.Dialer].
	// The network is "tcp4" or "tcp6", and the address is a literal with a port.
	// Source, Interface, KeepAlive and UserTimeout are then the function's own
	// business, save that Source still chooses the family. It must be safe for
	// concurrent use unless Sequential is set.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Proxy is the proxy to connect through; nil means none. All of the above
	// then speaks of the way to the proxy, and the proxy looks up the host.
	Proxy *Proxy

	// Logger hears of every step: failed attempts as warnings, the rest as debug
	// messages. Nil means silence.
	Logger *slog.Logger
}

// Resolver looks up the addresses of a name, best first (RFC 6724). The network
// is "ip", or "ip4" or "ip6" where only one family is wanted. [net.Resolver] is
// a Resolver.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// KeepAlive says how an idle connection is probed, so that a peer that went away
// in silence is noticed. The zero KeepAlive probes after 15 s of silence and
// then every 5 s, and gives up when three probes stay unanswered: about 30 s.
type KeepAlive struct {
	Off      bool          // send no probes at all
	Idle     time.Duration // silence before the first probe; zero means 15 s
	Interval time.Duration // from one probe to the next; zero means 5 s
	Count    int           // unanswered probes before giving up; zero means 3
}

const (
	defaultTimeout     = 30 * time.Second
	defaultStagger     = 250 * time.Millisecond
	minStagger         = 10 * time.Millisecond
	defaultUserTimeout = 30 * time.Second
	defaultIdle        = 15 * time.Second
	defaultInterval    = 5 * time.Second
	defaultCount       = 3
)

// timeout is the total limit; 0 means none.
func (o *Options) timeout() time.Duration {
	switch {
	case o.Timeout == 0:
		return defaultTimeout
	case o.Timeout < 0:
		return 0
	}
	return o.Timeout
}

func (o *Options) stagger() time.Duration {
	if o.Stagger == 0 {
		return defaultStagger
	}
	return max(o.Stagger, minStagger)
}

// userTimeout is 0 where the system's own is to stay.
func (o *Options) userTimeout() time.Duration {
	switch {
	case o.UserTimeout == 0:
		k := o.KeepAlive.config()
		return max(defaultUserTimeout, k.Idle+time.Duration(k.Count)*k.Interval)
	case o.UserTimeout < 0:
		return 0
	}
	return o.UserTimeout
}

func (o *Options) resolver() Resolver {
	if o.Resolver == nil {
		return net.DefaultResolver
	}
	return o.Resolver
}

// logger returns one whose lines carry host and port.
func (o *Options) logger(host string, port int) *slog.Logger {
	if o.Logger == nil {
		return silent
	}
	return o.Logger.With("host", host, "port", port)
}

var silent = slog.New(slog.DiscardHandler)

// config is the form that package net wants.
func (k KeepAlive) config() net.KeepAliveConfig {
	if k.Off {
		return net.KeepAliveConfig{Enable: false}
	}
	c := net.KeepAliveConfig{Enable: true, Idle: k.Idle, Interval: k.Interval, Count: k.Count}
	if c.Idle <= 0 {
		c.Idle = defaultIdle
	}
	if c.Interval <= 0 {
		c.Interval = defaultInterval
	}
	if c.Count <= 0 {
		c.Count = defaultCount
	}
	return c
}
