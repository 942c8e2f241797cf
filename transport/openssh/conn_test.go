//go:build !windows

package openssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
	xssh "golang.org/x/crypto/ssh"
)

// code answers a question for a code.
var code = auth.InteractiveMethod{Answer: func(ctx context.Context, c auth.Challenge) ([]auth.Secret, error) {
	answer, err := auth.Answer(ctx, c.Questions[0], auth.Reply{Question: regexp.MustCompile("Code"), Answer: auth.Literal("123456")})
	return []auth.Secret{answer}, err
}}

func TestSecretsAreOfferedOnce(t *testing.T) {
	for _, test := range []struct {
		name   string
		server *fake
		config Config
		err    error
		saw    string // what the server was offered
	}{
		{"a password", (&fake{}).password("right"), Config{Password: auth.Literal("right")}, nil, "password right"},
		{"a wrong one", (&fake{}).password("right"), Config{Password: auth.Literal("wrong")}, ssh.ErrAuth, "password wrong"},
		{"none", (&fake{}).password("right"), Config{}, ssh.ErrAuth, ""},
		{"in a dialogue", (&fake{}).asks("Password: =right"), Config{Password: auth.Literal("right")}, nil, "Password: right"},
		{"by any words", (&fake{}).asks("Kennwort: =right"), Config{Password: auth.Literal("right")}, nil, "Kennwort: right"},
		{"wrong, by two methods", (&fake{}).password("right").asks("Password: =right"), Config{Password: auth.Literal("wrong")}, ssh.ErrAuth, "Password: wrong"},
		{"and a code", (&fake{}).asks("Password: =right", "Code: =123456"), Config{Password: auth.Literal("right"), Answer: code}, nil, "Password: right, Code: 123456"},
		{"and a code that is not there", (&fake{}).asks("Password: =right", "Code: =123456"), Config{Password: auth.Literal("right")}, ErrUnanswered, "Password: right"},
		{"a code alone", (&fake{}).asks("Code: =123456"), Config{Answer: code}, nil, "Code: 123456"},
		{"a code instead of the password", (&fake{}).asks("Code: =123456"), Config{Password: auth.Literal("right"), Answer: code}, nil, "Code: 123456"},
		{"a wrong code, asked again", (&fake{}).asks("Code: =123456", "Code: =654321"), Config{Answer: code}, ssh.ErrAuth, "Code: 123456"},
		{"one that has expired", (&fake{}).asks("Password: =right", "New password: =right"), Config{Password: auth.Literal("right"), Answer: code}, ssh.ErrPasswordExpired, "Password: right"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := test.server.listen(t)
			cfg := f.without()
			cfg.Password, cfg.Answer = test.config.Password, test.config.Answer
			c, err := Dial(t.Context(), "127.0.0.1", f.port, cfg)
			if err == nil {
				if text, _ := io.ReadAll(c); string(text) != "welcome" {
					t.Errorf("the shell says %q", text)
				}
				_ = c.Close()
			}
			if !errors.Is(err, test.err) || f.offers() != test.saw {
				t.Errorf("%v, and the server saw %q; want %v, %q", err, f.offers(), test.err, test.saw)
			}
			if e, ok := errors.AsType[*ssh.AuthError](err); ok && test.saw != "" && len(e.Attempts) != 1 {
				t.Errorf("%d attempts: %v", len(e.Attempts), err)
			}
			if _, ok := errors.AsType[*Error](err); err != nil && (!ok || strings.Contains(err.Error(), "wrong")) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Nobody who lists processes sees the secret while it is on its way.
func TestSecretsAreInNoProcessList(t *testing.T) {
	const word = "kzQ7-never-listed"
	seen := ""
	f := (&fake{}).also(func(c *xssh.ServerConfig) {
		c.PasswordCallback = func(_ xssh.ConnMetadata, got []byte) (*xssh.Permissions, error) {
			for _, kind := range []string{"cmdline", "environ"} {
				files, _ := filepath.Glob("/proc/[0-9]*/" + kind)
				for _, file := range files {
					if text, _ := os.ReadFile(file); strings.Contains(string(text), word) {
						seen = file
					}
				}
			}
			files, _ := filepath.Glob(filepath.Join(os.TempDir(), "vty-ssh-*", "ask"))
			for _, file := range files {
				if text, _ := os.ReadFile(file); strings.Contains(string(text), word) {
					seen = file
				}
			}
			if string(got) != word {
				return nil, errNo
			}
			return nil, nil
		}
	}).listen(t)
	cfg := f.without()
	cfg.Password = auth.Literal(word)
	c, err := Dial(t.Context(), "127.0.0.1", f.port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if c.AuthMethod() != "password" || seen != "" {
		t.Errorf("method %q; the secret was in %q", c.AuthMethod(), seen)
	}
	folder := c.pipes.dir
	_ = c.Close()
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", folder, err)
	}
}

func TestDistinctErrors(t *testing.T) {
	listening, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listening.Addr().(*net.TCPAddr).Port
	_ = listening.Close()
	for _, test := range []struct {
		name   string
		server *fake
		host   string
		option string
		want   error
		words  string
	}{
		{"refused", nil, "127.0.0.1", "", socket.ErrRefused, "Connection refused"},
		{"no such name", nil, "nobody.invalid", "", socket.ErrUnresolved, "nobody.invalid"},
		{"hangs up at once", &fake{hangUp: true}, "127.0.0.1", "", ssh.ErrNoVersion, ""},
		{"is no SSH server", &fake{say: "login: \r\n"}, "127.0.0.1", "", ssh.ErrNoVersion, ""},
		{"hangs up in the key exchange", &fake{say: "SSH-2.0-x\r\n"}, "127.0.0.1", "", ssh.ErrClosedInKeyExchange, ""},
		{"no algorithm", &fake{}, "127.0.0.1", "KexAlgorithms=diffie-hellman-group18-sha512", ssh.ErrNegotiation, "KexAlgorithms +"},
		{"refuses a session", &fake{rejectSession: true}, "127.0.0.1", "", ssh.ErrTooManySessions, "all lines in use"},
		{"refuses a shell", &fake{refuseShell: true}, "127.0.0.1", "", ssh.ErrNoShell, ""},
		{"a bad option", &fake{}, "127.0.0.1", "NoSuchThing=yes", nil, "Bad configuration option: nosuchthing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			port, cfg := nobody, &Config{User: "ops", File: "none"}
			if test.server != nil {
				f := test.server.listen(t)
				port, cfg = f.port, f.without()
			}
			if test.option != "" {
				cfg.Options = []string{test.option}
			}
			c, err := Dial(t.Context(), test.host, port, cfg)
			if err == nil {
				_ = c.Close()
			}
			e, ok := errors.AsType[*Error](err)
			if !ok || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.words) {
				t.Errorf("%v (%+v)", err, e)
			}
			for _, other := range []error{socket.ErrRefused, socket.ErrUnresolved, ssh.ErrNoVersion, ssh.ErrClosedInKeyExchange,
				ssh.ErrNegotiation, ssh.ErrTooManySessions, ssh.ErrNoShell, ssh.ErrAuth, ssh.ErrHostKey} {
				if other != test.want && errors.Is(err, other) {
					t.Errorf("%v is also %v", err, other)
				}
			}
		})
	}
}

func TestHostKeys(t *testing.T) {
	f := (&fake{}).listen(t)
	changed := (&fake{}).listen(t)
	old, err := os.ReadFile(changed.known)
	if err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	new := filepath.Join(t.TempDir(), "new")
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte(strings.Replace(string(old), fmt.Sprint(changed.port), fmt.Sprint(f.port), 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		policy auth.HostKeys
		option string
		reason ssh.Reason // "" for being let in
	}{
		{"known", auth.KnownHosts(f.known), "", ""},
		{"unknown", auth.KnownHosts(empty), "", ssh.ReasonUnknown},
		{"asked, by ssh's own way", nil, "UserKnownHostsFile=" + empty, ssh.ReasonUnknown},
		{"new", auth.AcceptNew(new), "", ""},
		{"then known", auth.KnownHosts(new), "", ""},
		{"changed", auth.KnownHosts(other), "", ssh.ReasonChanged},
		{"changed, where new ones are accepted", auth.AcceptNew(other), "", ssh.ReasonChanged},
		{"off", auth.Unchecked(), "", ""},
	} {
		cfg := f.without()
		cfg.HostKeys = test.policy
		if test.option != "" {
			cfg.Options = []string{test.option, "GlobalKnownHostsFile=/dev/null"}
		}
		c, err := Dial(t.Context(), "127.0.0.1", f.port, cfg)
		if err == nil {
			_ = c.Close()
		}
		key, refused := errors.AsType[*ssh.HostKeyError](err)
		switch {
		case test.reason == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.reason != "" && (!refused || key.Reason != test.reason || !errors.Is(err, ssh.ErrHostKey) || !strings.HasPrefix(key.Presented.Fingerprint, "SHA256:")):
			t.Errorf("%s: %v", test.name, err)
		case test.reason == ssh.ReasonChanged && (len(key.Known) != 1 || key.Known[0].File != other || key.Known[0].Line != 1):
			t.Errorf("%s: %+v", test.name, key)
		}
	}
	if _, err := Dial(t.Context(), "127.0.0.1", f.port, &Config{HostKeys: auth.Pinned("SHA256:x")}); err == nil || !strings.Contains(err.Error(), "pinned") {
		t.Errorf("pinned: %v", err)
	}
}

// A jump host is another ssh's to log in to: it never gets the device's password,
// whatever it asks.
func TestJumpHostsPassword(t *testing.T) {
	device := (&fake{}).password("of the device").listen(t)
	for _, test := range []struct {
		name string
		hop  *fake
		jump auth.Source
		err  error
		saw  string
	}{
		{"its own", (&fake{}).password("of the hop"), auth.Literal("of the hop"), nil, "password of the hop"},
		{"none", (&fake{}).password("of the hop"), nil, ErrUnanswered, ""},
		{"asked as if by the device", (&fake{}).asks("ops@127.0.0.1's password: =x"), nil, ErrUnanswered, ""},
		{"a wrong one", (&fake{}).password("of the hop"), auth.Literal("wrong"), ErrUnanswered, "password wrong"},
	} {
		hop := test.hop.listen(t)
		dir := t.TempDir()
		file := filepath.Join(dir, "config")
		// Older jump hosts' ssh reads no command line of ours, but the same file.
		text := fmt.Sprintf("Host *\nUserKnownHostsFile %s %s\nStrictHostKeyChecking yes\nNumberOfPasswordPrompts 1\nIdentityFile none\n", device.known, hop.known)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		before := device.offers()
		c, err := Dial(t.Context(), "127.0.0.1", device.port, &Config{
			User: "ops", File: file, Jump: fmt.Sprintf("ops@127.0.0.1:%d", hop.port), Password: auth.Literal("of the device"), JumpPassword: test.jump,
		})
		if err == nil {
			_ = c.Close()
		}
		if !errors.Is(err, test.err) && !(test.name == "a wrong one" && err != nil) || hop.offers() != test.saw {
			t.Errorf("%s: %v, and the hop saw %q", test.name, err, hop.offers())
		}
		if test.err != nil && device.offers() != before {
			t.Errorf("%s: the device saw %q", test.name, device.offers())
		}
	}
}

// What the real sshd is needed for: keys with a passphrase, the banner, the terminal
// and its size, the status of the shell.
func TestOpenSSH(t *testing.T) {
	banner := filepath.Join(t.TempDir(), "banner")
	write(t, banner, "Authorised users only\n", 0o644)
	srv := serve(t, `stty size; read x; echo "got $x"; exit 3`, "Banner "+banner)
	cfg := srv.config(t)
	cfg.Identities, cfg.Passphrase = []string{srv.locked}, auth.Literal(passphrase)
	c, err := Dial(t.Context(), "127.0.0.1", srv.port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "hello\r"); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(c)
	if got := strings.ReplaceAll(string(text), "\r", ""); err != nil || !strings.Contains(got, "1000 511\n") || !strings.HasSuffix(got, "got hello\n") {
		t.Errorf("%q, %v", text, err)
	}
	if !strings.HasPrefix(c.ServerVersion(), "SSH-2.0-OpenSSH_") || c.AuthMethod() != "publickey" || c.Banner() != "Authorised users only\n" && c.Banner() != "Authorised users only\r\n" {
		t.Errorf("%q, %q", c.AuthMethod(), c.Banner())
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	cfg.Passphrase = auth.Literal("wrong")
	_, err = Dial(t.Context(), "127.0.0.1", srv.port, cfg)
	if e, ok := errors.AsType[*ssh.AuthError](err); !ok || e.User != me(t) || len(e.Attempts) != 1 || e.Attempts[0].Outcome != ssh.Skipped || !errors.Is(err, auth.ErrNoSecret) {
		t.Errorf("%v", err)
	}
}

// Sessions over one connection (ControlMaster): the server sees one login, the
// sessions end apart, and the connection outlives them.
func TestSharedConnection(t *testing.T) {
	srv := serve(t, `printf 'ready> '; read x; echo "got $x"`)
	path := filepath.Join(t.TempDir(), "m")
	cfg := srv.config(t)
	cfg.Options = []string{"ControlMaster=auto", "ControlPath=" + path, "ControlPersist=30"}
	t.Cleanup(func() {
		out, err := exec.Command("ssh", "-F", "none", "-O", "exit", "-o", "ControlPath="+path, "x").CombinedOutput()
		if err != nil {
			t.Errorf("the shared connection did not stay: %v: %s", err, out)
		}
	})
	for i := range 3 {
		c, err := Dial(t.Context(), "127.0.0.1", srv.port, cfg)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprint("line ", i)
		if _, err := io.ReadFull(c, make([]byte, len("ready> "))); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, line+"\r"); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(c)
		if err != nil || !strings.HasSuffix(string(text), "got "+line+"\r\n") {
			t.Errorf("%q, %v", text, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := strings.Count(srv.log.String(), "Accepted publickey"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

// A connection that breaks is told from a shell that ends, whatever its status.
func TestLost(t *testing.T) {
	srv := serve(t, `echo $PPID; read x; exit 255`)
	for _, end := range []string{"\r", "kill"} {
		c, err := Dial(t.Context(), "127.0.0.1", srv.port, srv.config(t))
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 64)
		n, err := c.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if end == "kill" {
			if out, err := exec.Command("kill", "-9", strings.TrimSpace(string(buf[:n]))).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		} else if _, err := io.WriteString(c, end); err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, c)
		if lost := errors.Is(err, ssh.ErrLost); lost != (end == "kill") {
			t.Errorf("%q: %v", end, err)
		}
		_ = c.Close()
	}
}
