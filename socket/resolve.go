package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// resolve gives the addresses of host in the order they are tried. A literal,
// with or without brackets and zone, is its own address; all else is a name for
// the resolver. Every error is an ErrUnresolved, except for a source address
// that the family rules out.
func resolve(ctx context.Context, host string, opts *Options) ([]netip.Addr, error) {
	family := opts.Family
	if source := opts.Source.Unmap(); source.IsValid() {
		if !family.allows(source) {
			return nil, fmt.Errorf("source %v is not an %v address", source, family)
		}
		family = familyOf(source)
	}

	if addr, ok, err := literal(host); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnresolved, err)
	} else if ok {
		addrs := order([]netip.Addr{addr}, family)
		if len(addrs) == 0 {
			return nil, fmt.Errorf("%w: %v is not an %v address", ErrUnresolved, addr, family)
		}
		return addrs, nil
	}

	found, err := await(ctx, func(ctx context.Context) ([]netip.Addr, error) {
		return opts.resolver().LookupNetIP(ctx, family.network(), host)
	}, func([]netip.Addr) {})
	switch {
	case err != nil:
		return nil, lookupError(ctx, err)
	case len(found) == 0:
		return nil, fmt.Errorf("%w: no address", ErrUnresolved)
	}
	addrs := order(found, family)
	if len(addrs) == 0 {
		return nil, fmt.Errorf("%w: no %v address", ErrUnresolved, family)
	}
	return addrs, nil
}

// literal reads host as an address, which may stand in brackets if it is IPv6.
func literal(host string) (netip.Addr, bool, error) {
	if host == "" {
		return netip.Addr{}, false, errors.New("the host is empty")
	}
	inner, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		inner, bracketed = strings.CutSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(inner)
	// A zone may hold any character, but no interface is called by a bracket.
	if strings.ContainsAny(host, "[]") && (err != nil || !bracketed || !addr.Is6() || strings.ContainsAny(inner, "[]")) {
		return netip.Addr{}, false, errors.New("brackets go round an IPv6 address and nothing else")
	}
	if err != nil {
		return netip.Addr{}, false, nil
	}
	return addr.Unmap(), true, nil
}

// lookupError makes err, or the end of ctx if that is what stopped the lookup,
// an ErrUnresolved.
func lookupError(ctx context.Context, err error) error {
	var dns *net.DNSError
	isDNS := errors.As(err, &dns)
	switch {
	case isOver(ctx) && (!isDNS || !dns.IsNotFound):
		return fmt.Errorf("%w: %w", ErrUnresolved, ended(ctx))
	case isDNS && dns.IsTimeout:
		return fmt.Errorf("%w: %w: %w", ErrUnresolved, ErrTimedOut, err)
	}
	return fmt.Errorf("%w: %w", ErrUnresolved, err)
}
