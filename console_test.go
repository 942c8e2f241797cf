package vty_test

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// A cable leads to a device's console, which is there whether somebody is plugged
// in or not: what the device says meanwhile is lost.
type cable struct {
	console transport.Conn
	mu      sync.Mutex
	plugged io.WriteCloser
	shown   strings.Builder // all that the device said
	deaf    int             // how many writes it misses
	wg      sync.WaitGroup
}

func newCable(t *testing.T, dev *sim.Device) *cable {
	return newCableTo(t, dev, sim.Terminal{Login: true, Console: true, Size: transport.Size{Columns: 80, Rows: 24}})
}

func newCableTo(t *testing.T, dev *sim.Device, end sim.Terminal) *cable {
	c := &cable{console: dev.Pipe(end)}
	c.wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := c.console.Read(buf)
			if err != nil {
				return
			}
			c.mu.Lock()
			to := c.plugged
			c.shown.Write(buf[:n])
			c.mu.Unlock()
			if to != nil {
				_, _ = to.Write(buf[:n])
			}
		}
	})
	t.Cleanup(func() {
		_ = c.console.Close()
		c.wg.Wait()
	})
	return c
}

// plug returns the end of the cable that somebody holds until it is closed.
func (c *cable) plug() *memnet.Conn {
	near, far := memnet.Pipe()
	c.mu.Lock()
	c.plugged = far
	c.mu.Unlock()
	c.wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, err := far.Read(buf)
			if n > 0 && !c.missed() {
				_, _ = c.console.Write(buf[:n])
			}
			if err != nil {
				break
			}
		}
		c.mu.Lock()
		if c.plugged == far {
			c.plugged = nil
		}
		c.mu.Unlock()
		_ = far.Close()
	})
	return near
}

// missed reports whether the device misses what is typed just now.
func (c *cable) missed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf--
	return c.deaf >= 0
}

