package ssh

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vtynet/vty/auth"
	xssh "golang.org/x/crypto/ssh"
)

const testHost = "r1.example.net"

// knownFile writes a known_hosts file of lines.
func knownFile(t testing.TB, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "known_hosts")
	writeFile(t, path, []byte(strings.Join(lines, "\n")+"\n"))
	return path
}

func TestKnownHostsPolicy(t *testing.T) {
	ed, rsa, ec := ed25519Key(), rsaKey(), ecdsaKey()
	line := func(host string, s xssh.Signer) string { return host + " " + authorized(s.PublicKey()) }
	all := []xssh.Signer{ed, ec, rsa}

	for name, tc := range map[string]struct {
		known  []string
		keys   []xssh.Signer // of the device
		legacy bool
		reason Reason // "" where the device is accepted
		with   string // the key type that it must have shown
	}{
		"known":                               {known: []string{line(testHost, ed)}, keys: all, with: "ssh-ed25519"},
		"only RSA is known":                   {known: []string{line(testHost, rsa)}, keys: all, with: "ssh-rsa"},
		"only ECDSA is known":                 {known: []string{line(testHost, ec)}, keys: all, with: "ecdsa-sha2-nistp256"},
		"two are known":                       {known: []string{line(testHost, otherEd25519Key()), line(testHost, rsa)}, keys: []xssh.Signer{rsa}, with: "ssh-rsa"},
		"hashed":                              {known: []string{line(hashed(testHost), rsa)}, keys: all, with: "ssh-rsa"},
		"wildcard":                            {known: []string{line("*.example.net", ec)}, keys: all, with: "ecdsa-sha2-nistp256"},
		"unknown":                             {known: []string{line("r2", ed)}, keys: all, reason: ReasonUnknown},
		"no entries":                          {keys: all, reason: ReasonUnknown},
		"changed":                             {known: []string{line(testHost, otherEd25519Key())}, keys: []xssh.Signer{ed}, reason: ReasonChanged},
		"changed to another type":             {known: []string{line(testHost, rsa)}, keys: []xssh.Signer{ed}, reason: ReasonChanged},
		"revoked":                             {known: []string{line(testHost, ed), line("@revoked *", ed)}, keys: []xssh.Signer{ed}, reason: ReasonRevoked},
		"revoked, another host":               {known: []string{line(testHost, ed), line("@revoked r2", ed)}, keys: []xssh.Signer{ed}, with: "ssh-ed25519"},
		"revoked, never known":                {known: []string{line("@revoked "+testHost, ed)}, keys: []xssh.Signer{ed}, reason: ReasonRevoked},
		"only an authority, and no cert":      {known: []string{line("@cert-authority *", rsa)}, keys: []xssh.Signer{ed}, reason: ReasonUnknown},
		"an authority is no host key":         {known: []string{line("@cert-authority *", ed)}, keys: []xssh.Signer{ed}, reason: ReasonUnknown},
		"an authority, and the key":           {known: []string{line("@cert-authority *", rsa), line(testHost, ed)}, keys: all, with: "ssh-ed25519"},
		"broken lines do not matter":          {known: []string{"@bad", testHost + " ssh-ed25519 ???", line(testHost, ed)}, keys: all, with: "ssh-ed25519"},
		"known only as SHA-1, with the right": {known: []string{line(testHost, rsa)}, keys: []xssh.Signer{sha1Only(rsa)}, legacy: true, with: "ssh-rsa"},
	} {
		t.Run(name, func(t *testing.T) {
			file := knownFile(t, tc.known...)
			cfg := &Config{HostKeys: auth.KnownHosts(file), Legacy: tc.legacy}
			c, err := (&device{keys: tc.keys}).mem(t.Context(), cfg)
			if err == nil {
				defer c.Close()
				if tc.reason != "" || c.HostKey().Type != tc.with {
					t.Errorf("accepted %v", c.HostKey())
				}
				return
			}
			if tc.reason == "" {
				t.Fatal(err)
			}
			e := as[*HostKeyError](t, err)
			if e.Reason != tc.reason || !errors.Is(err, ErrHostKey) || e.Host != testHost || as[*HandshakeError](t, err).Phase != PhaseKeyExchange {
				t.Errorf("%+v: %v", e, err)
			}
			if tc.reason == ReasonChanged && !strings.Contains(err.Error(), fmt.Sprintf("ssh-keygen -R '%s' -f '%s'", testHost, file)) {
				t.Errorf("no remedy in %v", err)
			}
			if tc.reason == ReasonUnknown && (!strings.Contains(err.Error(), e.Presented.Fingerprint) || e.Presented.Fingerprint == "") {
				t.Errorf("no fingerprint in %v", err)
			}
			for _, k := range e.Known {
				if k.File != file || k.Line < 1 || !strings.Contains(err.Error(), fmt.Sprintf("%s:%d", k.File, k.Line)) {
					t.Errorf("known %+v in %v", k, err)
				}
			}
		})
	}
}

