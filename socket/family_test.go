package socket

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func addrs(text string) []netip.Addr {
	var list []netip.Addr
	for _, f := range strings.Fields(text) {
		list = append(list, netip.MustParseAddr(f))
	}
	return list
}

func TestOrder(t *testing.T) {
	for _, test := range []struct {
		name, given string
		family      Family
		want        string
	}{
		{"nothing", "", AnyFamily, ""},
		{"one", "192.0.2.1", AnyFamily, "192.0.2.1"},
		{"the first family leads", "2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2", AnyFamily,
			"2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2"},
		{"IPv4 may lead", "192.0.2.1 192.0.2.2 2001:db8::1", AnyFamily,
			"192.0.2.1 2001:db8::1 192.0.2.2"},
		{"the longer family goes on alone", "2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3", AnyFamily,
			"2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3"},
		{"twice the same", "192.0.2.1 192.0.2.1 ::ffff:192.0.2.1", AnyFamily, "192.0.2.1"},
		{"mapped IPv4", "::ffff:192.0.2.1", IPv4Only, "192.0.2.1"},
		{"zones differ", "fe80::1%a fe80::1%b", AnyFamily, "fe80::1%a fe80::1%b"},
		{"IPv4 only", "2001:db8::1 192.0.2.1 2001:db8::2", IPv4Only, "192.0.2.1"},
		{"IPv6 only", "2001:db8::1 192.0.2.1 2001:db8::2", IPv6Only, "2001:db8::1 2001:db8::2"},
		{"none left", "2001:db8::1", IPv4Only, ""},
		{"IPv4 preferred", "2001:db8::1 2001:db8::2 192.0.2.1", PreferIPv4,
			"192.0.2.1 2001:db8::1 2001:db8::2"},
		{"IPv6 preferred", "192.0.2.1 192.0.2.2 2001:db8::1", PreferIPv6,
			"2001:db8::1 192.0.2.1 192.0.2.2"},
		{"preferred but absent", "192.0.2.1 192.0.2.2", PreferIPv6, "192.0.2.1 192.0.2.2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := order(addrs(test.given), test.family); !slices.Equal(got, addrs(test.want)) {
				t.Errorf("order(%s, %v) = %v, want %s", test.given, test.family, got, test.want)
			}
		})
	}
}

// Whatever is given: every address comes once, each family keeps its order, and
// no family goes twice while the other still has one.
func TestOrderAlternates(t *testing.T) {
	random := rand.New(rand.NewPCG(6724, 8305))
	for range 1000 {
		var given []netip.Addr
		for i := range random.IntN(12) {
			if random.IntN(2) == 0 {
				given = append(given, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
			} else {
				given = append(given, netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: byte(i)}))
			}
		}
		got := order(given, AnyFamily)
		if len(got) != len(given) {
			t.Fatalf("%d of %d addresses of %v", len(got), len(given), given)
		}
		for _, family := range []Family{IPv4Only, IPv6Only} {
			if want, kept := order(given, family), only(got, family); !slices.Equal(kept, want) {
				t.Fatalf("%v of %v came as %v", family, given, kept)
			}
		}
		for i := 1; i < len(got); i++ {
			same := familyOf(got[i]) == familyOf(got[i-1])
			other := IPv4Only + IPv6Only - familyOf(got[i])
			if same && len(only(got[i:], other)) > 0 {
				t.Fatalf("%v does not alternate", got)
			}
		}
	}
}

func only(list []netip.Addr, family Family) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(list), func(a netip.Addr) bool { return !family.allows(a) })
}
