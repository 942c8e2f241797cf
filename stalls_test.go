package vty_test

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/socket"
	gossh "golang.org/x/crypto/ssh"
)

var update = flag.Bool("update", false, "write testdata/errors.golden and docs/platform-detection.md anew")

// A trouble is a device that stops somewhere on the way, or refuses something.
type trouble struct {
	name  string
	stall bool // it stops: the limit must fire, in time
	cfg   func(*vty.Config)
	// dial makes the connection; nil is an SSH server that goes as far as stops.
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	stops string // where the SSH server stops
	// script is what the device says once the shell is there, and awaits in turn: it
	// waits for each line that begins with ">", and says the others.
	script []string
	pipe   bool // the script is played without SSH: the device asks who is there
	run    string
	close  bool // it is the closing that is tried
	phases []string
}

var troubles = []trouble{
	{name: "lookup", stall: true, phases: []string{"name not resolved"}, cfg: func(c *vty.Config) { c.Socket.Resolver = deaf{} }},
	{name: "connect", stall: true, phases: []string{"192.0.2.1"}, dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}},
	{name: "banner", stall: true, stops: "version", phases: []string{"version", "awaiting its SSH version"}},
	{name: "key exchange", stall: true, stops: "key exchange", phases: []string{"key exchange", "awaiting the algorithms that it offers"}},
	{name: "authentication", stall: true, stops: "authentication", phases: []string{"authentication", "awaiting its answer to the password"}},
	{name: "channel", stall: true, stops: "channel", phases: []string{"session", "awaiting a session"}},
	{name: "pty", stall: true, stops: "pty", phases: []string{"shell", "awaiting a terminal and a shell"}},
	{name: "shell", stall: true, stops: "shell", phases: []string{"shell", "awaiting a terminal and a shell"}},
	{name: "login text", stall: true, pipe: true, script: []string{}, phases: []string{"login question or the first prompt", "nothing was on the screen"}},
	{name: "password", stall: true, pipe: true, script: []string{"Username: ", ">ops\r", "ops\r\nPassword: ", ">pw-1f\r"}, phases: []string{"Password:"}},
	{name: "first prompt", stall: true, script: []string{"Welcome to the lab\r\nNo prompt follows\r\n"}, phases: []string{"first prompt", "No prompt follows"}},
	{name: "echo", stall: true, script: []string{"r1#", ">show clock\r"}, run: "show clock", phases: []string{"its echo", "r1#"}},
	{name: "output", stall: true, script: []string{"r1#", ">show clock\r", "show clock\r\n12:00:01\r\n"}, run: "show clock", phases: []string{`the prompt "r1#"`, "12:00:01"}},
	{name: "pager", stall: true, script: []string{"r1#", ">show clock\r", "show clock\r\n12:00:01\r\n --More-- ", "> "}, run: "show clock", phases: []string{`the page behind "--More--"`, "12:00:01"}},
	{name: "close", stall: true, script: []string{"r1#", ">exit\r"}, close: true},

	{name: "unknown name", cfg: func(c *vty.Config) { c.Socket.Resolver = nobody{} }},
	{name: "refused", dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}},
	{name: "closed before the version", stops: "hang up"},
	{name: "wrong password", cfg: func(c *vty.Config) { c.Auth = []auth.Method{auth.Password(auth.Literal("wrong-7c"))} }},
	{name: "no password", cfg: func(c *vty.Config) { c.Auth = nil }},
	{name: "unknown host key", cfg: func(c *vty.Config) { c.HostKeys = auth.KnownHosts("testdata/no_known_hosts") }},
	{name: "changed host key", cfg: func(c *vty.Config) { c.HostKeys = auth.KnownHosts("testdata/other_known_hosts") }},
	{name: "other host key than pinned", cfg: func(c *vty.Config) {
		c.HostKeys = auth.Pinned("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	}},
	{name: "weak algorithms only", stops: "weak"},
	{name: "login refused in the session", pipe: true, script: []string{"Username: ", ">ops\r", "ops\r\nPassword: ", ">pw-1f\r", "\r\n% Login invalid\r\n\r\nUsername: "}},
	{name: "enable secret refused", cfg: func(c *vty.Config) { c.Mode = "privileged" }, script: []string{"r1>", ">enable\r", "enable\r\nPassword: ", ">en-2a\r", "\r\nPassword: "}},
	{name: "enable refused", cfg: func(c *vty.Config) { c.Mode = "privileged" }, script: []string{"r1>", ">enable\r", "enable\r\n% Not ready\r\n\r\nr1>"}},
	{name: "no enable secret", cfg: func(c *vty.Config) { c.Mode, c.Secrets = "privileged", nil }, script: []string{"r1>", ">enable\r", "enable\r\nPassword: "}},
	{name: "unexpected question", script: []string{"r1#", ">reload\r", "reload\r\nProceed with reload? [confirm]"}, run: "reload"},
	{name: "out of step", script: []string{"r1#", ">show clock\r", "show clock\r\n12:00:01\r\nr1#", ">show clock\r", "\r\nr1#sh clok\r\n% Invalid input\r\nr1#"}, run: "show clock"},
	{name: "silence", cfg: func(c *vty.Config) { c.Silence = 5 * time.Second }, script: []string{"r1#", ">show clock\r", "show clock\r\n12:00:01\r\n"}, run: "show clock"},
	{name: "closed in the middle of a command", script: []string{"r1#", ">show clock\r", "show clock\r\n12:00:01\r\n", "!"}, run: "show clock"},
	{name: "refused command", script: []string{"r1#", ">show clok\r", "show clok\r\n        ^\r\n% Invalid input detected at '^' marker.\r\n\r\nr1#"}, run: "show clok"},
	{name: "not a command", script: []string{"r1#"}, run: "show clock\nshow version"},
}

// limit is what everything may take.
const limit = 7 * time.Second

// TestTroubles: at every point where a device may stop the limit fires within
// 50 ms and leaves no goroutine (the bubble of the test would not end), and the
// errors say what testdata/errors.golden holds.
func TestTroubles(t *testing.T) {
	var all strings.Builder
	for _, tr := range troubles {
		t.Run(tr.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				err := tr.meet(t)
				took := time.Since(started)
				if tr.close {
					// No error: the session is over, whether or not the device said goodbye.
					if took < time.Second || took > time.Second+50*time.Millisecond || err != nil {
						t.Errorf("it took %v and ended in %v", took, err)
					}
					fmt.Fprintf(&all, "== %s\nerror: %v\n\n", tr.name, err)
					return
				}
				if err == nil {
					t.Fatal("no error")
				}
				if tr.stall && (took < limit || took > limit+50*time.Millisecond) {
					t.Errorf("the limit of %v fired after %v", limit, took)
				}
				if tr.stall && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("it is not the end of the time: %v", err)
				}
				for _, want := range tr.phases {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("the error does not name %q: %v", want, err)
					}
				}
				why := vty.Explain(err)
				if why.Cause == "" || why.Next == "" {
					t.Errorf("no cause or no next step: %v", err)
				}
				for _, secret := range []string{"pw-1f", "en-2a", "wrong-7c"} {
					if strings.Contains(err.Error()+why.Cause+why.Next, secret) {
						t.Errorf("it tells the secret: %v", err)
					}
				}
				fmt.Fprintf(&all, "== %s\nerror: %v\ncause: %s\nnext: %s\n\n", tr.name, err, why.Cause, why.Next)
			})
		})
	}
	const file = "testdata/errors.golden"
	if t.Failed() {
		return
	}
	if *update {
		if err := os.WriteFile(file, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := all.String(); got != string(want) {
		t.Errorf("the errors are not those of %s (see -update): %s", file, firstDifference(got, string(want)))
	}
}

// meet goes as far as the device lets it.
func (tr *trouble) meet(t *testing.T) error {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	over := make(chan struct{})
	defer synctest.Wait()
	defer close(over)
	cfg := &vty.Config{
		Platform: "cisco_iosxe", User: "ops", Mode: "exec", KeepTerminal: true, Cancel: vty.CancelClose,
		Auth: []auth.Method{auth.Password(auth.Literal("pw-1f"))}, HostKeys: auth.Pinned(gossh.FingerprintSHA256(stallKey.PublicKey())),
		Secrets: map[string]auth.Source{"enable": auth.Literal("en-2a")},
	}
	if len(tr.script) > 0 && tr.script[0] == "r1#" {
		cfg.Mode = "privileged"
	}
	cfg.Socket = &socket.Options{Resolver: one{}, Dial: tr.dial}
	if cfg.Socket.Dial == nil {
		cfg.Socket.Dial = func(context.Context, string, string) (net.Conn, error) {
			client, server := memnet.Pipe()
			go tr.serve(server, over)
			return client, nil
		}
	}
	if tr.cfg != nil {
		tr.cfg(cfg)
	}
	var d *vty.Device
	var err error
	if tr.pipe {
		client, server := memnet.Pipe()
		go tr.play(server, over)
		d, err = vty.Open(ctx, client, "r1.example.net", cfg)
	} else {
		d, err = vty.Dial(ctx, "r1.example.net", cfg)
	}
	if err != nil {
		return err
	}
	if tr.close {
		return d.Close()
	}
	defer func() { _ = d.Close() }()
	if tr.name == "out of step" {
		if _, err := d.Run(ctx, tr.run); err != nil {
			return err
		}
	}
	_, err = d.Run(ctx, tr.run)
	return err
}

// stallKey is the same in every run, so that the golden file can hold it.
var stallKey = func() gossh.Signer {
	key, err := gossh.NewSignerFromKey(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		panic(err)
	}
	return key
}()

// serve is an SSH server that stops where the trouble says.
func (tr *trouble) serve(conn net.Conn, over <-chan struct{}) {
	defer func() { _ = conn.Close() }()
	switch tr.stops {
	case "hang up":
		return
	case "key exchange":
		_, _ = io.WriteString(conn, "SSH-2.0-stall\r\n")
		fallthrough
	case "version":
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	cfg := &gossh.ServerConfig{ServerVersion: "SSH-2.0-stall", PasswordCallback: func(_ gossh.ConnMetadata, password []byte) (*gossh.Permissions, error) {
		if tr.stops == "authentication" {
			<-over
		}
		if string(password) != "pw-1f" {
			return nil, errors.New("no")
		}
		return nil, nil
	}}
	if tr.stops == "weak" {
		cfg.KeyExchanges = []string{"diffie-hellman-group1-sha1"}
	}
	cfg.AddHostKey(stallKey)
	_, channels, requests, err := gossh.NewServerConn(conn, cfg)
	if err != nil {
		return
	}
	go gossh.DiscardRequests(requests)
	if tr.stops == "channel" {
		<-over
		return
	}
	c, ok := <-channels
	if !ok {
		return
	}
	ch, reqs, err := c.Accept()
	if err != nil {
		return
	}
	for r := range reqs {
		if r.Type == tr.stops || r.Type == "pty-req" && tr.stops == "pty" {
			break
		}
		if r.WantReply {
			_ = r.Reply(true, nil)
		}
		if r.Type == "shell" {
			go gossh.DiscardRequests(reqs)
			tr.play(ch, over)
			return
		}
	}
	<-over
}

// play says and awaits what the script has, and stops.
func (tr *trouble) play(conn io.ReadWriteCloser, over <-chan struct{}) {
	defer func() { _ = conn.Close() }()
	typed := bufio.NewReader(conn)
	for _, line := range tr.script {
		want, awaits := strings.CutPrefix(line, ">")
		switch {
		case line == "!":
			return
		case awaits:
			for range len(want) {
				if _, err := typed.ReadByte(); err != nil {
					return
				}
			}
		default:
			_, _ = io.WriteString(conn, line)
		}
	}
	_, _ = io.Copy(io.Discard, typed)
	<-over
}

// one knows every name; nobody none; deaf never answers.
type (
	one    struct{}
	nobody struct{}
	deaf   struct{}
)

func (one) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
}

func (nobody) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (deaf) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