// The device is asked for the algorithms of the keys that are known, and for no
// others where the host itself has any.
func TestAlgorithmsAskedFor(t *testing.T) {
	ed, rsa := authorized(ed25519Key().PublicKey()), authorized(rsaKey().PublicKey())
	_, safe := known(false)
	usual, certs := safe.HostKeys, safe.certificates
	without := func(all []string, some ...string) []string {
		return slices.Concat(some, slices.DeleteFunc(slices.Clone(all), func(a string) bool { return slices.Contains(some, a) }))
	}
	rsaAlgorithms := []string{xssh.KeyAlgoRSASHA512, xssh.KeyAlgoRSASHA256}
	for name, tc := range map[string]struct {
		lines  []string
		legacy bool
		want   []string
	}{
		"nothing":           {nil, false, usual},
		"one":               {[]string{testHost + " " + ed}, false, []string{xssh.KeyAlgoED25519}},
		"RSA":               {[]string{testHost + " " + rsa}, false, rsaAlgorithms},
		"RSA, legacy":       {[]string{testHost + " " + rsa}, true, append(slices.Clone(rsaAlgorithms), xssh.KeyAlgoRSA)},
		"both":              {[]string{testHost + " " + ed, "*.example.net " + rsa}, false, append([]string{xssh.KeyAlgoED25519}, rsaAlgorithms...)},
		"authority":         {[]string{"@cert-authority * " + rsa}, false, slices.Concat(certs, usual)},
		"authority and one": {[]string{"@cert-authority * " + rsa, testHost + " " + ed}, false, append(slices.Clone(certs), xssh.KeyAlgoED25519)},
		"another port's":    {[]string{"[" + testHost + "]:23 " + rsa}, false, usual},
		"revoked only":      {[]string{"@revoked * " + rsa}, false, usual},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := (&Config{HostKeys: auth.KnownHosts(knownFile(t, tc.lines...)), Legacy: tc.legacy}).settings(testHost, 0)
			if err != nil {
				t.Fatal(err)
			}
			c, err := newHostChecker(s)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(c.algorithms, tc.want) {
				t.Errorf("%v, want %v", c.algorithms, tc.want)
			}
		})
	}
	t.Run("of the bare name", func(t *testing.T) {
		s, err := (&Config{HostKeys: auth.KnownHosts(knownFile(t, testHost+" "+rsa))}).settings(testHost, 2222)
		if err != nil {
			t.Fatal(err)
		}
		c, err := newHostChecker(s)
		if want := without(usual, rsaAlgorithms...); err != nil || !slices.Equal(c.algorithms, want) {
			t.Errorf("%v, want %v (%v)", c.algorithms, want, err)
		}
	})
}

// sha1Only is an RSA key of a device that knows nothing better than SHA-1.
func sha1Only(s xssh.Signer) xssh.Signer {
	old, err := xssh.NewSignerWithAlgorithms(s.(xssh.AlgorithmSigner), []string{xssh.KeyAlgoRSA})
	if err != nil {
		panic(err)
	}
	return old
}

