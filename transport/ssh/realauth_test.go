package ssh

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// labUser is somebody whom the machine's own password file lets in.
func labUser(t *testing.T) lab.Device {
	t.Helper()
	return lab.Require(t, lab.LinuxSSH)
}

// failures are the attempts that an OpenSSH server counted as failed.
const failures = `Failed (password|publickey|keyboard-interactive\S*) for`

// gone is what servers log when we have left.
const gone = `(?i)connection closed|disconnect|connection reset|closing connection|exit `

// What real OpenSSH servers ask for, one method after the other, and what they
// count.
func TestOpenSSHAuthentication(t *testing.T) {
	user := labUser(t)
	key := auth.KeyFile(keyFiles(t).path("ed25519"), nil)
	right, wrong := literal(user.Password), literal("wrong")
	for name, tc := range map[string]struct {
		config []string
		auth   []auth.Method
		ok     bool
		failed int
	}{
		"password":                              {nil, []auth.Method{right}, true, 0},
		"wrong password":                        {nil, []auth.Method{wrong}, false, 1},
		"wrong, then right":                     {nil, []auth.Method{wrong, right}, true, 1},
		"wrong twice":                           {nil, []auth.Method{wrong, wrong}, false, 1},
		"interactive only":                      {[]string{"UsePAM yes", "PasswordAuthentication no", "KbdInteractiveAuthentication yes"}, []auth.Method{right}, true, 0},
		"interactive only, wrong":               {[]string{"UsePAM yes", "PasswordAuthentication no", "KbdInteractiveAuthentication yes"}, []auth.Method{wrong}, false, 1},
		"password and interactive, wrong":       {[]string{"UsePAM yes", "KbdInteractiveAuthentication yes"}, []auth.Method{wrong}, false, 1},
		"password then key":                     {[]string{"AuthenticationMethods password,publickey"}, []auth.Method{right, key}, true, 0},
		"password then key, as keys come first": {[]string{"AuthenticationMethods password,publickey"}, []auth.Method{key, right}, true, 0},
		"key then password":                     {[]string{"AuthenticationMethods publickey,password"}, []auth.Method{right, key}, true, 0},
		"key then wrong password":               {[]string{"AuthenticationMethods publickey,password"}, []auth.Method{key, wrong}, false, 1},
		"key then nothing":                      {[]string{"AuthenticationMethods publickey,password"}, []auth.Method{key}, false, 0},
		"key then interactive": {[]string{"UsePAM yes", "KbdInteractiveAuthentication yes", "AuthenticationMethods publickey,keyboard-interactive"},
			[]auth.Method{key, right}, true, 0},
		"either": {[]string{"AuthenticationMethods password publickey,password"}, []auth.Method{right}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := openSSH(t, "true", append(tc.config, "LogLevel VERBOSE")...)
			c, err := Dial(t.Context(), srv.host, srv.port, &Config{User: user.User, HostKeys: auth.Unchecked(), Auth: tc.auth})
			if err == nil {
				_ = c.Close()
			}
			if (err == nil) != tc.ok || err != nil && !errors.Is(err, ErrAuth) {
				t.Errorf("err = %v", err)
			}
			srv.log.await(t, gone)
			if n := srv.log.count(failures); n != tc.failed {
				t.Errorf("the server counts %d failures, want %d:\n%s", n, tc.failed, srv.log)
			}
		})
	}
}

