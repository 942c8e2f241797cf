package socket

import (
	"net/netip"
	"strings"
)

// Family restricts which addresses of a host are tried, or says which family
// goes first.
type Family int

// The zero Family tries both in the order that the resolver gives.
const (
	AnyFamily  Family = iota // both, the resolver's first address first
	IPv4Only                 // no IPv6 address is tried
	IPv6Only                 // no IPv4 address is tried
	PreferIPv4               // both, IPv4 first
	PreferIPv6               // both, IPv6 first
)

// String names the family in the words of log lines and errors: "IPv4", "IPv6",
// and for the others "IP", "IPv4 first" and "IPv6 first".
func (f Family) String() string {
	switch f {
	case IPv4Only:
		return "IPv4"
	case IPv6Only:
		return "IPv6"
	case PreferIPv4:
		return "IPv4 first"
	case PreferIPv6:
		return "IPv6 first"
	}
	return "IP"
}

// network is the name that resolvers know the family by.
func (f Family) network() string {
	switch f {
	case IPv4Only:
		return "ip4"
	case IPv6Only:
		return "ip6"
	}
	return "ip"
}

// dialNetwork is the name that dial functions know the family by.
func (f Family) dialNetwork() string {
	return "tcp" + strings.TrimPrefix(f.network(), "ip")
}

// allows reports whether an address of family f may be tried.
func (f Family) allows(a netip.Addr) bool {
	switch f {
	case IPv4Only:
		return a.Is4()
	case IPv6Only:
		return a.Is6()
	}
	return true
}

// familyOf is IPv4Only or IPv6Only, the two that an address can be of.
func familyOf(a netip.Addr) Family {
	if a.Is4() {
		return IPv4Only
	}
	return IPv6Only
}

// order gives the addresses in the order they are tried: those that the family
// allows, each once, families alternating (RFC 8305, section 4) and within a
// family as the resolver gave them.
func order(addrs []netip.Addr, family Family) []netip.Addr {
	var queues [2][]netip.Addr // IPv4, IPv6
	seen := make(map[netip.Addr]bool, len(addrs))
	turn := -1
	for _, a := range addrs {
		a = a.Unmap() // ::ffff:192.0.2.1 is reached over IPv4
		if !a.IsValid() || !family.allows(a) || seen[a] {
			continue
		}
		seen[a] = true
		q := 1
		if a.Is4() {
			q = 0
		}
		if turn < 0 {
			turn = q
		}
		queues[q] = append(queues[q], a)
	}
	switch family {
	case PreferIPv4:
		turn = 0
	case PreferIPv6:
		turn = 1
	}
	ordered := make([]netip.Addr, 0, len(seen))
	for len(ordered) < len(seen) {
		if q := queues[turn]; len(q) > 0 {
			ordered, queues[turn] = append(ordered, q[0]), q[1:]
		}
		turn = 1 - turn
	}
	return ordered
}