func TestHostKeyByPort(t *testing.T) {
	d := &device{keys: []xssh.Signer{ed25519Key()}}
	host, port := d.listen(t)
	right, wrong := authorized(ed25519Key().PublicKey()), authorized(otherEd25519Key().PublicKey())
	for name, tc := range map[string]struct {
		line   string
		reason Reason
	}{
		"with the port":                      {fmt.Sprintf("[%s]:%d %s", host, port, right), ""},
		"another key at the port":            {fmt.Sprintf("[%s]:%d %s\n%s %s", host, port, wrong, host, right), ReasonChanged},
		"without the port":                   {host + " " + right, ""},
		"another key without the port":       {host + " " + wrong, ReasonUnknown},
		"another key type without the port":  {host + " " + authorized(rsaKey().PublicKey()), ReasonUnknown},
		"the port of another":                {fmt.Sprintf("[%s]:%d %s", host, port+1, right), ReasonUnknown},
		"revoked by a line without the port": {fmt.Sprintf("[%s]:%d %s\n@revoked %s %s", host, port, right, host, right), ReasonRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Dial(t.Context(), host, port, &Config{HostKeys: auth.KnownHosts(knownFile(t, tc.line))})
			if err == nil {
				_ = c.Close()
			}
			if tc.reason == "" && err != nil {
				t.Error(err)
			}
			if tc.reason != "" && as[*HostKeyError](t, err).Reason != tc.reason {
				t.Error(err)
			}
		})
	}
}

func TestHostCertificates(t *testing.T) {
	ca := authorized(otherEd25519Key().PublicKey())
	certSigner := func(ca xssh.Signer, change func(*xssh.Certificate), principals ...string) xssh.Signer {
		cert := certify(t, ca, ed25519Key().PublicKey(), xssh.HostCert, principals...)
		if change != nil {
			change(cert)
			if err := cert.SignCert(rand.Reader, ca); err != nil {
				t.Fatal(err)
			}
		}
		s, err := xssh.NewCertSigner(cert, ed25519Key())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	other := otherEd25519Key()
	authority := "@cert-authority *.example.net " + ca
	for name, tc := range map[string]struct {
		known  []string
		key    xssh.Signer
		reason Reason
	}{
		"good":             {[]string{authority}, certSigner(other, nil, testHost), ""},
		"for a pattern":    {[]string{authority}, certSigner(other, nil, "*.example.net"), ""},
		"for several":      {[]string{authority}, certSigner(other, nil, "r2", "R1.Example.Net"), ""},
		"for another host": {[]string{authority}, certSigner(other, nil, "r2"), ReasonBadCertificate},
		"expired":          {[]string{authority}, certSigner(other, func(c *xssh.Certificate) { c.ValidBefore = 1 }, testHost), ReasonBadCertificate},
		"for a user":       {[]string{authority}, certSigner(other, func(c *xssh.Certificate) { c.CertType = xssh.UserCert }, testHost), ReasonBadCertificate},
		"of another":       {[]string{authority}, certSigner(ecdsaKey(), nil, testHost), ReasonBadCertificate},
		"of a revoked":     {[]string{authority, "@revoked * " + ca}, certSigner(other, nil, testHost), ReasonRevoked},
		"its key is revoked": {[]string{authority, "@revoked * " + authorized(ed25519Key().PublicKey())},
			certSigner(other, nil, testHost), ReasonRevoked},
		"signed with SHA-1": {[]string{"@cert-authority * " + authorized(rsaKey().PublicKey())}, certSigner(sha1Only(rsaKey()), nil, testHost), ReasonBadCertificate},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := (&device{keys: []xssh.Signer{tc.key}}).mem(t.Context(), &Config{HostKeys: auth.KnownHosts(knownFile(t, tc.known...))})
			if err == nil {
				defer c.Close()
				want := HostKey{xssh.CertAlgoED25519v01, xssh.FingerprintSHA256(ed25519Key().PublicKey())}
				if tc.reason != "" || c.HostKey() != want {
					t.Errorf("accepted %v", c.HostKey())
				}
				return
			}
			if tc.reason == "" {
				t.Fatal(err)
			}
			if e := as[*HostKeyError](t, err); e.Reason != tc.reason {
				t.Error(err)
			}
		})
	}
}

