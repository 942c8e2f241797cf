package vty_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// gate is a device on whose command line others are reached: it runs the programs
// that it knows, and takes down what is typed at its own prompt.
type gate struct {
	prompt   string
	programs map[string]func(g *gate)

	conn  io.ReadWriteCloser
	in    chan byte // closed when the user is gone
	mu    sync.Mutex
	typed strings.Builder // at the prompt
	keys  strings.Builder // in programs of its own
}

func (g *gate) say(text string) { _, _ = io.WriteString(g.conn, text) }

// listen reads what is typed, for whoever has the terminal.
func (g *gate) listen() {
	defer close(g.in)
	for b := make([]byte, 1); ; {
		if _, err := g.conn.Read(b); err != nil {
			return
		}
		g.in <- b[0]
	}
}

// line reads what is typed up to a return, and shows it.
func (g *gate) line(echo bool) (string, error) {
	var text []byte
	for b := range g.in {
		switch {
		case b == '\r':
			g.say("\r\n")
			return string(text), nil
		case b < ' ':
			continue
		case echo:
			g.say(string(b))
		}
		text = append(text, b)
	}
	return "", io.EOF
}

// answer asks something on behalf of a program.
func (g *gate) answer(question string, echo bool) string {
	g.say(question)
	text, _ := g.line(echo)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keys.WriteString(text + "\n")
	return text
}

func (g *gate) serve() {
	defer func() {
		_ = g.conn.Close()
		for range g.in { // so that the listener ends
		}
	}()
	for {
		g.say(g.prompt)
		command, err := g.line(true)
		if err != nil {
			return
		}
		g.mu.Lock()
		g.typed.WriteString(command + "\n")
		g.mu.Unlock()
		if run := g.programs[command]; run != nil {
			run(g)
		} else if command != "" {
			g.say("you say " + command + "\r\n")
		}
	}
}

// connect is a program that passes everything between the user and a device, until
// that ends the session or the user leaves by "~.".
func connect(to func() io.ReadWriteCloser) func(*gate) {
	return func(g *gate) {
		g.say("Trying r2...\r\nConnected to r2.\r\n")
		far := to()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = io.Copy(g.conn, far)
		}()
		var last []byte
		for over := false; !over; {
			select {
			case b, more := <-g.in:
				last = append(last, b)
				if over = !more || bytes.HasSuffix(last, []byte("\r~.")); !over {
					_, _ = far.Write([]byte{b})
				}
			case <-ended:
				over = true
			}
		}
		_ = far.Close()
		<-ended
		g.say("Connection to r2 closed.\r\n")
	}
}

// routerBeyond is a simulated device that asks who is there.
func routerBeyond(t *testing.T, name string) (*sim.Device, func() io.ReadWriteCloser) {
	t.Helper()
	def, err := platform.Embedded().Load("cisco_iosxe")
	if err != nil {
		t.Fatal(err)
	}
	model, err := sim.NewModel(def)
	if err != nil {
		t.Fatal(err)
	}
	dev, err := model.Device(&sim.Config{Hostname: name})
	if err != nil {
		t.Fatal(err)
	}
	return dev, func() io.ReadWriteCloser { return dev.Pipe(sim.Terminal{Login: true}) }
}

