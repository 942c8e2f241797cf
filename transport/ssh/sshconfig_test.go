package ssh

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/sshconfig"
	xssh "golang.org/x/crypto/ssh"
)

// configured is what the text of an ssh_config says of host r1.
func configured(t *testing.T, text string) *sshconfig.Host {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	writeFile(t, file, []byte(text))
	c, err := sshconfig.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.Resolve(t.Context(), sshconfig.Query{Host: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func with(t *testing.T, c Config, text string) *Config {
	t.Helper()
	got, err := c.With(configured(t, text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWith(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	got := with(t, Config{}, `
User ops
HostKeyAlias core
AddressFamily inet6
BindAddress ::1
BindInterface lo
ConnectTimeout 7
ServerAliveInterval 20
ServerAliveCountMax 5
SetEnv A=1
RequestTTY no
PasswordAuthentication no
`)
	if got.User != "ops" || got.HostKeyAlias != "core" || got.KeepAlive != 20*time.Second || got.KeepAliveCount != 5 ||
		!slices.Equal(got.Env, []string{"A=1"}) || got.PTY != PTYNone || !slices.Equal(got.Methods, []string{"publickey", "keyboard-interactive"}) {
		t.Errorf("%+v", got)
	}
	if o := got.Socket; o.Family != socket.IPv6Only || o.Source.String() != "::1" || o.Interface != "lo" || o.Timeout != 7*time.Second {
		t.Errorf("%+v", o)
	}
	// What the caller has set stands.
	own := Config{User: "me", HostKeys: auth.Unchecked(), KeepAlive: time.Minute, Auth: []auth.Method{auth.Agent()}, Socket: &socket.Options{Family: socket.IPv4Only}}
	got = with(t, own, "User ops\nServerAliveInterval 20\nAddressFamily inet6\nStrictHostKeyChecking yes\nIdentityFile /dev/null\n")
	if got.User != "me" || got.HostKeys != auth.Unchecked() || got.KeepAlive != time.Minute || got.Socket.Family != socket.IPv4Only || !reflect.DeepEqual(got.Auth, own.Auth) {
		t.Errorf("%+v", got)
	}
}

func TestWithHostKeys(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	user, system := filepath.Join(home, ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"
	for text, want := range map[string]auth.HostKeys{
		"":                                 auth.KnownHosts(user, system),
		"StrictHostKeyChecking ask":        auth.KnownHosts(user, system),
		"StrictHostKeyChecking accept-new": auth.AcceptNew(user, system),
		"StrictHostKeyChecking no":         auth.Unchecked(),
		"UserKnownHostsFile /tmp/a /tmp/b\nGlobalKnownHostsFile none":   auth.KnownHosts("/tmp/a", "/tmp/b"),
		"UserKnownHostsFile none\nGlobalKnownHostsFile none":            auth.KnownHosts(os.DevNull),
		"UserKnownHostsFile none\nStrictHostKeyChecking accept-new":     auth.AcceptNew(os.DevNull, system),
		"GlobalKnownHostsFile /tmp/g\nStrictHostKeyChecking accept-new": auth.AcceptNew(user, "/tmp/g"),
	} {
		if got := with(t, Config{}, text).HostKeys; !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestWithKeys(t *testing.T) {
	keys := keyFiles(t)
	a, b, cert := keys.path("ed25519"), keys.path("rsa"), keys.path("cert")
	password := literal("x")
	got := with(t, Config{Auth: []auth.Method{password}}, "IdentityFile "+a+"\nIdentityFile /no/such\nIdentityFile "+b+"\nCertificateFile "+cert+"\nIdentitiesOnly yes\nIdentityAgent /tmp/agent\n")
	want := []auth.Method{
		auth.AgentMethod{Socket: "/tmp/agent", Only: []string{a, "/no/such", b}},
		auth.KeyFileMethod{Path: a, CertificateFile: cert}, auth.KeyFileMethod{Path: b}, password,
	}
	if len(got.Auth) != len(want) || !reflect.DeepEqual(got.Auth[:3], want[:3]) {
		t.Errorf("%+v", got.Auth)
	}
	got = with(t, Config{Auth: []auth.Method{password}}, "IdentityFile none\nIdentityAgent none\n")
	if len(got.Auth) != 1 {
		t.Errorf("%+v", got.Auth)
	}
}

func TestWithAlgorithms(t *testing.T) {
	got := with(t, Config{}, "KexAlgorithms +diffie-hellman-group1-sha1,from-the-future\nCiphers aes128-cbc\nMACs -*sha1*\nHostKeyAlgorithms ^ssh-rsa\nPubkeyAcceptedAlgorithms +ssh-rsa\n")
	_, safe := known(false)
	if want := append(slices.Clone(safe.KeyExchanges), "diffie-hellman-group1-sha1"); !slices.Equal(got.Algorithms.KeyExchanges, want) {
		t.Errorf("%v", got.Algorithms.KeyExchanges)
	}
	if !slices.Equal(got.Algorithms.Ciphers, []string{"aes128-cbc"}) || slices.Contains(got.Algorithms.MACs, "hmac-sha1") ||
		got.Algorithms.HostKeys[0] != "ssh-rsa" || !slices.Contains(got.Signatures, "ssh-rsa") {
		t.Errorf("%+v", got)
	}
	// Nothing that we know is an error that names what was asked for.
	_, err := with(t, Config{HostKeys: auth.Unchecked()}, "Ciphers blowfish-cbc\n").settings("r1", 22)
	if err == nil || !strings.Contains(err.Error(), "none of the cipher algorithms asked for is known: blowfish-cbc") {
		t.Error(err)
	}
	if _, err := (Config{}).With(configured(t, "BindAddress nowhere\n"), nil); err == nil || !strings.Contains(err.Error(), `BindAddress "nowhere"`) {
		t.Error(err)
	}
}

// What ssh_config adds for a host is enough to reach an old device, category by
// category, without legacy.
func TestAlgorithmsOfConfigReachTheDevice(t *testing.T) {
	d := &device{keys: []xssh.Signer{sha1Only(rsaKey())}, config: func(c *xssh.ServerConfig) {
		c.NoClientAuth = true
		c.KeyExchanges, c.Ciphers, c.MACs = []string{"diffie-hellman-group1-sha1"}, []string{"aes128-cbc"}, []string{"hmac-sha1-96"}
	}}
	text := "KexAlgorithms +diffie-hellman-group1-sha1\nCiphers +aes128-cbc\nMACs +hmac-sha1-96\nHostKeyAlgorithms +ssh-rsa\n"
	c, err := d.mem(t.Context(), with(t, Config{User: "ops", HostKeys: auth.Unchecked()}, text))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if a := c.Algorithms(); a.HostKey != "ssh-rsa" || a.KeyExchange != "diffie-hellman-group1-sha1" || a.CipherIn != "aes128-cbc" || a.MACIn != "hmac-sha1-96" {
		t.Errorf("%+v", a)
	}
	_, err = d.mem(t.Context(), with(t, Config{User: "ops", HostKeys: auth.Unchecked()}, "KexAlgorithms +diffie-hellman-group1-sha1\n"))
	if e := as[*NegotiationError](t, err); !e.Legacy {
		t.Errorf("%+v", e)
	}
}

func TestHostKeyAlias(t *testing.T) {
	d := &device{}
	file := knownFile(t, "core "+authorized(ed25519Key().PublicKey()))
	c := d.mustOpen(t, &Config{User: "ops", HostKeys: auth.KnownHosts(file), HostKeyAlias: "core"})
	_ = c.Close()
	_, err := d.mem(t.Context(), &Config{User: "ops", HostKeys: auth.KnownHosts(file)})
	if e := as[*HostKeyError](t, err); e.Reason != ReasonUnknown {
		t.Error(err)
	}
}

func TestMethodsThatAreSwitchedOff(t *testing.T) {
	d := &device{config: password("x")}
	_, err := d.mem(t.Context(), &Config{User: "ops", HostKeys: auth.Unchecked(), Auth: []auth.Method{literal("x")}, Methods: []string{"publickey"}})
	if !errors.Is(err, ErrAuth) || len(d.attempts) != 0 {
		t.Errorf("%v; %v", err, d.attempts)
	}
}

func TestEnvironment(t *testing.T) {
	d := &device{}
	c := d.mustOpen(t, &Config{User: "ops", HostKeys: auth.Unchecked(), Env: []string{"A=1", "B=x=y"}})
	_ = c.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.requests[:4], []string{"pty-req", "env", "env", "shell"}) {
		t.Errorf("%v", d.requests)
	}
	if _, err := (&Config{HostKeys: auth.Unchecked(), Env: []string{"A"}}).settings("r1", 22); err == nil {
		t.Error("a variable without a value")
	}
}
