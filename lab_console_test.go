package vty_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/raw"
	"github.com/vtynet/vty/transport/rfc2217"
	"github.com/vtynet/vty/transport/serial"
)

// bare opens a console of the lab as somebody at a terminal would.
func bare(t *testing.T, d lab.Device) transport.Conn {
	t.Helper()
	var conn transport.Conn
	var err error
	switch d.Transport {
	case "rfc2217":
		conn, err = rfc2217.Dial(t.Context(), d.Address, d.Port, nil)
	case "raw":
		conn, err = raw.Dial(t.Context(), d.Address, d.Port, nil)
	default:
		conn, err = serial.Open(t.Context(), d.Address, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// left plays a dialogue on a console: what is typed, what is awaited, and so on.
func left(t *testing.T, d lab.Device, dialogue []string) {
	t.Helper()
	conn := bare(t, d)
	defer conn.Close()
	stop := context.AfterFunc(limited(t, time.Minute), func() { _ = conn.Close() })
	defer stop()
	for i, text := range dialogue {
		if i%2 == 0 {
			if _, err := io.WriteString(conn, text); err != nil {
				t.Fatal(err)
			}
			continue
		}
		readTo(t, conn, text)
	}
}

func limited(t *testing.T, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return ctx
}

func consoleAddress(d lab.Device) string {
	if d.Port == 0 {
		return d.Address
	}
	return net.JoinHostPort(d.Address, strconv.Itoa(d.Port))
}

// A real login on a serial line, behind ser2net and behind a port of our own: from
// whatever state it is found in to a prompt of our own user, and left logged out.
func TestLabConsoles(t *testing.T) {
	also := map[string][]string{ // what is tried on one kind only
		lab.ConsoleRFC2217: {"half a name"},
		lab.ConsoleRaw:     {"a pager that takes no interrupt", "an editor"},
		lab.ConsoleSerial:  {"a command under way"},
	}
	// Side by side: most of the time is the login's own.
	var wg sync.WaitGroup
	defer wg.Wait()
	for kind, extra := range also {
		wg.Go(func() {
			t.Run(kind, func(t *testing.T) { onLines(t, kind, extra) })
		})
	}
}

// onLines tries the states on the lines of a kind, each on the first that is free.
func onLines(t *testing.T, kind string, extra []string) {
	lines := slices.Delete(lab.RequireAll(t, kind), 1, 2) // the command's tests have the second
	free := make(chan lab.Device, len(lines))
	for _, d := range lines {
		free <- d
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	dir := t.TempDir()
	for i, s := range labStates(lines[0], "") {
		if s.never == once && !slices.Contains(extra, s.name) {
			continue
		}
		d := <-free
		wg.Go(func() {
			defer func() { free <- d }()
			mark := filepath.Join(dir, strconv.Itoa(i))
			t.Run(s.name, func(t *testing.T) { throughConsole(t, d, labStates(d, mark)[i].dialogue, mark) })
		})
	}
}

// once marks a state that is tried on one kind of console only.
const once = "once"

// labStates are the states of a console of the lab. What is left in them makes the
// file mark, if it is gone on with.
//
// What a shell's line editor is typed at before it has given the terminal back is not
// read as a line by what it starts: so that must say first that it runs.
func labStates(d lab.Device, mark string) []state {
	other := []string{"\r", "login: ", d.User + "motd\r", "Password: ", d.Password + "\r", "$ "}
	as := func(more ...string) []string { return append(slices.Clone(other), more...) }
	return []state{
		{"asleep", nil, ""},
		{"mid-login", []string{"\r", "login: ", d.User + "motd\r", "Password: ", "half", ""}, ""},
		{"another user", other, ""},
		{"half a line", as("touch "+mark, mark), ""},
		{"pager", as("seq 1000 | more\r", "--More--"), ""},
		{"configuration", as("vtysh -N r1\r", "r1# ", "configure terminal\rinterface lo\r", "(config-if)# "), ""},
		{"half a name", []string{"\r", "login: ", "vty", "vty"}, once},
		{"a pager that takes no interrupt", as("seq 1000 | less\r", "23\r\n:"), once},
		{"a command under way", as("echo $((6*7)); cat\r", "42\r\n", "said\r", "said\r\nsaid\r\n"), once},
		{"an editor", as("vi "+mark+"\r", "~", "ihalf a line", "half a line"), once},
	}
}

// throughConsole opens a console that was left by a dialogue, uses it and closes it.
func throughConsole(t *testing.T, d lab.Device, dialogue []string, mark string) {
	left(t, d, dialogue)
	dev, err := vty.Dial(limited(t, time.Minute), consoleAddress(d), &vty.Config{
		Transport: vty.Transport(d.Transport), Platform: d.Platform, User: d.User, Password: auth.Literal(d.Password),
	})
	if err != nil {
		t.Fatal(err)
	}
	res, err := dev.Run(t.Context(), "id -un; seq 200")
	if err != nil || !strings.HasPrefix(res.Text(), d.User+"\n1\n2\n") || len(res.Lines()) != 201 {
		t.Errorf("%v, %v", res, err)
	}
	if err := dev.Close(); err != nil {
		t.Error(err)
	}
	left(t, d, []string{"\r", "login: "}) // nobody is logged in
	if _, err := os.Stat(mark); err == nil {
		t.Error("the line that somebody had typed half of was entered")
	}
}
