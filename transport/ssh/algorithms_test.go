package ssh

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty/auth"
	xssh "golang.org/x/crypto/ssh"
)

// weak are the servers that know nothing better.
var weak = map[string]func(*xssh.ServerConfig){
	"group1":       func(c *xssh.ServerConfig) { c.KeyExchanges = []string{xssh.InsecureKeyExchangeDH1SHA1} },
	"group14-sha1": func(c *xssh.ServerConfig) { c.KeyExchanges = []string{xssh.InsecureKeyExchangeDH14SHA1} },
	"gex-sha1":     func(c *xssh.ServerConfig) { c.KeyExchanges = []string{xssh.InsecureKeyExchangeDHGEXSHA1} },
	"aes128-cbc":   func(c *xssh.ServerConfig) { c.Ciphers = []string{xssh.InsecureCipherAES128CBC} },
	"3des-cbc":     func(c *xssh.ServerConfig) { c.Ciphers = []string{xssh.InsecureCipherTripleDESCBC} },
	"hmac-sha1-96": func(c *xssh.ServerConfig) {
		c.Ciphers, c.MACs = []string{xssh.CipherAES128CTR}, []string{xssh.InsecureHMACSHA196}
	},
	"ssh-rsa": nil, // by its key
}

func TestWeakOnly(t *testing.T) {
	for name, config := range weak {
		t.Run(name, func(t *testing.T) {
			d := &device{config: func(c *xssh.ServerConfig) {
				c.NoClientAuth = true
				if config != nil {
					config(c)
				}
			}}
			if name == "ssh-rsa" {
				d.keys = []xssh.Signer{sha1Only(rsaKey())}
			}
			cfg := anyKey()
			_, err := d.mem(t.Context(), cfg)
			e := as[*NegotiationError](t, err)
			if !errors.Is(err, ErrNegotiation) || !e.Legacy || !strings.Contains(err.Error(), "legacy") || as[*HandshakeError](t, err).Phase != PhaseKeyExchange {
				t.Errorf("%v, %+v", err, e)
			}
			if len(e.Offered) == 0 || !strings.Contains(err.Error(), e.Offered[0]) || len(e.Peer.KeyExchanges) == 0 {
				t.Errorf("%v, %+v", err, e)
			}

			cfg.Legacy = true
			c, err := d.mem(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			_ = c.Close()
		})
	}
}

// A known device that only signs with SHA-1 has not changed: it needs legacy.
func TestKnownButWeak(t *testing.T) {
	file := knownFile(t, testHost+" "+authorized(rsaKey().PublicKey()))
	d := &device{keys: []xssh.Signer{sha1Only(rsaKey())}}
	_, err := d.mem(t.Context(), &Config{HostKeys: auth.KnownHosts(file)})
	if errors.Is(err, ErrHostKey) || !as[*NegotiationError](t, err).Legacy {
		t.Error(err)
	}
}

// Nothing helps against a cipher that nobody should use.
func TestHopeless(t *testing.T) {
	d := &device{config: func(c *xssh.ServerConfig) {
		c.NoClientAuth = true
		c.Ciphers = []string{xssh.InsecureCipherRC4128}
	}}
	for _, legacy := range []bool{false, true} {
		cfg := anyKey()
		cfg.Legacy = legacy
		_, err := d.mem(t.Context(), cfg)
		if e := as[*NegotiationError](t, err); e.Legacy || strings.Contains(err.Error(), "--legacy") {
			t.Errorf("legacy %t: %v", legacy, err)
		}
	}
}

func TestStrongFirst(t *testing.T) {
	c := (&device{}).mustOpen(t, &Config{HostKeys: auth.Unchecked(), Legacy: true})
	a := c.Algorithms()
	safe := xssh.SupportedAlgorithms()
	if !slices.Contains(safe.KeyExchanges, a.KeyExchange) || !slices.Contains(safe.Ciphers, a.CipherIn) || !slices.Contains(safe.Ciphers, a.CipherOut) {
		t.Errorf("%+v", a)
	}
}

func TestOffers(t *testing.T) {
	all, safe := known(false)
	insecure := xssh.InsecureAlgorithms()
	for _, o := range []struct{ ours, all, bad []string }{
		{safe.KeyExchanges, all.KeyExchanges, insecure.KeyExchanges},
		{safe.HostKeys, all.HostKeys, insecure.HostKeys},
		{safe.Ciphers, all.Ciphers, insecure.Ciphers},
		{safe.MACs, all.MACs, insecure.MACs},
	} {
		if overlap(o.ours, o.bad) {
			t.Errorf("%v holds some of %v", o.ours, o.bad)
		}
		if len(o.all) <= len(o.ours) || !slices.Equal(o.all[:len(o.ours)], o.ours) {
			t.Errorf("%v does not begin with %v", o.all, o.ours)
		}
	}
	if overlap(all.Ciphers, unsafeEvenForLegacy) {
		t.Errorf("%v", all.Ciphers)
	}
	if slices.ContainsFunc(all.HostKeys, isCertAlgorithm) || slices.ContainsFunc(all.certificates, func(a string) bool { return !isCertAlgorithm(a) }) {
		t.Errorf("host keys %v, certificates %v", all.HostKeys, all.certificates)
	}
}
