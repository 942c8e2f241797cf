package telnet

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/transport"
)

// The machine against an independent one: GNU inetutils, of the Debian packages
// inetutils-telnetd and inetutils-telnet.

// program finds what a test needs. Where it is missing the test cannot be done,
// which is a failure where everything is meant to be installed.
func program(t *testing.T, path string) string {
	t.Helper()
	found, err := exec.LookPath(path)
	if err == nil {
		return found
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%v; CI has everything installed", err)
	}
	t.Skipf("%v: install inetutils-telnetd and inetutils-telnet for this test", err)
	return ""
}

// telnetd starts the daemon on one connection, as inetd would, with a shell
// script in place of login.
func telnetd(t *testing.T, script string, cfg *Config) *Conn {
	t.Helper()
	daemon := program(t, "/usr/sbin/telnetd")
	login := filepath.Join(t.TempDir(), "login")
	if err := os.WriteFile(login, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := Dial(t.Context(), "127.0.0.1", l.Addr().(*net.TCPAddr).Port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	f, err := conn.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(daemon, "--no-hostinfo", "--exec-login="+login)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, f
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	_ = conn.Close()
	t.Cleanup(func() {
		_ = c.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	watch := time.AfterFunc(10*time.Second, func() { _ = c.Close() })
	t.Cleanup(func() { watch.Stop() })
	return c
}

// readUntil reads up to and including what, and returns all of it.
func readUntil(t *testing.T, r io.Reader, what string) string {
	t.Helper()
	var got bytes.Buffer
	p := make([]byte, 4096)
	for from := 0; !bytes.Contains(got.Bytes()[from:], []byte(what)); {
		from = max(0, got.Len()-len(what))
		n, err := r.Read(p)
		got.Write(p[:n])
		if err != nil {
			t.Fatalf("read %q, then %v; want %q in it", got.String(), err, what)
		}
	}
	return got.String()
}

func TestInetutilsServer(t *testing.T) {
	// The daemon asks for the window only after it has started the shell, but
	// before it passes on what that prints.
	const script = `echo "term $TERM"; printf 'name: '; read name; stty size; echo "hello $name."
stty -echo; printf 'secret: '; read secret; echo; echo "length ${#secret}."; stty echo
read line; stty size
printf 'bytes \377 end\n'; read line; exit 0`
	for name, cfg := range map[string]Config{
		"server begins": {},
		"both begin":    {Start: Offer},
		"binary":        {Start: Offer, Binary: true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg.Size, cfg.Term = transport.Size{Columns: 511, Rows: 1000}, "vt220"
			c := telnetd(t, script, &cfg)
			text := readUntil(t, c, "name: ")
			if !strings.Contains(strings.ToLower(text), "term vt220\r\n") {
				t.Errorf("the server knows %q", text)
			}
			if !c.Echo() {
				t.Error("the server does not echo")
			}
			write(t, c, []byte("ops\n"))
			if text = readUntil(t, c, "secret: "); text != "ops\r\n1000 511\r\nhello ops.\r\nsecret: " {
				t.Errorf("got %q", text)
			}
			write(t, c, []byte("s3cret\r"))
			if text = readUntil(t, c, "length 6.\r\n"); strings.Contains(text, "s3cret") {
				t.Errorf("the secret was echoed: %q", text)
			}
			if err := c.Resize(t.Context(), transport.Size{Columns: 255, Rows: 255}); err != nil {
				t.Fatal(err)
			}
			write(t, c, []byte("\r"))
			if text = readUntil(t, c, "end\r\n"); !strings.Contains(text, "255 255\r\nbytes \xff end") {
				t.Errorf("got %q", text)
			}

			// The line is alive to a mark, and to a question.
			if err := c.AreYouThere(); err != nil {
				t.Fatal(err)
			}
			readUntil(t, c, "es]")
			write(t, c, []byte("\r"))
			if rest, err := io.ReadAll(c); err != nil || strings.TrimSpace(string(rest)) != "" {
				t.Errorf("at the end: %q, %v", rest, err)
			}
		})
	}
}

// Ctrl-C interrupts, and Break is there a Ctrl-Backslash.
func TestInetutilsServerInterrupt(t *testing.T) {
	c := telnetd(t, `trap 'echo interrupted' INT; trap 'echo broken' QUIT; echo ready; while [ -t 0 ]; do read line; done`, nil)
	readUntil(t, c, "ready")
	write(t, c, []byte{3})
	text := readUntil(t, c, "interrupted")
	if err := c.Break(); err != nil {
		t.Fatal(err)
	}
	// The daemon sends a Synch with each, the IAC of which is urgent.
	if text += readUntil(t, c, "broken"); strings.Contains(text, "\xf2") {
		t.Errorf("half a command among the text: %q", text)
	}
}

// Many lines, byte for byte.
func TestInetutilsServerBulk(t *testing.T) {
	// The daemon loses what is in its pty when the shell ends, so that waits.
	c := telnetd(t, `seq 1 200000; echo done; read line`, nil)
	got := readUntil(t, c, "done\r\n")
	var want strings.Builder
	for i := range 200000 {
		fmt.Fprintf(&want, "%d\r\n", i+1)
	}
	if !strings.HasSuffix(got, want.String()+"done\r\n") {
		t.Errorf("the lines differ; the end is %q", got[max(0, len(got)-100):])
	}
}

func TestInetutilsClient(t *testing.T) {
	client := program(t, "telnet")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	cmd := exec.Command(client, "127.0.0.1", port)
	cmd.Env = append(os.Environ(), "TERM=vt102")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	screen, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(conn, nil)
	defer s.Close()
	watch := time.AfterFunc(10*time.Second, func() { _ = s.Close() })
	defer watch.Stop()

	write(t, s, []byte("name: \xff\r\n"))
	readUntil(t, screen, "name: \xff\r\n")
	if _, err := io.WriteString(in, "ops\n"); err != nil {
		t.Fatal(err)
	}
	readUntil(t, s, "ops\n")
	// Having read so far, the server has asked for the type of the terminal;
	// once this is on the screen, the client has answered.
	write(t, s, []byte("hello\r\n"))
	readUntil(t, screen, "hello\r\n")
	if _, err := io.WriteString(in, "more\n"); err != nil {
		t.Fatal(err)
	}
	readUntil(t, s, "more\n")
	if !strings.EqualFold(s.Term(), "vt102") {
		t.Errorf("the server knows the terminal %q", s.Term())
	}

	_ = s.Close()
	_, _ = io.Copy(io.Discard, screen)
	_ = in.Close()
	_ = cmd.Wait() // its status only tells that the connection was closed
}