// leaves types what somebody left the console with: each of keys once the text
// before it has come, and the last text at the end.
func (c *cable) leaves(t *testing.T, dialogue ...string) {
	t.Helper()
	p := c.plug()
	defer p.Close()
	for i, text := range dialogue {
		if i%2 == 0 {
			_, err := io.WriteString(p, text)
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		readTo(t, p, text)
	}
}

// readTo reads until the device has said text.
func readTo(t *testing.T, r io.Reader, text string) string {
	t.Helper()
	var got strings.Builder
	b := make([]byte, 1)
	for !strings.HasSuffix(got.String(), text) {
		if _, err := io.ReadFull(r, b); err != nil {
			t.Fatalf("%v after %q, and not yet %q", err, got.String(), text)
		}
		got.Write(b)
	}
	return got.String()
}

// state is what a console may be found in.
type state struct {
	name     string
	dialogue []string
	never    string // a pattern of what the device says if it is told to go on with what was left
}

// consoles are devices, the states that they may be found in, and what a console
// without anybody shows after a return.
var consoles = []struct {
	platform string
	cfg      *sim.Config
	states   []state
	asleep   string
	command  string
}{
	{"cisco_iosxe", &sim.Config{Users: map[string]string{"admin": "admin", "bob": "builder"}, Secrets: map[string]string{"enable": "enable"}}, []state{
		{"asleep", nil, ""},
		{"at the name", []string{"\r", "Username: "}, ""},
		{"half a name", []string{"\r", "Username: ", "adm", "adm"}, ""},
		{"mid-login", []string{"\r", "Username: ", "bob\r", "Password: "}, ""},
		{"mid-login, half a password", []string{"\r", "Username: ", "bob\r", "Password: ", "buil", ""}, ""},
		{"logged in", []string{"\r", "Username: ", "admin\r", "Password: ", "admin\r", "r1>"}, ""},
		{"another user", []string{"\r", "Username: ", "bob\r", "Password: ", "builder\r", "r1>"}, ""},
		{"another user, privileged", []string{"\r", "Username: ", "bob\r", "Password: ", "builder\r", "r1>", "enable\r", "Password: ", "enable\r", "r1#"}, ""},
		{"configuration", []string{"\r", "Username: ", "bob\r", "Password: ", "builder\r", "r1>", "enable\r", "Password: ", "enable\r", "r1#", "conf t\rinterface Loopback0\r", "r1(config-if)#"}, ""},
		{"pager", []string{"\r", "Username: ", "bob\r", "Password: ", "builder\r", "r1>", "show lines 100\r", " --More-- "}, ""},
		{"half a line", []string{"\r", "Username: ", "bob\r", "Password: ", "builder\r", "r1>", "enable\r", "Password: ", "enable\r", "r1#", "reload", "reload"}, `\[confirm]`},
		{"a question", []string{"\r", "Username: ", "bob\r", "Password: ", "builder\r", "r1>", "enable\r", "Password: ", "enable\r", "r1#", "reload\r", "[confirm]"}, `^\W*r1 con0`},
	}, "Username: ", "show clock"},
	{"linux", &sim.Config{Users: map[string]string{"admin": "admin", "bob": "builder"}}, []state{
		{"at the name", nil, ""},
		{"half a name", []string{"adm", "adm"}, ""},
		{"mid-login", []string{"bob\r", "Password: "}, ""},
		{"logged in", []string{"admin\r", "Password: ", "admin\r", "$ "}, ""},
		{"another user", []string{"bob\r", "Password: ", "builder\r", "$ "}, ""},
		{"another user, root", []string{"bob\r", "Password: ", "builder\r", "$ ", "sudo -s\r", ": ", "builder\r", "# "}, ""},
		{"half a line", []string{"bob\r", "Password: ", "builder\r", "$ ", "echo typed", "typed"}, `\ntyped`},
	}, "login: ", "hostname"},
	{"juniper_junos", &sim.Config{Users: map[string]string{"admin": "admin", "bob": "builder"}}, []state{
		{"at the name", nil, ""},
		{"mid-login", []string{"bob\r", "Password:"}, ""},
		{"another user", []string{"bob\r", "Password:", "builder\r", "> "}, ""},
		{"configuration", []string{"bob\r", "Password:", "builder\r", "> ", "configure\r", "# ", "set system host-name other\r", "# "}, ""},
		{"pager", []string{"bob\r", "Password:", "builder\r", "> ", "show lines 100\r", ")---"}, ""},
		{"half a line", []string{"bob\r", "Password:", "builder\r", "> ", "request system reboot", "reboot"}, `Reboot the system`},
	}, "login: ", "show version"},
}

// found opens a console as admin.
func (c *cable) found(t *testing.T, dev *sim.Device, cfg vty.Config) (*vty.Device, error) {
	t.Helper()
	cfg.Console = vty.ConsoleOn
	if cfg.Platform == "" {
		cfg = credentials(dev, cfg)
	}
	return vty.Open(t.Context(), c.plug(), "console", &cfg)
}

// vacant checks that nobody is logged in.
func (c *cable) vacant(t *testing.T, asleep string) {
	t.Helper()
	synctest.Wait()
	p := c.plug()
	defer p.Close()
	_, _ = io.WriteString(p, "\r\r")
	if text := readTo(t, p, asleep); strings.ContainsAny(strings.TrimRight(text, " "), ">#$") {
		t.Errorf("somebody is logged in: %q", text)
	}
}

// Whatever state a console is found in, it comes to a prompt of our own user, and
// nobody is logged in when we have gone.
func TestConsoleInAnyState(t *testing.T) {
	for _, c := range consoles {
		for _, s := range c.states {
			t.Run(c.platform+"/"+s.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					dev := newSim(t, c.platform, c.cfg)
					line := newCable(t, dev)
					line.leaves(t, s.dialogue...)

					synctest.Wait()
					before := line.shown.Len()
					d, err := line.found(t, dev, vty.Config{})
					if err != nil {
						t.Fatal(err)
					}
					if res, err := d.Run(t.Context(), c.command); err != nil || res.Text() == "" {
						t.Errorf("%v, %v", res, err)
					}
					if strings.Contains(d.Prompt(), "bob") {
						t.Errorf("the prompt %q is another user's", d.Prompt())
					}
					if err := d.Close(); err != nil {
						t.Error(err)
					}
					synctest.Wait()
					if said := line.shown.String()[before:]; s.never != "" && regexp.MustCompile(s.never).MatchString(said) {
						t.Errorf("what somebody left was gone on with: %q", said)
					}
					line.vacant(t, c.asleep)
					if host := dev.Hostname(); host == "other" {
						t.Error("what another user had not committed was committed")
					}
				})
			})
		}
	}
}

// inBubble runs a test on the console of a router, in a bubble of its own time.
func inBubble(t *testing.T, name string, f func(t *testing.T, dev *sim.Device, line *cable)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			dev := newSim(t, "cisco_iosxe", &sim.Config{Users: map[string]string{"admin": "admin", "bob": "builder"}, Secrets: map[string]string{"enable": "enable"}})
			f(t, dev, newCable(t, dev))
		})
	})
}

