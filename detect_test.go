package vty_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/ssh"
)

// typist counts the lines that are typed over a connection.
type typist struct {
	transport.Conn
	lines atomic.Int64
}

func (c *typist) Write(p []byte) (int, error) {
	text := strings.ReplaceAll(string(p), "\r\n", "\n")
	c.lines.Add(int64(strings.Count(text, "\r") + strings.Count(text, "\n")))
	return c.Conn.Write(p)
}

func (c *typist) Unwrap() transport.Conn { return c.Conn }

// logins counts the sessions of a device.
type logins struct {
	*sim.Device
	n atomic.Int64
}

func (h *logins) Open(t sim.Terminal) sim.Conversation {
	h.n.Add(1)
	return h.Device.Open(t)
}

// finding is how a platform was found out.
type finding struct {
	dev   *vty.Device
	found *platform.Detection
	tell  map[string]bool // the commands that tell those apart whose prompt it is
	typed int             // lines, to find out
	ready int             // lines, until the device is ready
	took  time.Duration   // to the verdict, the login included
}

// find opens a device as that platform, or as one to be found out.
func find(t *testing.T, dev *sim.Device, as string, reach func() (transport.Conn, error)) *finding {
	t.Helper()
	f := &finding{tell: map[string]bool{}}
	var conn *typist
	before, started := 0, time.Now()
	cfg := credentials(dev, vty.Config{})
	cfg.Platform = as
	cfg.Secrets = map[string]auth.Source{}
	for name, secret := range dev.Secrets() {
		cfg.Secrets[name] = auth.Literal(secret)
	}
	cfg.Dial = func(context.Context) (transport.Conn, error) {
		c, err := reach()
		conn = &typist{Conn: c}
		return conn, err
	}
	cfg.Trace = &vty.Trace{
		LoggedIn: func(prompt, _ string, _ time.Duration) {
			before = int(conn.lines.Load())
			for def := range platform.All() {
				if _, is := def.ModeOf(prompt); is && !unnamed(def) && def.Detect.Says != nil {
					f.tell[def.Detect.Show] = true
				}
			}
		},
		Detected: func(found *platform.Detection) {
			f.found, f.typed, f.took = found, int(conn.lines.Load())-before, time.Since(started)
		},
		Ready: func(string, string, time.Duration) { f.ready = int(conn.lines.Load()) },
	}
	var err error
	if f.dev, err = vty.Dial(t.Context(), "sim", &cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.dev.Close() })
	return f
}

// judge checks what a detection says. What the SSH server or the greeting gives
// away is known, as is a prompt of those alone that one command tells apart.
func (f *finding) judge(t *testing.T, name string, givenAway bool) {
	t.Helper()
	v := f.found
	if len(v.Evidence) == 0 {
		t.Error("found out without evidence")
	}
	if v.Confidence != platform.Unsure && v.Platform != name || !v.MayBe(name) {
		t.Errorf("%v: %v", v, v.Doubts())
	}
	for _, o := range v.Others {
		if o.Why == "" {
			t.Errorf("%s is not told, and nothing says why", o.Name)
		}
	}
	const most = 8 // harmless commands
	if f.typed > most || (givenAway || len(f.tell) <= 1) && f.typed > 1 {
		t.Errorf("%d lines typed: %v", f.typed, v)
	}
}

// compare checks that finding out costs the lines typed for it, and no others.
func (f *finding) compare(t *testing.T, named *finding) {
	t.Helper()
	if more := f.ready - named.ready; more > f.typed {
		t.Errorf("%d lines typed to find out, and %d more than where it is named", f.typed, more)
	}
}

// unnamed reports whether a definition stands for what has no definition of its
// own: no device is found to be that while there are others.
func unnamed(def *platform.Definition) bool {
	return def.Name == platform.Generic || def.Extends == platform.Generic || def.Name == "generic_ios"
}

// Every platform is found out on a simulated device of it, over a line that says
// nothing of the server; or the detection says what it may be, and why it cannot
// tell.
func TestEveryPlatformIsDetected(t *testing.T) {
	found, atOnce := 0, 0
	for def := range platform.All() {
		if unnamed(def) {
			continue
		}
		t.Run(def.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dev := newSim(t, def.Name, nil)
				reach := func() (transport.Conn, error) { return dev.Pipe(sim.Terminal{Size: small}), nil }
				f := find(t, dev, vty.Auto, reach)
				f.judge(t, def.Name, def.Detect.Banner != nil)
				if def.Detect.Says != nil && f.found.Platform != def.Name {
					t.Errorf("its command was not typed: %v", f.found)
				}
				if f.found.Platform == def.Name {
					f.compare(t, find(t, dev, def.Name, reach))
					if found++; f.typed <= 1 {
						atOnce++
					}
				}
				if f.took >= time.Second { // by a clock that only waiting moves
					t.Errorf("it waited for %v", f.took)
				}
				if f.dev.Platform().Name != f.found.Platform {
					t.Errorf("it goes on as %s", f.dev.Platform().Name)
				}
				if res, err := f.dev.Run(t.Context(), "show lines 100"); err != nil || strings.Count(res.Text(), "\n") < 99 {
					if def.Name != "linux" {
						t.Errorf("the session does not go on: %v", err)
					}
				}
			})
		})
	}
	if t.Logf("%d found, %d of them by one command or none", found, atOnce); atOnce < found/2 {
		t.Error("the order of the commands is not the one that decides fastest")
	}
}

