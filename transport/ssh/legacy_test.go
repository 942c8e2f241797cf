package ssh

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// TestEveryLegacyAlgorithm meets a server of our own for each algorithm that legacy
// allows, which knows no other of its kind: without legacy the error says what the
// device offers, which flag would allow it and which line of ssh_config, and with
// either it connects.
func TestEveryLegacyAlgorithm(t *testing.T) {
	all, safe := known(false)
	for _, category := range []struct {
		keyword   string
		all, safe []string
		serve     func(d *device, c *xssh.ServerConfig, name string)
		allow     func(c *Config, names []string)
	}{
		{"KexAlgorithms", all.KeyExchanges, safe.KeyExchanges,
			func(_ *device, c *xssh.ServerConfig, name string) { c.KeyExchanges = []string{name} },
			func(c *Config, names []string) { c.Algorithms.KeyExchanges = names }},
		{"Ciphers", all.Ciphers, safe.Ciphers,
			func(_ *device, c *xssh.ServerConfig, name string) { c.Ciphers = []string{name} },
			func(c *Config, names []string) { c.Algorithms.Ciphers = names }},
		{"MACs", all.MACs, safe.MACs,
			func(_ *device, c *xssh.ServerConfig, name string) {
				c.Ciphers, c.MACs = []string{xssh.CipherAES128CTR}, []string{name}
			},
			func(c *Config, names []string) { c.Algorithms.MACs = names }},
		{"HostKeyAlgorithms", all.HostKeys, safe.HostKeys,
			func(*device, *xssh.ServerConfig, string) {},
			func(c *Config, names []string) { c.Algorithms.HostKeys = names }},
	} {
		weak := category.all[len(category.safe):]
		if len(weak) == 0 {
			t.Errorf("%s: legacy allows nothing", category.keyword)
		}
		for _, name := range weak {
			if isCertAlgorithm(name) || name == "ssh-dss" {
				continue // no server has those without an authority, or in x/crypto/ssh; OpenSSH's has (TestMatrix)
			}
			t.Run(category.keyword+"/"+name, func(t *testing.T) {
				d := &device{}
				d.config = func(c *xssh.ServerConfig) {
					c.NoClientAuth = true
					category.serve(d, c, name)
				}
				if name == xssh.KeyAlgoRSA {
					d.keys = []xssh.Signer{sha1Only(rsaKey())}
				}
				_, err := d.mem(t.Context(), anyKey())
				e := as[*NegotiationError](t, err)
				if !e.Legacy || !slices.Contains(e.Offered, name) || !slices.Equal(e.Allow, []string{category.keyword + " +" + name}) ||
					!strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "--legacy") {
					t.Errorf("%v: %+v", err, e)
				}
				for _, how := range []string{"legacy", "by name"} {
					cfg := anyKey()
					if cfg.Legacy = how == "legacy"; !cfg.Legacy {
						category.allow(cfg, append(slices.Clone(category.safe), name))
					}
					c, err := d.mem(t.Context(), cfg)
					if err != nil {
						t.Errorf("%s: %v", how, err)
						continue
					}
					_ = c.Close()
				}
			})
		}
	}
}

// TestDropbearMatrix agrees with a real Dropbear on each algorithm that both know, one
// at a time, with host keys of each type that it makes.
func TestDropbearMatrix(t *testing.T) {
	dropbear, keygen := transporttest.Program(t, "dropbear", "/usr/sbin/dropbear"), transporttest.Program(t, "dropbearkey")
	dir := t.TempDir()
	port := freePort(t)
	args := []string{"-F", "-E", "-p", fmt.Sprintf("127.0.0.1:%d", port), "-P", filepath.Join(dir, "pid")}
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		file := filepath.Join(dir, kind)
		if out, err := exec.Command(keygen, "-t", kind, "-f", file).CombinedOutput(); err != nil {
			t.Fatalf("dropbearkey: %v: %s", err, out)
		}
		args = append(args, "-r", file)
	}
	srv := start(t, port, "Not backgrounding", dropbear, args...)
	meet := func(cfg *Config) (agreed KeyExchange, err error) {
		cfg.User, cfg.HostKeys = "vty-no-such-user", auth.Unchecked()
		cfg.Trace = &Trace{KeyExchanged: func(k KeyExchange) { agreed = k }}
		c, err := Dial(t.Context(), srv.host, srv.port, cfg)
		if err == nil {
			_ = c.Close()
		}
		if errors.Is(err, ErrAuth) {
			err = nil // it got so far
		}
		return agreed, err
	}
	first, err := meet(&Config{})
	if err != nil {
		t.Fatal(err)
	}
	all, safe := known(false)
	count := 0
	for _, category := range []struct {
		what               string
		offered, all, safe []string
		only               func(c *Config, name string)
		used               func(a Algorithms) string
	}{
		{"key exchange", first.Offer.KeyExchanges, all.KeyExchanges, safe.KeyExchanges,
			func(c *Config, name string) { c.Algorithms.KeyExchanges = []string{name} }, func(a Algorithms) string { return a.KeyExchange }},
		{"cipher", first.Offer.Ciphers, all.Ciphers, safe.Ciphers,
			func(c *Config, name string) { c.Algorithms.Ciphers = []string{name} }, func(a Algorithms) string { return a.CipherOut }},
		{"MAC", first.Offer.MACs, all.MACs, safe.MACs,
			func(c *Config, name string) {
				c.Algorithms.Ciphers, c.Algorithms.MACs = []string{xssh.CipherAES128CTR}, []string{name}
			}, func(a Algorithms) string { return a.MACOut }},
		{"host key", first.Offer.HostKeys, all.HostKeys, safe.HostKeys,
			func(c *Config, name string) { c.Algorithms.HostKeys = []string{name} }, func(a Algorithms) string { return a.HostKey }},
	} {
		for _, name := range category.offered {
			if !slices.Contains(category.all, name) {
				continue // this package lacks it
			}
			count++
			cfg := &Config{}
			category.only(cfg, name)
			if got, err := meet(cfg); err != nil || category.used(got.Algorithms) != name {
				t.Errorf("%s %s: %+v, %v", category.what, name, got.Algorithms, err)
			}
		}
	}
	if count < 10 {
		t.Errorf("%d algorithms were met: %+v", count, first.Offer)
	}
}