// Dropbear asks for key and password as well, where it is told to.
func TestDropbearAuthentication(t *testing.T) {
	user := labUser(t)
	dropbear := transporttest.Program(t, "dropbear", "/usr/sbin/dropbear")
	hostKey := filepath.Join(t.TempDir(), "key") // of all
	if out, err := exec.Command(transporttest.Program(t, "dropbearkey"), "-t", "ed25519", "-f", hostKey).CombinedOutput(); err != nil {
		t.Fatalf("dropbearkey: %v: %s", err, out)
	}
	key := auth.KeyFile(user.KeyFile, nil)
	for name, tc := range map[string]struct {
		options []string
		auth    []auth.Method
		ok      bool
		failed  int
	}{
		"password":           {nil, []auth.Method{literal(user.Password)}, true, 0},
		"wrong password":     {nil, []auth.Method{literal("wrong"), literal("wrong")}, false, 1},
		"key":                {nil, []auth.Method{key}, true, 0},
		"both":               {[]string{"-t"}, []auth.Method{literal(user.Password), key}, true, 0},
		"both, and only one": {[]string{"-t"}, []auth.Method{key}, false, 0},
		"keys only":          {[]string{"-s"}, []auth.Method{literal(user.Password)}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := freePort(t)
			srv := start(t, port, "Not backgrounding", dropbear, append(tc.options, "-F", "-E", "-p", fmt.Sprintf("127.0.0.1:%d", port), "-r", hostKey, "-P", fmt.Sprintf("%s.%d", hostKey, port))...)
			c, err := Dial(t.Context(), srv.host, srv.port, &Config{User: user.User, HostKeys: auth.Unchecked(), Auth: tc.auth})
			if err == nil {
				_ = c.Close()
			}
			if (err == nil) != tc.ok || err != nil && !errors.Is(err, ErrAuth) {
				t.Errorf("err = %v", err)
			}
			srv.log.await(t, gone)
			if n := srv.log.count(`(?i)bad password`); n != tc.failed {
				t.Errorf("the server counts %d failures, want %d:\n%s", n, tc.failed, srv.log)
			}
		})
	}
}

// A security key signs by way of the agent, and a real server believes it.
func TestSecurityKeyOfTheAgent(t *testing.T) {
	key := newSecurityKey(t)
	socket := serveKeys(t, key)
	d := &device{config: publicKey(key.public)}
	c := d.mustOpen(t, anyKey(auth.AgentMethod{Socket: socket}))
	if c.AuthMethod() != methodPublicKey {
		t.Errorf("%s", c.AuthMethod())
	}
	_ = c.Close()

	srv := openSSH(t, "true", "AuthorizedKeysFile "+filepath.Join(dirOf(t, "authorized", xssh.MarshalAuthorizedKey(key.public)), "authorized"))
	real, err := Dial(t.Context(), srv.host, srv.port, &Config{User: me(t), HostKeys: auth.Unchecked(), Auth: []auth.Method{auth.AgentMethod{Socket: socket}}})
	if err != nil {
		t.Fatal(err)
	}
	_ = real.Close()
}

// Of an agent's keys only those that are named are offered; a certificate that
// the agent holds is offered as one.
func TestKeysOfTheAgent(t *testing.T) {
	cert := certify(t, otherEd25519Key(), ed25519Key().PublicKey(), xssh.UserCert, "ops")
	keys := keyFiles(t)
	public := filepath.Join(dirOf(t, "id.pub", xssh.MarshalAuthorizedKey(rsaKey().PublicKey())), "id")
	socket := serveAgent(t)
	for name, tc := range map[string]struct {
		only []string
		want []string
	}{
		"all":                {nil, []string{"ssh-rsa", "ssh-ed25519"}},
		"by public half":     {[]string{public}, []string{"ssh-rsa"}},
		"by private key":     {[]string{keys.path("ed25519")}, []string{"ssh-ed25519"}},
		"by locked key":      {[]string{keys.path("ed25519-locked")}, []string{"ssh-ed25519"}},
		"none that is known": {[]string{"/no/such"}, nil},
		"none":               {[]string{}, nil},
	} {
		creds, closeAgent, err := agentCredentials(t.Context(), auth.AgentMethod{Socket: socket, Only: tc.only}, usual(false))
		if err != nil {
			t.Fatal(err)
		}
		closeAgent()
		var got []string
		for _, c := range creds {
			got = append(got, c.signer.PublicKey().Type())
		}
		slices.Sort(got)
		slices.Sort(tc.want)
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	certified, err := xssh.NewCertSigner(cert, ed25519Key())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := usual(false).restrict(certified); err != nil {
		t.Errorf("a certificate: %v", err)
	}
}
