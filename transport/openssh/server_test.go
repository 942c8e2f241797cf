//go:build !windows

package openssh

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vtynet/vty/transport/transporttest"
)

// server is a real sshd, and the files of a user who may log in.
type server struct {
	port   int
	dir    string
	known  string // known_hosts that knows it
	key    string // of the user
	locked string // another of the user's, with a passphrase
	log    serverLog
}

// serverLog is what a server writes to its standard error.
type serverLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *serverLog) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

const passphrase = "open sesame"

func keygen(t *testing.T, file, phrase string) string {
	t.Helper()
	if out, err := exec.Command(transporttest.Program(t, "ssh-keygen"), "-q", "-t", "ed25519", "-N", phrase, "-C", "", "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	public, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(public))
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// serve runs an sshd whose shell is command, with further lines of configuration.
func serve(t *testing.T, command string, lines ...string) *server {
	t.Helper()
	transporttest.Program(t, "ssh")
	s := &server{dir: t.TempDir()}
	// The folders above are the test's alone, and sshd reads as the user.
	for dir := s.dir; strings.HasPrefix(dir, os.TempDir()) && dir != os.TempDir(); dir = filepath.Dir(dir) {
		_ = os.Chmod(dir, 0o755)
	}
	in := func(name string) string { return filepath.Join(s.dir, name) }
	host := keygen(t, in("host"), "")
	s.key, s.locked, s.known = in("user"), in("locked"), in("known_hosts")
	write(t, in("authorized"), keygen(t, s.key, "")+"\n"+keygen(t, s.locked, passphrase)+"\n", 0o644)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	write(t, s.known, fmt.Sprintf("[127.0.0.1]:%d %s\n", s.port, host), 0o600)
	lines = append(lines, fmt.Sprintf("ListenAddress 127.0.0.1:%d", s.port), "PidFile none", "StrictModes no", "UsePAM no",
		"PermitRootLogin yes", "HostKey "+in("host"), "AuthorizedKeysFile "+in("authorized"), "ForceCommand "+command,
		"PrintMotd no", "PrintLastLog no")
	write(t, in("sshd_config"), strings.Join(lines, "\n")+"\n", 0o600)
	if os.Geteuid() == 0 {
		_ = os.MkdirAll("/run/sshd", 0o755)
	}
	s.run(t, transporttest.Program(t, "/usr/sbin/sshd", "sshd"), "-D", "-e", "-f", in("sshd_config"))
	return s
}

// run runs the server until the test ends.
func (s *server) run(t *testing.T, path string, args ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	up, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			s.log.add(lines.Text())
			if strings.HasPrefix(lines.Text(), "Server listening") {
				close(up)
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		select {
		case <-read:
			if t.Failed() {
				t.Logf("sshd:\n%s", &s.log)
			}
		case <-time.After(5 * time.Second): // its children hold the pipe
		}
		_ = cmd.Wait()
	})
	select {
	case <-up:
	case <-read:
		t.Fatalf("sshd does not start:\n%s", &s.log)
	case <-time.After(10 * time.Second):
		t.Fatal("sshd does not get ready")
	}
}

func me(t *testing.T) string {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}
