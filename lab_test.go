package vty_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/transport"
)

// labConfig says how to reach a device of the lab.
func labConfig(dev lab.Device) *vty.Config {
	cfg := &vty.Config{
		Platform: dev.Platform,
		User:     dev.User,
		Password: auth.Literal(dev.Password),
		Secrets:  map[string]auth.Source{"enable": auth.Literal(dev.Enable)},
	}
	if dev.Transport == "telnet" {
		cfg.Transport = vty.Telnet
	} else {
		cfg.HostKeys = auth.KnownHosts(dev.KnownHosts)
		cfg.Auth = []auth.Method{auth.Password(auth.Literal(dev.Password))}
	}
	return cfg
}

func labAddress(dev lab.Device) string {
	return net.JoinHostPort(dev.Address, strconv.Itoa(dev.Port))
}

// dialLab opens a session with a device of the lab.
func dialLab(t *testing.T, dev lab.Device, cfg *vty.Config) *vty.Device {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	d, err := vty.Dial(ctx, labAddress(dev), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// The referee of what a router says is its own local shell.
func vtysh(t *testing.T, router, command string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "vtysh", "-N", router, "-c", command).Output()
	if err != nil {
		t.Fatalf("vtysh: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func TestLabRoutersAnswerWhatTheirShellDoes(t *testing.T) {
	commands := []string{"show version", "show route-map", "show ip prefix-list", "show bgp router", "show memory nonsense"}
	for _, kind := range []string{"frr_vty", "frr_vtysh"} {
		for _, size := range []transport.Size{{Columns: 511, Rows: 1000}, {Columns: 80, Rows: 24}} {
			t.Run(fmt.Sprintf("%s/%d rows", kind, size.Rows), func(t *testing.T) {
				dev := lab.Require(t, kind)
				cfg := labConfig(dev)
				cfg.Size = size
				cfg.KeepTerminal = size.Rows < 100 // the pager is passed, not switched off
				d := dialLab(t, dev, cfg)
				for _, command := range commands[:3] {
					res, err := d.Run(t.Context(), command)
					if err != nil {
						t.Fatal(err)
					}
					if want := vtysh(t, dev.Hostname, command); res.Text() != want {
						t.Errorf("%s differs from the router's own shell: %s", command, firstDifference(res.Text(), want))
					}
				}
				res, err := d.Run(t.Context(), "show running-config")
				if err != nil {
					t.Fatal(err)
				}
				if n := len(res.Lines()); n < 1000 || res.Lines()[n-1] != "end" || strings.Contains(res.Text(), "More") {
					t.Errorf("the running configuration has %d lines and ends in %q", n, res.Lines()[n-1])
				}
				if _, err = d.Run(t.Context(), "show nonsense"); !errors.Is(err, vty.ErrRefused) {
					t.Errorf("a refused command: %v", err)
				}
			})
		}
	}
}

func TestLabRoutersAreConfigured(t *testing.T) {
	for _, kind := range []string{"frr_vty", "frr_vtysh"} {
		t.Run(kind, func(t *testing.T) {
			// Not the first router: others compare what it says.
			routers := lab.RequireAll(t, kind)
			dev := routers[len(routers)-1]
			d := dialLab(t, dev, labConfig(dev))
			name := "VTY-" + strings.ToUpper(kind)
			defer func() {
				if _, err := d.Configure(t.Context(), "no route-map "+name); err != nil {
					t.Error(err)
				}
			}()
			report, err := d.Configure(t.Context(), "route-map "+name+" permit 10", "set local-preference 5", "set nonsense 5", "set metric 7")
			var failed *vty.ConfigureError
			if !errors.As(err, &failed) || failed.Line != 3 || !strings.Contains(err.Error(), "set nonsense 5") {
				t.Fatalf("a line the router refuses: %v", err)
			}
			if report.Applied() != 2 || len(report.Unsent) != 1 || d.Mode() != "privileged" {
				t.Errorf("report %+v, mode %s", report, d.Mode())
			}
			shown := vtysh(t, dev.Hostname, "show running-config")
			if !strings.Contains(shown, "route-map "+name+" permit 10\n set local-preference 5\n") {
				t.Error("what was accepted is not in the running configuration")
			}
			if strings.Contains(shown, "set metric 7") {
				t.Error("a line after the refused one was sent")
			}
		})
	}
}

func TestLabHosts(t *testing.T) {
	for _, kind := range []string{"linux_ssh", "linux_motd", "linux_dropbear", "linux_telnet"} {
		t.Run(kind, func(t *testing.T) {
			dev := lab.Require(t, kind)
			d := dialLab(t, dev, labConfig(dev))
			var want strings.Builder
			for i := range 5000 {
				fmt.Fprintf(&want, "%d\n", i+1)
			}
			res, err := d.Run(t.Context(), "seq 5000")
			if err != nil || res.Text()+"\n" != want.String() {
				t.Errorf("seq: %v, %s", err, firstDifference(res.Text(), want.String()))
			}
			// Output without a line end, and a prompt that changes.
			res, err = d.Run(t.Context(), "cd /tmp && printf 'no line end'")
			if err != nil || res.Text() != "no line end" {
				t.Errorf("%q, %v", res.Text(), err)
			}
			res, err = d.Run(t.Context(), "pwd")
			if err != nil || res.Text() != "/tmp" {
				t.Errorf("%q, %v", res.Text(), err)
			}
			long := "echo " + strings.Repeat("long ", 300)
			if res, err = d.Run(t.Context(), long); err != nil || res.Text() != strings.TrimSpace(strings.Repeat("long ", 300)) {
				t.Fatalf("a command of %d characters: %+v, %v", len(long), res, err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			var timeout *vty.TimeoutError
			if _, err = d.Run(ctx, "echo begun; sleep 100"); !errors.As(err, &timeout) || timeout.Closed {
				t.Errorf("a command that was cancelled: %v", err)
			}
			n := 0
			for _, err := range d.Stream(t.Context(), "yes") {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == 1000 {
					break
				}
			}
			if res, err = d.Run(t.Context(), "echo still here"); err != nil || res.Text() != "still here" {
				t.Errorf("afterwards: %v, %v", res, err)
			}
		})
	}
}

func TestLabWeakServerNeedsLegacy(t *testing.T) {
	dev := lab.Require(t, "ssh_weak")
	cfg := labConfig(dev)
	if _, err := vty.Dial(t.Context(), labAddress(dev), cfg); err == nil || !strings.Contains(err.Error(), "legacy") {
		t.Fatalf("without Legacy: %v", err)
	}
	cfg.Legacy = true
	d := dialLab(t, dev, cfg)
	if res, err := d.Run(t.Context(), "echo hello"); err != nil || res.Text() != "hello" {
		t.Errorf("%v, %v", res, err)
	}
}

// Commands without an end are stopped, and the session goes on.
func TestLabEndlessCommands(t *testing.T) {
	for kind, after := range map[string]string{"linux_ssh": "echo still here", "frr_vtysh": "show version"} {
		t.Run(kind, func(t *testing.T) {
			dev := lab.Require(t, kind)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			d := dialLab(t, dev, labConfig(dev))
			goesOn := func() {
				t.Helper()
				res, err := d.Run(ctx, after)
				if err != nil {
					t.Fatal(err)
				}
				want := "still here"
				if kind == "frr_vtysh" {
					want = vtysh(t, dev.Hostname, after)
				}
				if res.Text() != want {
					t.Errorf("the command after it: %s", firstDifference(res.Text(), want))
				}
			}
			res, err := d.Do(ctx, vty.Command{Line: "ping 127.0.0.1", Lines: 2})
			if err != nil || len(res.Lines()) != 2 || !res.Stopped || !strings.HasPrefix(res.Text(), "PING 127.0.0.1") {
				t.Fatalf("stopped after two lines: %+v, %v", res, err)
			}
			goesOn()
			res, err = d.Do(ctx, vty.Command{Line: "ping 127.0.0.1", Until: regexp.MustCompile(`seq=2\b`)})
			if err != nil || !res.Stopped || len(res.Lines()) != 3 {
				t.Fatalf("stopped at a line: %+v, %v", res, err)
			}
			goesOn()
			for line, err := range d.Stream(ctx, "ping 127.0.0.1") {
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(line, "seq=1 ") {
					break
				}
			}
			goesOn()
		})
	}
}
