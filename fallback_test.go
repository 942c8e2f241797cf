package vty_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/ssh"
)

// unanswered is what package socket says of a port where nobody listens.
func unanswered(host string, port int) error {
	return &socket.OpenError{Host: host, Port: port, Attempts: []socket.Attempt{{
		Address: netip.MustParseAddrPort("192.0.2.1:22"), Cause: socket.Refused, Err: errors.New("connection refused"),
	}}}
}

func TestFallback(t *testing.T) {
	for _, test := range []struct {
		name     string
		fallback *vty.Fallback
		// ssh is what stands at port 22, beside the simulated device's own server.
		ssh   func(ctx context.Context, host string, port int) (net.Conn, error)
		tweak func(*vty.Config)
		by    vty.Transport
		took  time.Duration // 0 is not checked
		fails string
	}{
		{name: "refused", ssh: refuses, fallback: &vty.Fallback{Transport: vty.Telnet}, by: vty.Telnet},
		{name: "refused, none named", ssh: refuses, fails: "connection refused"},
		{name: "silent for half of the time", ssh: silent, fallback: &vty.Fallback{Transport: vty.Telnet}, by: vty.Telnet, took: 30 * time.Second},
		{name: "hung up", ssh: hangsUp, fallback: &vty.Fallback{Transport: vty.Telnet}, by: vty.Telnet},
		{name: "SSH is there", fallback: &vty.Fallback{Transport: vty.Telnet}, by: vty.SSH},
		{name: "another port", ssh: refuses, fallback: &vty.Fallback{Transport: vty.Telnet, Port: 2323}, fails: "2323"},
		{name: "key not accepted", fallback: &vty.Fallback{Transport: vty.Telnet}, fails: "none of those pinned",
			tweak: func(c *vty.Config) { c.HostKeys = auth.Pinned("SHA256:" + strings.Repeat("A", 43)) }},
		{name: "password refused", fallback: &vty.Fallback{Transport: vty.Telnet}, fails: "password refused",
			tweak: func(c *vty.Config) { c.Auth = []auth.Method{auth.Password(auth.Literal("wrong"))} }},
		{name: "no algorithm in common", fallback: &vty.Fallback{Transport: vty.Telnet}, fails: "no common",
			tweak: func(c *vty.Config) {
				c.SSH = &ssh.Config{Algorithms: ssh.Offer{KeyExchanges: []string{"diffie-hellman-group16-sha512"}}}
			}},
		{name: "a jump host that refuses", ssh: throughAHopThatRefuses, fallback: &vty.Fallback{Transport: vty.Telnet}, fails: "jump host"},
		{name: "to SSH", fallback: &vty.Fallback{Transport: vty.SSH}, fails: `fallback "ssh"`},
		{name: "from Telnet", fallback: &vty.Fallback{Transport: vty.Telnet}, fails: "the transport is telnet",
			tweak: func(c *vty.Config) { c.Transport = vty.Telnet }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dev := newSim(t, "cisco_iosxe", nil)
				telnets, sshs := memnet.Listen("telnet"), memnet.Listen("ssh")
				telnet := sim.ServeTelnet(telnets, dev)
				defer func() { _ = telnet.Close() }()
				server, err := sim.ServeSSH(sshs, dev, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = server.Close() }()
				var asked []int
				cfg := credentials(dev, vty.Config{Fallback: test.fallback, HostKeys: auth.Pinned(server.Fingerprint())})
				cfg.Auth = []auth.Method{auth.Password(cfg.Password)}
				cfg.Via = func(ctx context.Context, host string, port int) (net.Conn, error) {
					switch asked = append(asked, port); {
					case port == 23:
						return telnets.Dial(ctx)
					case port != 22:
						return nil, unanswered(host, port)
					case test.ssh != nil:
						return test.ssh(ctx, host, port)
					}
					return sshs.Dial(ctx)
				}
				if test.tweak != nil {
					test.tweak(&cfg)
				}
				started := time.Now()
				d, err := vty.Dial(t.Context(), "r1", &cfg)
				if test.fails != "" {
					if err == nil || !strings.Contains(err.Error(), test.fails) {
						t.Fatalf("error %v, want %q", err, test.fails)
					}
					if len(asked) > 1 && test.fallback.Port == 0 {
						t.Errorf("ports %v were tried", asked)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = d.Close() }()
				by, why := d.Transport()
				if by != test.by || (why == nil) != (by == vty.SSH) {
					t.Errorf("by %s (%v), want %s", by, why, test.by)
				}
				if took := time.Since(started); test.took > 0 && (took < test.took || took > test.took+5*time.Second) {
					t.Errorf("it took %v, want %v and little more", took, test.took)
				}
				if res, err := d.Run(t.Context(), "show version"); err != nil || !strings.Contains(res.Text(), "Cisco IOS") {
					t.Errorf("%v: %v", res, err)
				}
			})
		})
	}
}

func refuses(_ context.Context, host string, port int) (net.Conn, error) {
	return nil, unanswered(host, port)
}

func silent(context.Context, string, int) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, theirs) }()
	return ours, nil
}

func hangsUp(context.Context, string, int) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() {
		_, _ = theirs.Read(make([]byte, 100))
		_ = theirs.Close()
	}()
	return ours, nil
}

func throughAHopThatRefuses(_ context.Context, host string, port int) (net.Conn, error) {
	return nil, &jump.HopError{Hop: "ops@gate:22", Err: unanswered("gate", 22)}
}

func TestParseFallback(t *testing.T) {
	for text, want := range map[string]string{
		"telnet": "", "telnet:2323": "", "ssh": "the one there is", "": "the one there is", "telnet:": "not a port",
		"telnet:0": "not a port", "telnet:65536": "not a port",
	} {
		f, err := vty.ParseFallback(text)
		if want == "" && (err != nil || f.Transport != vty.Telnet || f.Port == 2323 != strings.HasSuffix(text, "2323")) {
			t.Errorf("%q: %+v, %v", text, f, err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
