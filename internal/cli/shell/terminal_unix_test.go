//go:build !windows

package shell_test

import (
	"bytes"
	"context"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/sim"
	"golang.org/x/term"
)

// person is somebody at a terminal.
type person struct {
	t    *testing.T
	keys *os.File
	seen string // and not yet awaited
}

// await reads the screen until it shows text.
func (p *person) await(text string) {
	p.t.Helper()
	buf := make([]byte, 4096)
	for !strings.Contains(p.seen, text) {
		n, err := p.keys.Read(buf)
		if err != nil {
			p.t.Fatalf("awaiting %q: %v; the screen shows %q", text, err, p.seen)
		}
		p.seen += string(buf[:n])
	}
	_, rest, _ := strings.Cut(p.seen, text)
	p.seen = rest
}

func (p *person) press(keys string) {
	p.t.Helper()
	if _, err := p.keys.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

func TestShellAtATerminal(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("XDG_CONFIG_HOME", folder)
	keys, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	defer tty.Close()
	if err := pty.Setsize(keys, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	dev, err := sim.New("linux", nil)
	if err != nil {
		t.Fatal(err)
	}
	server, err := sim.ListenSSH(t.Context(), "", dev, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	user, password, _ := dev.Credentials()

	ended := make(chan exit.Status, 1)
	go func() {
		ended <- cli.Run(context.Background(), []string{
			"shell", "-H", user + "@" + server.Addr().String(), "--host-key", server.Fingerprint(), "-p", "linux",
		}, &streams.Streams{In: tty, Out: tty, Err: tty, LookupEnv: func(name string) (string, bool) {
			return password, name == "VTY_PASSWORD"
		}})
	}()
	p := &person{t: t, keys: keys}
	p.await("at the beginning of a line ~. leaves, ~h shows the history")
	p.await("$")
	p.press("uname -a\r")
	p.await("GNU/Linux")
	p.await("$")
	if err := pty.Setsize(keys, &pty.Winsize{Rows: 50, Cols: 132}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		t.Fatal(err)
	}
	p.press("echo ~.\r")
	p.await("~.\r\n~.\r\n")
	p.press("~h")
	p.await("  uname -a\r\n")
	p.await("$ ")
	p.press("echo " + password + "\r")
	p.await(password + "\r\n" + password + "\r\n")
	p.press("~.")
	p.await("left ")
	if status := <-ended; status != exit.OK {
		t.Errorf("status %d", status)
	}
	var out bytes.Buffer
	cli.Run(t.Context(), []string{"shell", "--history"}, &streams.Streams{In: strings.NewReader(""), Out: &out, Err: &out, LookupEnv: func(string) (string, bool) { return "", false }})
	if text := out.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "Z\t"+server.Addr().String()+"\tuname -a\n") || !strings.HasSuffix(text, "\techo ~.\n") {
		t.Errorf("the history is %q", text)
	}
	after, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) {
		t.Error("the terminal is not as it was")
	}
}
