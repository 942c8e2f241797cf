package ssh

import (
	"fmt"
	"slices"
	"strings"

	xssh "golang.org/x/crypto/ssh"
)

// Algorithms are those that a connection uses. The MACs are empty where the
// cipher authenticates by itself.
type Algorithms struct {
	KeyExchange, HostKey string
	CipherIn, CipherOut  string // from the device, to the device
	MACIn, MACOut        string
}

func algorithmsOf(c xssh.ConnMetadata) Algorithms {
	m, ok := c.(xssh.AlgorithmsConnMetadata)
	if !ok {
		return Algorithms{}
	}
	return negotiated(m.Algorithms())
}

func negotiated(n xssh.NegotiatedAlgorithms) Algorithms {
	return Algorithms{
		KeyExchange: n.KeyExchange, HostKey: n.HostKey,
		CipherIn: n.Read.Cipher, CipherOut: n.Write.Cipher,
		MACIn: n.Read.MAC, MACOut: n.Write.MAC,
	}
}

// Offer are the algorithms that one side proposes, best first (RFC 4253, section
// 7.1). Where a side proposes different ones for the two directions, these are
// the ones towards the device.
type Offer struct {
	KeyExchanges, HostKeys, Ciphers, MACs []string
}

// unsafeEvenForLegacy are broken so thoroughly that no device is worth them.
var unsafeEvenForLegacy = []string{
	xssh.InsecureCipherRC4, xssh.InsecureCipherRC4128, xssh.InsecureCipherRC4256,
}

// ourOffer is everything that we propose: what is safe, and with legacy what is
// not, behind it.
func ourOffer(legacy bool) Offer {
	a := xssh.SupportedAlgorithms()
	if legacy {
		weak := xssh.InsecureAlgorithms()
		a.KeyExchanges = append(a.KeyExchanges, weak.KeyExchanges...)
		a.HostKeys = append(a.HostKeys, weak.HostKeys...)
		a.MACs = append(a.MACs, weak.MACs...)
		for _, c := range weak.Ciphers {
			if !slices.Contains(unsafeEvenForLegacy, c) {
				a.Ciphers = append(a.Ciphers, c)
			}
		}
	}
	// Certificates are asked for only where known_hosts names an authority that
	// could have issued them.
	plain := slices.DeleteFunc(a.HostKeys, isCertAlgorithm)
	slices.SortStableFunc(plain, func(a, b string) int { return rank(a) - rank(b) })
	return Offer{KeyExchanges: a.KeyExchanges, HostKeys: plain, Ciphers: a.Ciphers, MACs: a.MACs}
}

// hostKeyRank is OpenSSH's order of preference: a host that we meet first is then
// remembered by the key that OpenSSH would ask for.
var hostKeyRank = []string{
	xssh.KeyAlgoED25519, xssh.KeyAlgoECDSA256, xssh.KeyAlgoECDSA384, xssh.KeyAlgoECDSA521,
	xssh.KeyAlgoRSASHA512, xssh.KeyAlgoRSASHA256,
}

func rank(algorithm string) int {
	if i := slices.Index(hostKeyRank, algorithm); i >= 0 {
		return i
	}
	return len(hostKeyRank)
}

// certAlgorithms are the certificate types that a device may prove itself with.
func certAlgorithms(legacy bool) []string {
	all := xssh.SupportedAlgorithms().HostKeys
	if legacy {
		all = append(all, xssh.InsecureAlgorithms().HostKeys...)
	}
	return slices.DeleteFunc(all, func(a string) bool { return !isCertAlgorithm(a) })
}

func isCertAlgorithm(a string) bool { return strings.Contains(a, "-cert-v0") }

// typeDSA is deprecated in x/crypto/ssh, which supports it all the same.
const typeDSA = "ssh-dss"

// signatureAlgorithms are those that a host key of a type can sign with, the
// SHA-1 ones only with legacy.
func signatureAlgorithms(keyType string, legacy bool) []string {
	switch {
	case keyType == xssh.KeyAlgoRSA && legacy:
		return []string{xssh.KeyAlgoRSASHA512, xssh.KeyAlgoRSASHA256, xssh.KeyAlgoRSA}
	case keyType == xssh.KeyAlgoRSA:
		return []string{xssh.KeyAlgoRSASHA512, xssh.KeyAlgoRSASHA256}
	case keyType == typeDSA && !legacy:
		return nil
	}
	return []string{keyType}
}

// agrees reports whether two offers have something in common in every category.
func (o Offer) agrees(peer Offer) bool {
	return overlap(o.KeyExchanges, peer.KeyExchanges) && overlap(o.HostKeys, peer.HostKeys) &&
		overlap(o.Ciphers, peer.Ciphers) && overlap(o.MACs, peer.MACs)
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// NegotiationError says that the two sides have no algorithm in common. It is
// ErrNegotiation.
type NegotiationError struct {
	// What has nothing in common: "key exchange", "host key", "client to server
	// cipher" and so on.
	What string
	// Offered is what the device offers for it, Wanted what we accept.
	Offered, Wanted []string
	// Peer is all that the device offers.
	Peer Offer
	// Legacy tells that allowing legacy algorithms would help.
	Legacy bool
}

func (e *NegotiationError) Error() string {
	text := fmt.Sprintf("no common algorithm for the %s: the device offers %s; accepted are %s",
		e.What, list(e.Offered), list(e.Wanted))
	if e.Legacy {
		text += "; the device knows weak algorithms only: allow the legacy ones for this host (--legacy) if you must"
	}
	return text
}

// Is finds ErrNegotiation.
func (e *NegotiationError) Is(target error) bool { return target == ErrNegotiation }

// algorithmsOnly leaves out the names in a key exchange proposal that are signals
// and no algorithms (RFC 8308, and OpenSSH's strict key exchange).
func algorithmsOnly(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return strings.HasPrefix(n, "ext-info-") || strings.HasPrefix(n, "kex-strict-")
	})
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
