package ssh

import (
	"fmt"
	"slices"
	"strings"
	"sync"

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

// proposal is what we propose, and accept, for one host.
type proposal struct {
	Offer                 // HostKeys without certificates
	certificates []string // that a device may prove itself with
	signatures   []string // that our own keys may make
}

// known are all algorithms that we have, the safe ones first, and then what is
// usual: the safe ones, and with legacy the others behind them. The lists are
// everybody's, and nobody's to change.
func known(legacy bool) (all, usual proposal) {
	k := algorithms()
	if legacy {
		return k.all, k.all
	}
	return k.all, k.safe
}

// algorithms are listed once: every session asks for them.
var algorithms = sync.OnceValue(func() (k struct{ all, safe proposal }) {
	safe, weak := xssh.SupportedAlgorithms(), xssh.InsecureAlgorithms()
	weak.Ciphers = slices.DeleteFunc(weak.Ciphers, func(c string) bool { return slices.Contains(unsafeEvenForLegacy, c) })
	k.safe = newProposal(safe.KeyExchanges, safe.HostKeys, safe.Ciphers, safe.MACs, safe.PublicKeyAuths)
	k.all = newProposal(
		append(safe.KeyExchanges, weak.KeyExchanges...), append(safe.HostKeys, weak.HostKeys...),
		append(safe.Ciphers, weak.Ciphers...), append(safe.MACs, weak.MACs...),
		append(safe.PublicKeyAuths, weak.PublicKeyAuths...))
	return k
})

func newProposal(kex, hostKeys, ciphers, macs, signatures []string) proposal {
	plain, certificates := apart(hostKeys)
	slices.SortStableFunc(plain, func(a, b string) int { return rank(a) - rank(b) })
	return proposal{
		Offer: Offer{
			KeyExchanges: slices.Clip(kex), HostKeys: slices.Clip(plain), Ciphers: slices.Clip(ciphers), MACs: slices.Clip(macs),
		},
		certificates: slices.Clip(certificates), signatures: slices.Clip(signatures),
	}
}

// apart parts the algorithms of host keys from those of host certificates, which
// are asked for only where known_hosts names an authority that could have issued
// one.
func apart(hostKeys []string) (plain, certificates []string) {
	for _, a := range hostKeys {
		if isCertAlgorithm(a) {
			certificates = append(certificates, a)
		} else {
			plain = append(plain, a)
		}
	}
	return plain, certificates
}

// proposal is the usual one, with what the Config has in place of it.
func (c *Config) proposal() (proposal, error) {
	all, p := known(c.Legacy)
	if c.Signatures == nil && c.Algorithms.KeyExchanges == nil && c.Algorithms.HostKeys == nil && c.Algorithms.Ciphers == nil && c.Algorithms.MACs == nil {
		return p, nil
	}
	for _, category := range []struct {
		what          string
		wanted, known []string
		into          *[]string
	}{
		{"key exchange", c.Algorithms.KeyExchanges, all.KeyExchanges, &p.KeyExchanges},
		{"host key", c.Algorithms.HostKeys, append(all.HostKeys, all.certificates...), &p.HostKeys},
		{"cipher", c.Algorithms.Ciphers, all.Ciphers, &p.Ciphers},
		{"MAC", c.Algorithms.MACs, all.MACs, &p.MACs},
		{"signature", c.Signatures, all.signatures, &p.signatures},
	} {
		if category.wanted == nil {
			continue
		}
		*category.into = slices.DeleteFunc(slices.Clone(category.wanted), func(name string) bool { return !slices.Contains(category.known, name) })
		if len(*category.into) == 0 {
			return p, fmt.Errorf("ssh: none of the %s algorithms asked for is known: %s", category.what, list(category.wanted))
		}
	}
	if c.Algorithms.HostKeys != nil {
		p.HostKeys, p.certificates = apart(p.HostKeys)
	}
	return p, nil
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

// plainType is the type of a certificate's key, or the type as it is.
func plainType(a string) string {
	plain, isCert := strings.CutSuffix(a, "-cert-v01@openssh.com")
	if isCert && strings.HasPrefix(plain, "sk-") {
		plain += "@openssh.com" // whose plain types have it as well
	}
	return plain
}

func isCertAlgorithm(a string) bool { return strings.Contains(a, "-cert-v0") }

// rsaSignatures are what an RSA key can sign with, best first.
var rsaSignatures = []string{xssh.KeyAlgoRSASHA512, xssh.KeyAlgoRSASHA256, xssh.KeyAlgoRSA}

// signaturesOf are those of allowed that a key of a type can make.
func signaturesOf(keyType string, allowed []string) []string {
	can := []string{keyType}
	if keyType == xssh.KeyAlgoRSA {
		can = rsaSignatures
	}
	return slices.DeleteFunc(slices.Clone(can), func(a string) bool { return !slices.Contains(allowed, a) })
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
	// Allow are the lines of ssh_config that would allow what the device offers, no
	// more of it than needed; empty where nothing would help.
	Allow []string
}

func (e *NegotiationError) Error() string {
	text := fmt.Sprintf("no common algorithm for the %s: the device offers %s; accepted are %s",
		e.What, list(e.Offered), list(e.Wanted))
	if e.Legacy {
		text += "; the device knows weak algorithms only: allow the legacy ones for this host (--legacy) if you must"
		if len(e.Allow) > 0 {
			text += ", or in its ssh_config just these: " + strings.Join(e.Allow, "; ")
		}
	}
	return text
}

// Is finds ErrNegotiation.
func (e *NegotiationError) Is(target error) bool { return target == ErrNegotiation }

// additions are the lines of ssh_config by which two offers would agree, each
// with the algorithm that all would choose first.
func additions(ours, peer, all Offer) []string {
	var lines []string
	for _, c := range []struct {
		keyword           string
		ours, peer, known []string
	}{
		{"KexAlgorithms", ours.KeyExchanges, peer.KeyExchanges, all.KeyExchanges},
		{"HostKeyAlgorithms", ours.HostKeys, peer.HostKeys, all.HostKeys},
		{"Ciphers", ours.Ciphers, peer.Ciphers, all.Ciphers},
		{"MACs", ours.MACs, peer.MACs, all.MACs},
	} {
		if overlap(c.ours, c.peer) {
			continue
		}
		if i := slices.IndexFunc(c.known, func(a string) bool { return slices.Contains(c.peer, a) }); i >= 0 {
			lines = append(lines, c.keyword+" +"+c.known[i])
		}
	}
	return lines
}

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
