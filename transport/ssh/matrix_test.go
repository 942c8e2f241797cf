package ssh

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// TestMatrix meets a real OpenSSH server for each algorithm that it still has,
// offering that one alone in its category. What is safe is agreed upon; what is
// weak only where it is allowed, by legacy or by name; what this package lacks is
// an error that says what the server offers.
func TestMatrix(t *testing.T) {
	m := newMatrix(t)
	all, safe := known(false)
	for _, category := range []struct {
		query, keyword string
		safe, known    []string
		with           []string // for the category to count
		used           func(Algorithms) string
		allow          func(*Config, []string)
	}{
		{"kex", "KexAlgorithms", safe.KeyExchanges, all.KeyExchanges, nil,
			func(a Algorithms) string { return a.KeyExchange }, func(c *Config, l []string) { c.Algorithms.KeyExchanges = l }},
		{"cipher", "Ciphers", safe.Ciphers, all.Ciphers, nil,
			func(a Algorithms) string { return a.CipherOut }, func(c *Config, l []string) { c.Algorithms.Ciphers = l }},
		{"mac", "MACs", safe.MACs, all.MACs, []string{"Ciphers=aes128-ctr"},
			func(a Algorithms) string { return a.MACOut }, func(c *Config, l []string) { c.Algorithms.MACs = l }},
		{"HostKeyAlgorithms", "HostKeyAlgorithms", safe.HostKeys, all.HostKeys, nil,
			func(a Algorithms) string { return a.HostKey }, func(c *Config, l []string) { c.Algorithms.HostKeys = l }},
	} {
		for _, name := range m.offers(t, category.query) {
			if isCertAlgorithm(name) || strings.Contains(name, "sk-") {
				continue // no server has those without an authority or a token
			}
			t.Run(category.keyword+"/"+name, func(t *testing.T) {
				t.Parallel()
				options := append([]string{category.keyword + "=" + name}, category.with...)
				a, err := m.meet(t, &Config{}, options)
				switch {
				case name == "curve25519-sha256@libssh.org": // another name of curve25519-sha256
					if err != nil {
						t.Error(err)
					}
				case slices.Contains(category.safe, name):
					if err != nil || category.used(a) != name {
						t.Errorf("%v, %v", a, err)
					}
				case slices.Contains(category.known, name):
					e := as[*NegotiationError](t, err)
					if !e.Legacy || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "--legacy") ||
						!slices.Equal(e.Allow, []string{category.keyword + " +" + name}) {
						t.Errorf("%+v: %v", e, err)
					}
					if a, err = m.meet(t, &Config{Legacy: true}, options); err != nil || category.used(a) != name {
						t.Errorf("with legacy: %v, %v", a, err)
					}
					named := &Config{}
					category.allow(named, append(slices.Clone(category.safe), name))
					if a, err = m.meet(t, named, options); err != nil || category.used(a) != name {
						t.Errorf("by name: %v, %v", a, err)
					}
				default:
					if e := as[*NegotiationError](t, err); e.Legacy || !strings.Contains(err.Error(), name) {
						t.Errorf("%+v: %v", e, err)
					}
				}
			})
		}
	}
}

// matrix starts a server for one connection at a time.
type matrix struct {
	sshd, config string
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	m := &matrix{sshd: transporttest.Program(t, "/usr/sbin/sshd", "sshd")}
	dir := t.TempDir()
	keys := hostKeys(t)
	for _, curve := range []elliptic.Curve{elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys[curve.Params().Name] = crypto.PrivateKey(key)
	}
	lines := []string{"UsePAM no", "PidFile none"}
	for name, key := range keys {
		block, err := xssh.MarshalPrivateKey(key, "")
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, name), pem.EncodeToMemory(block))
		lines = append(lines, "HostKey "+filepath.Join(dir, name))
	}
	if slices.Contains(m.offers(t, "HostKeyAlgorithms"), "ssh-dss") {
		out, err := exec.Command(transporttest.Program(t, "ssh-keygen"), "-q", "-t", "dsa", "-N", "", "-f", filepath.Join(dir, "dsa")).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
		lines = append(lines, "HostKey "+filepath.Join(dir, "dsa"))
	}
	m.config = filepath.Join(dir, "config")
	writeFile(t, m.config, []byte(strings.Join(lines, "\n")+"\n"))
	if os.Geteuid() == 0 {
		_ = os.MkdirAll("/run/sshd", 0o755)
	}
	return m
}

func (m *matrix) offers(t *testing.T, query string) []string {
	t.Helper()
	out, err := exec.Command(transporttest.Program(t, "ssh"), "-Q", query).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// meet exchanges keys with a server of the given options, and gives up there.
func (m *matrix) meet(t *testing.T, cfg *Config, options []string) (agreed Algorithms, err error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	file, err := server.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	_ = server.Close()
	args := []string{"-i", "-e", "-f", m.config}
	for _, o := range options {
		args = append(args, "-o", o)
	}
	cmd := exec.Command(m.sshd, args...)
	var said strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = file, file, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	cfg.User, cfg.HostKeys = "vty-no-such-user", auth.Unchecked()
	cfg.Trace = &Trace{KeyExchanged: func(k KeyExchange) { agreed = k.Algorithms }}
	conn, err := New(t.Context(), client, "r1", 22, cfg)
	if err == nil {
		_ = conn.Close()
	}
	_ = cmd.Wait()
	if errors.Is(err, ErrAuth) {
		err = nil // it got so far
	}
	if t.Failed() || err != nil && !errors.Is(err, ErrNegotiation) {
		t.Logf("sshd: %s", &said)
	}
	return agreed, err
}