// Over SSH, by the clock on the wall, in one login, with a server that names
// itself as the platform's do.
func TestEveryPlatformIsDetectedOverSSH(t *testing.T) {
	key, err := sim.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	for def := range platform.All() {
		if unnamed(def) {
			continue
		}
		t.Run(def.Name, func(t *testing.T) {
			host := &logins{Device: newSim(t, def.Name, nil)}
			srv, err := sim.ListenSSH(t.Context(), "", host, &sim.SSHConfig{HostKey: key, Version: platform.Example(def.Detect.SSH)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = srv.Close() }()
			reach := func() (transport.Conn, error) { return sshTo(t, srv, host.Device) }
			f := find(t, host.Device, vty.Auto, reach)
			f.judge(t, def.Name, def.Detect.SSH != nil || def.Detect.Banner != nil)
			if seen := strings.Contains(f.found.String(), "its SSH server is"); seen != (def.Detect.SSH != nil) {
				t.Errorf("the server's name is not among the evidence as it should be: %v", f.found)
			}
			if n := host.n.Load(); n != 1 {
				t.Errorf("%d logins", n)
			}
			for range 2 { // the machine may have had other things to do
				if f.took >= time.Second {
					f = find(t, host.Device, vty.Auto, reach)
				}
			}
			if f.took >= time.Second {
				t.Errorf("found out in %v", f.took)
			}
		})
	}
}

// What wants the platform known says that it is not.
func TestUndetected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dev := newSim(t, platform.Generic, nil)
		d := find(t, dev, vty.Auto, func() (transport.Conn, error) { return dev.Pipe(sim.Terminal{Size: small}), nil }).dev
		_, applied := d.Apply(t.Context(), vty.Configuration{Lines: []string{"hostname x"}})
		_, running := d.RunningConfig(t.Context())
		for err, want := range map[error]error{applied: vty.ErrNoConfiguration, running: vty.ErrUnsupported, d.Enter(t.Context(), "configuration"): platform.ErrNoPath} {
			if undetected, ok := errors.AsType[*vty.UndetectedError](err); !ok || !errors.Is(err, want) || undetected.Found != d.Detection() {
				t.Errorf("%v", err)
			}
			if vty.Explain(err).Cause == "" {
				t.Errorf("no cause is known of: %v", err)
			}
		}
	})
}

func sshTo(t *testing.T, srv *sim.Server, dev *sim.Device) (transport.Conn, error) {
	user, password, _ := dev.Credentials()
	at := srv.Addr().(*net.TCPAddr)
	return ssh.Dial(t.Context(), at.IP.String(), at.Port, &ssh.Config{
		User: user, Auth: []auth.Method{auth.Password(auth.Literal(password))}, HostKeys: auth.Pinned(srv.Fingerprint()), Size: transport.Size{Columns: 511, Rows: 1000},
	})
}

// birdc may show its prompt before an answer has come: that is no answer to what is
// asked to find it out.
func TestDetectionAwaitsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, device := memnet.Pipe()
		go func() {
			defer func() { _ = device.Close() }()
			_, _ = io.WriteString(device, "BIRD 2.0.12 ready.\r\nbird> ")
			lines := bufio.NewScanner(device)
			lines.Split(func(data []byte, _ bool) (int, []byte, error) {
				if i := bytes.IndexByte(data, '\r'); i >= 0 {
					return i + 1, data[:i], nil
				}
				return 0, nil, nil
			})
			for lines.Scan() {
				_, _ = io.WriteString(device, lines.Text()+"\r\nbird> ")
				<-time.After(time.Second)
				answer := "No such command. Press `?' for help."
				if lines.Text() == "show status" {
					answer = "BIRD 2.0.12\r\nDaemon is up and running"
				}
				_, _ = io.WriteString(device, "\r\x1b[K"+answer+"\r\nbird> ")
			}
		}()
		d, err := vty.Open(t.Context(), client, "bird", &vty.Config{Platform: vty.Auto, KeepTerminal: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		if v := d.Detection(); v.Platform != "bird_birdc" || v.Confidence != platform.Certain {
			t.Error(v)
		}
	})
}