// opened is a gate as a device.
func opened(t *testing.T, g *gate) *vty.Device {
	t.Helper()
	client, server := memnet.Pipe()
	g.conn, g.in = server, make(chan byte)
	go g.listen()
	go g.serve()
	cfg := &vty.Config{}
	if strings.HasPrefix(g.prompt, "Your") { // a menu is no prompt that anybody would guess
		def, err := platform.Parse("menu.yaml", []byte("name: menu\nmodes:\n  menu:\n    prompt: '^(?P<host>Your choice):$'\n    samples: ['Your choice:']\n"))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Definition = def
	}
	dev, err := vty.Open(t.Context(), client, "gate", cfg)
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// beyond is the configuration of a simulated router.
func beyond(dev *sim.Device) *vty.Config {
	user, password, enable := dev.Credentials()
	return &vty.Config{
		Platform: "cisco_iosxe", User: user, Password: auth.Literal(password),
		Secrets: map[string]auth.Source{"enable": auth.Literal(enable)},
	}
}

// stillThere checks that a gate is at its prompt, and was never told a secret.
func stillThere(t *testing.T, gate *vty.Device, g *gate, secrets ...string) {
	t.Helper()
	res, err := gate.Run(t.Context(), "hello")
	if err != nil || res.Text() != "you say hello" {
		t.Errorf("the gate afterwards: %+v, %v", res, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range append(secrets, "show version", "admin") {
		if strings.Contains(g.typed.String(), s) {
			t.Errorf("the gate was told %q: %q", s, g.typed.String())
		}
	}
}

func TestOnward(t *testing.T) {
	for _, tc := range []struct{ prompt, command string }{
		{"gate> ", "telnet r2"}, {"gate> ", "ssh ops@r2"}, {"Your choice: ", "2"}, {"r2-gate# ", "telnet r2"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r2, dial := routerBeyond(t, "r2")
			g := &gate{prompt: tc.prompt, programs: map[string]func(*gate){tc.command: connect(dial)}}
			near := opened(t, g)
			defer near.Close()
			for range 2 {
				conn, err := near.Onward(t.Context(), tc.command)
				if err != nil {
					t.Fatal(err)
				}
				far, err := vty.Open(t.Context(), conn, "r2", beyond(r2))
				if err != nil {
					t.Fatal(err)
				}
				res, err := far.Run(t.Context(), "show version")
				if err != nil || !strings.Contains(res.Text(), "Cisco IOS") || far.Hostname() != "r2" || far.Mode() != "privileged" {
					t.Errorf("%+v, %v", res, err)
				}
				if err := far.Close(); err != nil {
					t.Error(err)
				}
				if _, err := far.Run(t.Context(), "show version"); !errors.Is(err, vty.ErrClosed) {
					t.Errorf("after Close: %v", err)
				}
				_, password, enable := r2.Credentials()
				stillThere(t, near, g, password, enable)
			}
		})
	}
}

// What may go wrong on the way: the gate gets no secret, and goes on.
func TestOnwardThatFails(t *testing.T) {
	const password = "never-at-the-gate"
	const shown = "SHA256:0123456789012345678901234567890123456789012"
	denied := func(g *gate) {
		for range 3 {
			g.answer("ops@r2's password: ", false)
			g.say("Permission denied, please try again.\r\n")
		}
	}
	asksKey := func(g *gate) {
		g.say("The authenticity of host 'r2 (192.0.2.2)' can't be established.\r\nED25519 key fingerprint is " + shown + ".\r\n")
		g.answer("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", true)
		g.say("Host key verification failed.\r\n")
	}
	for name, tc := range map[string]struct {
		program func(*gate)
		keys    auth.HostKeys
		want    error
		text    string
		told    string // to the gate's program
	}{
		"refused":                {func(g *gate) { g.say("telnet: Unable to connect: Connection refused\r\n") }, nil, vty.ErrClosed, "Connection refused", ""},
		"the wrong password":     {denied, nil, vty.ErrLogin, "again", password},
		"another user":           {func(g *gate) { g.answer("root@r2's password: ", false) }, nil, vty.ErrNotNamed, "root", ""},
		"another host":           {func(g *gate) { g.answer("(ops@bastion) Password: ", false) }, nil, vty.ErrNotNamed, "bastion", ""},
		"a key's passphrase":     {func(g *gate) { g.answer("Enter passphrase for key '/home/ops/.ssh/id_rsa': ", false) }, nil, vty.ErrNotNamed, "passphrase", ""},
		"sudo":                   {func(g *gate) { g.answer("[sudo] password for ops: ", false) }, nil, vty.ErrNotNamed, "sudo", ""},
		"an unknown host key":    {asksKey, nil, nil, "does not know the host key", ""},
		"a strict policy":        {asksKey, auth.KnownHosts(), nil, "does not know the host key", ""},
		"believed by name":       {asksKey, auth.AcceptNew(), vty.ErrClosed, "verification failed", "yes"},
		"pinned":                 {asksKey, auth.Pinned(shown), vty.ErrClosed, "verification failed", shown},
		"no account there":       {func(g *gate) { g.answer("ops@r2's password: ", false); g.say("This account is not available.\r\n") }, nil, vty.ErrClosed, "not available", password},
		"the gate's own command": {nil, nil, vty.ErrClosed, "you say ssh ops@r2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &gate{prompt: "gate# ", programs: map[string]func(*gate){"ssh ops@r2": tc.program}}
				near := opened(t, g)
				defer near.Close()
				conn, err := near.Onward(t.Context(), "ssh ops@r2")
				if err != nil {
					t.Fatal(err)
				}
				far, err := vty.Open(t.Context(), conn, "r2", &vty.Config{Platform: "cisco_iosxe", User: "ops", Password: auth.Literal(password), HostKeys: tc.keys})
				if err == nil {
					_ = far.Close()
				}
				if err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) || strings.Contains(err.Error(), password) {
					t.Errorf("%v; want %v, %q", err, tc.want, tc.text)
				}
				g.mu.Lock()
				told := strings.TrimSpace(strings.SplitN(g.keys.String(), "\n", 2)[0])
				g.mu.Unlock()
				if tc.told != "" && told != tc.told || tc.told == "" && strings.Contains(g.keys.String(), password) {
					t.Errorf("the gate's program was told %q, want %q", told, tc.told)
				}
				if name == "another user" || name == "another host" || strings.Contains(name, "passphrase") || name == "sudo" || strings.Contains(name, "key") || name == "a strict policy" || name == "the wrong password" {
					return // the program still asks: the way back is tried below
				}
				stillThere(t, near, g, password)
			})
		})
	}
}

