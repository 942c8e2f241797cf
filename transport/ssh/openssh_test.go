package ssh

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/transporttest"
	xssh "golang.org/x/crypto/ssh"
)

// realServer is a real SSH server that was started for a test.
type realServer struct {
	host string
	port int
	log  *serverLog
}

// serverLog is what a server writes to its standard error.
type serverLog struct {
	mu      sync.Mutex
	lines   []string
	changed chan struct{} // closed at the next line
}

func (l *serverLog) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	close(l.changed)
	l.changed = make(chan struct{})
}

// await waits until the server has logged the pattern.
func (l *serverLog) await(t *testing.T, pattern string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		l.mu.Lock()
		changed := l.changed
		l.mu.Unlock()
		if l.count(pattern) > 0 {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the server never says %s:\n%s", pattern, l)
		}
	}
}

func (l *serverLog) count(pattern string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	re := regexp.MustCompile(pattern)
	for _, line := range l.lines {
		if re.MatchString(line) {
			n++
		}
	}
	return n
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// freePort is a port that nobody listens on at the moment.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// start runs a server until the test ends. It is ready when it logs ready.
func start(t *testing.T, port int, ready, path string, args ...string) *realServer {
	t.Helper()
	cmd := exec.Command(path, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := &serverLog{changed: make(chan struct{})}
	up := make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		once := sync.OnceFunc(func() { close(up) })
		for s := bufio.NewScanner(stderr); s.Scan(); {
			log.add(s.Text())
			if strings.Contains(s.Text(), ready) {
				once()
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		// Not Wait at once: children hold the pipe until they end too.
		select {
		case <-read:
		case <-time.After(5 * time.Second):
		}
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s:\n%s", path, log)
		}
	})
	select {
	case <-up:
	case <-read:
		t.Fatalf("%s does not start:\n%s", path, log)
	case <-time.After(10 * time.Second):
		t.Fatalf("%s does not get ready:\n%s", path, log)
	}
	return &realServer{host: "127.0.0.1", port: port, log: log}
}

// openSSH runs an sshd with the lines of configuration, which lets ed25519Key
// and certificates of otherEd25519Key in, and whose shell is command.
func openSSH(t *testing.T, command string, lines ...string) *realServer {
	t.Helper()
	sshd := transporttest.Program(t, "/usr/sbin/sshd", "sshd")
	dir := t.TempDir()
	for kind, key := range hostKeys(t) {
		block, err := xssh.MarshalPrivateKey(key, "")
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, kind), pem.EncodeToMemory(block))
		lines = append(lines, "HostKey "+filepath.Join(dir, kind))
	}
	if os.Geteuid() == 0 {
		_ = os.MkdirAll("/run/sshd", 0o755) // sshd wants it, and a package's service makes it
	}
	public := dirOf(t, "authorized", []byte(authorized(ed25519Key().PublicKey())+"\n")) // which it reads as the user
	writeFile(t, filepath.Join(dir, "ca"), []byte(authorized(otherEd25519Key().PublicKey())+"\n"))
	port := freePort(t)
	lines = append(lines,
		fmt.Sprintf("ListenAddress 127.0.0.1:%d", port), "PidFile none", "StrictModes no", "UsePAM no", "PermitRootLogin yes",
		"AuthorizedKeysFile "+filepath.Join(public, "authorized"), "TrustedUserCAKeys "+filepath.Join(dir, "ca"),
		"ForceCommand "+command, "PrintMotd no", "PrintLastLog no")
	config := filepath.Join(dir, "sshd_config")
	writeFile(t, config, []byte(strings.Join(lines, "\n")+"\n"))
	return start(t, port, "Server listening", sshd, "-D", "-e", "-f", config)
}

// hostKeys are a server's keys, one of each type.
func hostKeys(t *testing.T) map[string]crypto.PrivateKey {
	t.Helper()
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.PrivateKey{"ed25519": edwards, "ecdsa": curve, "rsa": rsaPrivate()}
}

func me(t *testing.T) string {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}