func TestAcceptNew(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, ".ssh", "known_hosts")
	open := func(policy auth.HostKeys, keys ...xssh.Signer) error {
		c, err := (&device{keys: keys}).mem(t.Context(), &Config{HostKeys: policy})
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	if err := open(auth.KnownHosts(file), ed25519Key()); !errors.Is(err, ErrHostKey) {
		t.Fatalf("strict: %v", err)
	}
	if err := open(auth.AcceptNew(file), ed25519Key()); err != nil {
		t.Fatalf("accept new: %v", err)
	}
	for name, policy := range map[string]auth.HostKeys{"strict": auth.KnownHosts(file), "accept new": auth.AcceptNew(file)} {
		if err := open(policy, ed25519Key()); err != nil {
			t.Errorf("%s, seen before: %v", name, err)
		}
		for _, key := range []xssh.Signer{otherEd25519Key(), rsaKey()} {
			if err := open(policy, key); err == nil || as[*HostKeyError](t, err).Reason != ReasonChanged {
				t.Errorf("%s, changed: %v", name, err)
			}
		}
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("%q, %v", text, err)
	}
	if err := open(auth.AcceptNew("/proc/none/known_hosts"), ed25519Key()); err == nil {
		t.Error("a host that cannot be remembered is believed")
	}
}

// Many connections may meet hosts for the first time at once.
func TestAcceptNewAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "known_hosts")
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if err := remember(file, fmt.Sprintf("host%d", i), 22, ed25519Key().PublicKey()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range 50 {
		known, err := (*KnownFiles)(nil).lookUp([]string{file}, fmt.Sprintf("host%d", i), 22, func(_ string, n int, err error) { t.Errorf("line %d: %v", n, err) })
		if err != nil || len(known.keys) != 1 {
			t.Errorf("host%d: %v", i, err)
		}
	}
}

func TestDefaultFiles(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	c, err := (&device{}).mem(t.Context(), &Config{HostKeys: auth.AcceptNew()})
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if _, err := os.Stat(filepath.Join(home, ".ssh", "known_hosts")); err != nil {
		t.Error(err)
	}
	if c, err = (&device{}).mem(t.Context(), &Config{HostKeys: auth.KnownHosts()}); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
}

func TestPinned(t *testing.T) {
	pin := func(keys ...xssh.Signer) auth.HostKeys {
		var prints []string
		for _, k := range keys {
			prints = append(prints, xssh.FingerprintSHA256(k.PublicKey()))
		}
		return auth.Pinned(prints...)
	}
	d := &device{keys: []xssh.Signer{ed25519Key()}}
	c, err := d.mem(t.Context(), &Config{HostKeys: pin(rsaKey(), ed25519Key())})
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	_, err = d.mem(t.Context(), &Config{HostKeys: pin(rsaKey())})
	if as[*HostKeyError](t, err).Reason != ReasonNotPinned {
		t.Error(err)
	}
}

// rekey makes the server of a test renew the keys often.
func rekey(c *xssh.ServerConfig) {
	c.NoClientAuth = true
	c.RekeyThreshold = 256 << 10
}

// The key is checked again whenever keys are renewed, after the context of the
// handshake has long ended.
func TestRekeying(t *testing.T) {
	d := &device{config: rekey}
	ctx, cancel := context.WithCancel(t.Context())
	c, err := d.mem(ctx, &Config{HostKeys: auth.AcceptNew(filepath.Join(t.TempDir(), "known"))})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	go func() { _, _ = c.Write(make([]byte, 2<<20)); _ = c.CloseWrite() }()
	n, err := readCount(c)
	if n != 2<<20 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