// A session beyond that ends by itself: what is to be run there is not run at the gate.
func TestOnwardEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r2, dial := routerBeyond(t, "r2")
		var far io.ReadWriteCloser
		g := &gate{prompt: "gate# ", programs: map[string]func(*gate){"telnet r2": connect(func() io.ReadWriteCloser { far = dial(); return far })}}
		near := opened(t, g)
		defer near.Close()
		conn, err := near.Onward(t.Context(), "telnet r2")
		if err != nil {
			t.Fatal(err)
		}
		dev, err := vty.Open(t.Context(), conn, "r2", beyond(r2))
		if err != nil {
			t.Fatal(err)
		}
		_ = far.Close()
		synctest.Wait()
		if _, err := dev.Run(t.Context(), "show version"); !errors.Is(err, vty.ErrClosed) {
			t.Errorf("%v", err)
		}
		if dev.Alive() {
			t.Error("it is alive")
		}
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
		stillThere(t, near, g)
	})
}

// A device beyond that does not end its session is left by ssh's own way; a gate that
// does not come back at all is closed.
func TestOnwardIsLeft(t *testing.T) {
	for _, mute := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			stuck := func() io.ReadWriteCloser {
				client, server := memnet.Pipe()
				go func() {
					_, _ = io.WriteString(server, "r2>")
					_, _ = io.Copy(io.Discard, server)
				}()
				return client
			}
			run := connect(stuck)
			if mute {
				run = func(g *gate) {
					g.say("r2>")
					for range g.in {
					}
				}
			}
			g := &gate{prompt: "gate# ", programs: map[string]func(*gate){"ssh ops@r2": run}}
			near := opened(t, g)
			defer near.Close()
			conn, err := near.Onward(t.Context(), "ssh ops@r2")
			if err != nil {
				t.Fatal(err)
			}
			far, err := vty.Open(t.Context(), conn, "r2", &vty.Config{Platform: "cisco_iosxe", Mode: "exec", KeepTerminal: true})
			if err != nil {
				t.Fatal(err)
			}
			err = far.Close()
			if (err != nil) != mute {
				t.Errorf("Close: %v", err)
			}
			if !mute {
				stillThere(t, near, g)
			} else if _, err := near.Run(t.Context(), "hello"); !errors.Is(err, vty.ErrClosed) {
				t.Errorf("the gate afterwards: %v", err)
			}
		})
	}
}