var bobs = []string{"\r", "Username: ", "bob\r", "Password: ", "builder\r", "r1>", "enable\r", "Password: ", "enable\r", "r1#"}

func TestConsole(t *testing.T) {
	inBubble(t, "without a user it is used as it is found", func(t *testing.T, dev *sim.Device, line *cable) {
		line.leaves(t, bobs...)
		d, err := line.found(t, dev, vty.Config{Platform: "cisco_iosxe"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Run(t.Context(), "show clock"); err != nil {
			t.Error(err)
		}
		_ = d.Close()
		if said := line.shown.String(); strings.Count(said, "con0 is now available") != 2 { // before bob, and now
			t.Errorf("the session was ended in between: %q", said)
		}
		line.vacant(t, "Username: ")
	})
	inBubble(t, "a device that could not be opened is left logged out", func(t *testing.T, dev *sim.Device, line *cable) {
		_, err := line.found(t, dev, vty.Config{Secrets: map[string]auth.Source{"enable": auth.Literal("wrong")}})
		if dial, ok := errors.AsType[*vty.DialError](err); !ok || dial.Phase != vty.PhaseMode {
			t.Errorf("%v", err)
		}
		line.vacant(t, "Username: ")
	})
	inBubble(t, "a password that is refused", func(t *testing.T, dev *sim.Device, line *cable) {
		started := time.Now()
		_, err := line.found(t, dev, vty.Config{Password: auth.Literal("wrong")})
		if !errors.Is(err, vty.ErrLogin) || time.Since(started) > 5*time.Second {
			t.Errorf("after %v: %v", time.Since(started), err)
		}
		line.vacant(t, "Username: ")
	})
	inBubble(t, "a command that was cancelled", func(t *testing.T, dev *sim.Device, line *cable) {
		d, err := line.found(t, dev, vty.Config{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := d.Run(ctx, "ping 192.0.2.1 repeat 1000000"); err == nil {
			t.Error("no error")
		}
		_ = d.Close()
		line.vacant(t, "Username: ")
	})
	inBubble(t, "a device that misses the first keys", func(t *testing.T, dev *sim.Device, line *cable) {
		line.leaves(t, append(bobs, "conf t\r", "r1(config)#")...)
		synctest.Wait()
		line.mu.Lock()
		line.deaf = 1
		line.mu.Unlock()
		started := time.Now()
		d, err := line.found(t, dev, vty.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took < 3*time.Second || took > 10*time.Second {
			t.Errorf("after %v", took)
		}
		_ = d.Close()
		line.vacant(t, "Username: ")
	})
	inBubble(t, "what leaves vi does nothing else", func(t *testing.T, dev *sim.Device, line *cable) {
		line.leaves(t, append(bobs, "conf t\r", "r1(config)#")...)
		synctest.Wait()
		line.mu.Lock()
		line.deaf = 3
		line.mu.Unlock()
		d, err := line.found(t, dev, vty.Config{})
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Close()
		synctest.Wait()
		if said := line.shown.String(); strings.Count(said, ":q!") != 1 || !strings.Contains(said, "% ") {
			t.Errorf("%q", said)
		}
		line.vacant(t, "Username: ")
	})
	inBubble(t, "what it is is found out", func(t *testing.T, dev *sim.Device, line *cable) {
		line.leaves(t, append(bobs, "show lines 100\r", " --More-- ")...)
		cfg := credentials(dev, vty.Config{})
		cfg.Platform = vty.Auto
		d, err := line.found(t, dev, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if name := d.Platform().Name; name != "cisco_iosxe" {
			t.Errorf("found to be %s", name)
		}
		_ = d.Close()
		line.vacant(t, "Username: ")
	})
}

// A console that asks nobody who is there is at its prompt again when a session
// was ended; it is used all the same.
func TestConsoleThatLetsEverybodyIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dev := newSim(t, "cisco_iosxe", nil)
		line := newCableTo(t, dev, sim.Terminal{Console: true})
		d, err := line.found(t, dev, vty.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Run(t.Context(), "show clock"); err != nil {
			t.Error(err)
		}
		_ = d.Close()
		synctest.Wait()
		if said := line.shown.String(); !strings.HasSuffix(said, "Press RETURN to get started.\r\n\r\n\r\n") {
			t.Errorf("somebody is logged in: %q", said)
		}
	})
}