func TestOpenSSH(t *testing.T) {
	keys := keyFiles(t)
	srv := openSSH(t, `stty size; echo error >&2; read x; echo "got $x"; exit 3`)
	known := filepath.Join(t.TempDir(), "known_hosts")
	cert := certify(t, otherEd25519Key(), rsaKey().PublicKey(), xssh.UserCert, me(t))
	withoutTerminal := xssh.MarshalAuthorizedKey(cert)
	cert.Extensions = map[string]string{"permit-pty": ""}
	if err := cert.SignCert(rand.Reader, otherEd25519Key()); err != nil {
		t.Fatal(err)
	}
	rsaPEM := auth.NewSecret(string(keyTexts()["rsa"]))

	for name, m := range map[string]auth.Method{
		"key":             auth.KeyFile(keys.path("ed25519"), nil),
		"key, locked":     auth.KeyFile(keys.path("ed25519-locked"), auth.Literal(keyPassphrase)),
		"agent":           auth.AgentMethod{Socket: serveAgent(t)},
		"RSA certificate": auth.KeyMethod{PEM: rsaPEM, Certificate: xssh.MarshalAuthorizedKey(cert)},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Dial(t.Context(), srv.host, srv.port, &Config{User: me(t), Auth: []auth.Method{m}, HostKeys: auth.AcceptNew(known)})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			defer time.AfterFunc(20*time.Second, func() { _ = c.Close() }).Stop()
			if err := c.KeepAlive(t.Context()); err != nil {
				t.Errorf("KeepAlive: %v", err)
			}
			if !c.Alive() {
				t.Error("not alive")
			}
			_, _ = io.WriteString(c, "it\r")
			got, err := io.ReadAll(c)
			if err != nil {
				t.Error(err)
			}
			for _, want := range []string{"1000 511\r\n", "error\r\n", "got it\r\n"} {
				if !strings.Contains(string(got), want) {
					t.Errorf("no %q in %q", want, got)
				}
			}
			if status, known := c.ExitStatus(); status != 3 || !known {
				t.Errorf("ExitStatus = %d, %t", status, known)
			}
			if !strings.HasPrefix(c.ServerVersion(), "SSH-2.0-OpenSSH") || c.AuthMethod() != "publickey" {
				t.Errorf("version %q, method %q", c.ServerVersion(), c.AuthMethod())
			}
		})
	}

	// A certificate without the right to a terminal: there is a shell all the same.
	t.Run("no terminal", func(t *testing.T) {
		cfg := &Config{User: me(t), HostKeys: auth.Unchecked(), Auth: []auth.Method{auth.KeyMethod{PEM: rsaPEM, Certificate: withoutTerminal}}}
		c, err := Dial(t.Context(), srv.host, srv.port, cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		defer time.AfterFunc(20*time.Second, func() { _ = c.Close() }).Stop()
		_, _ = io.WriteString(c, "it\n")
		if got, err := io.ReadAll(c); err != nil || !strings.Contains(string(got), "error\n") || !strings.Contains(string(got), "got it\n") {
			t.Errorf("%q, %v", got, err)
		}
		cfg.PTY = PTYRequire
		if _, err := Dial(t.Context(), srv.host, srv.port, cfg); err == nil || as[*HandshakeError](t, err).Phase != PhaseShell {
			t.Errorf("with a terminal required: %v", err)
		}
	})

	// The host is known by one of its three keys, which must be the one it shows.
	t.Run("host keys", func(t *testing.T) {
		out, err := exec.Command(transporttest.Program(t, "ssh-keyscan"), "-p", fmt.Sprint(srv.port), srv.host).Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) < 3 {
			t.Fatalf("%q", out)
		}
		for _, line := range lines {
			c, err := Dial(t.Context(), srv.host, srv.port, &Config{User: me(t), HostKeys: auth.KnownHosts(knownFile(t, line)),
				Auth: []auth.Method{auth.KeyFile(keys.path("ed25519"), nil)}})
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			_ = c.Close()
			if !strings.Contains(line, " "+c.HostKey().Type+" ") {
				t.Errorf("known by %s, shown %v", line, c.HostKey())
			}
		}
	})
}

// The server's own count of wrong passwords is one for one given.
func TestOpenSSHCountsAttempts(t *testing.T) {
	srv := openSSH(t, "true", "PasswordAuthentication yes", "KbdInteractiveAuthentication yes", "LogLevel VERBOSE")
	cfg := &Config{User: me(t), HostKeys: auth.Unchecked(), Auth: []auth.Method{literal("wrong-1"), literal("wrong-1"), literal("wrong-2")}}
	_, err := Dial(t.Context(), srv.host, srv.port, cfg)
	if e := as[*AuthError](t, err); !errors.Is(err, ErrAuth) || len(e.Offered) == 0 {
		t.Error(err)
	}
	if n := srv.log.count(`Failed (password|keyboard-interactive\S*) for`); n != 2 {
		t.Errorf("%d failures, want 2:\n%s", n, srv.log)
	}
}

func TestDropbear(t *testing.T) {
	dropbear := transporttest.Program(t, "dropbear", "/usr/sbin/dropbear")
	keygen := transporttest.Program(t, "dropbearkey")
	key := filepath.Join(t.TempDir(), "key")
	out, err := exec.Command(keygen, "-t", "ecdsa", "-f", key).CombinedOutput()
	if err != nil {
		t.Fatalf("dropbearkey: %v: %s", err, out)
	}
	public := regexp.MustCompile(`(?m)^ecdsa-sha2-\S+ \S+`).FindString(string(out))
	port := freePort(t)
	srv := start(t, port, "Not backgrounding", dropbear, "-F", "-E", "-p", fmt.Sprintf("127.0.0.1:%d", port), "-r", key, "-P", key+".pid")
	known := knownFile(t, fmt.Sprintf("[%s]:%d %s", srv.host, srv.port, public))

	var kex KeyExchange
	cfg := &Config{User: "vty-no-such-user", HostKeys: auth.KnownHosts(known), Auth: []auth.Method{literal("wrong")},
		Trace: &Trace{KeyExchanged: func(k KeyExchange) { kex = k }}}
	_, err = Dial(t.Context(), srv.host, srv.port, cfg)
	if !errors.Is(err, ErrAuth) {
		t.Error(err)
	}
	if !strings.HasPrefix(kex.HostKey.Type, "ecdsa-") || kex.Algorithms.KeyExchange == "" || len(kex.Offer.MACs) == 0 {
		t.Errorf("%+v", kex)
	}
	if n := srv.log.count(`(?i)bad password|nonexistent user`); n == 0 {
		t.Errorf("dropbear saw no attempt:\n%s", srv.log)
	}
}
