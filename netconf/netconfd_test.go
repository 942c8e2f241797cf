package netconf_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/transport"
)

// startNetconfd starts a netconfd of the test's own, to be changed at will, and
// returns a function that begins a session with it: over the pipes of the program
// that sshd would start.
func startNetconfd(t *testing.T, flags ...string) dialer {
	t.Helper()
	path, err := exec.LookPath("netconfd")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("netconfd is not installed, and CI must have it")
		}
		t.Skip("netconfd is not installed")
	}
	dir, err := os.MkdirTemp("", "nc") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	startup, socket := filepath.Join(dir, "startup-cfg.xml"), filepath.Join(dir, "s")
	if err := os.WriteFile(startup, []byte(`<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"--port=830", "--ncxserver-sockname=" + socket, "--superuser=vty", "--startup=" + startup, "--log-level=info"}, flags...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := &logged{running: make(chan struct{})}
	logEnded := make(chan struct{})
	go func() {
		defer close(logEnded)
		_, _ = io.Copy(log, out)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-logEnded
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("netconfd said:\n%s", log.text.Bytes())
		}
	})
	select {
	case <-log.running:
	case <-logEnded:
		t.Fatalf("netconfd did not start:\n%s", log.text.Bytes())
	}
	return func(around ...wrapper) *netconf.Session {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for {
			c := exec.Command("netconf-subsystem", "--ncxserver-sockname=830@"+socket)
			c.Env = append(os.Environ(), "SSH_CONNECTION=127.0.0.1 1 127.0.0.1 830", "USER=vty")
			conn, err := newProgram(c)
			if err != nil {
				t.Fatal(err)
			}
			s, err := netconf.New(ctx, wrapped(conn, around), nil)
			if errors.Is(err, io.EOF) && ctx.Err() == nil {
				continue // netconfd says that it runs right before it listens
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			return s
		}
	}
}

// dialer begins a session with a server of the test's, over a connection that may be
// wrapped.
type dialer func(...wrapper) *netconf.Session

type wrapper func(transport.Conn) transport.Conn

func wrapped(c transport.Conn, around []wrapper) transport.Conn {
	for _, w := range around {
		c = w(c)
	}
	return c
}

// logged keeps what netconfd says and notices when it is up.
type logged struct {
	text    bytes.Buffer
	running chan struct{}
	up      bool
}

func (l *logged) Write(p []byte) (int, error) {
	l.text.Write(p)
	if !l.up && bytes.Contains(l.text.Bytes(), []byte("Running netconfd server")) {
		l.up = true
		close(l.running)
	}
	return len(p), nil
}

// program is a program's standard input and output as a connection.
type program struct {
	io.Reader
	io.WriteCloser
	cmd *exec.Cmd
}

func newProgram(cmd *exec.Cmd) (*program, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &program{out, in, cmd}, cmd.Start()
}

func (p *program) Close() error {
	_ = p.WriteCloser.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	return nil
}
