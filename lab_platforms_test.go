package vty_test

import (
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/platform"
)

// What marks a platform as proven in the lab is driven here.

func refusedThere(t *testing.T, d *vty.Device, command string) {
	t.Helper()
	if res, err := d.Run(t.Context(), command); !errors.Is(err, vty.ErrRefused) {
		t.Errorf("%s: %v, %v", command, res, err)
	}
}

func runThere(t *testing.T, d *vty.Device, command string) string {
	t.Helper()
	res, err := d.Run(t.Context(), command)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return res.Text()
}

// What is in the lab is found out to be what it is.
func TestLabDetection(t *testing.T) {
	for _, kind := range []string{
		lab.FRRVTY, lab.FRRDaemon, lab.FRRVTYSH, lab.LinuxSSH, lab.LinuxMOTD, lab.LinuxDropbear, lab.LinuxTelnet,
		lab.BIRD, lab.OpenVSwitch, lab.Yangcli,
	} {
		t.Run(kind, func(t *testing.T) {
			for _, dev := range lab.RequireAll(t, kind) {
				cfg := labConfig(dev)
				cfg.Platform = vty.Auto
				found := dialLab(t, dev, cfg).Detection()
				if found.Platform != dev.Platform || found.Confidence != platform.Certain {
					t.Errorf("%s: %v", dev.Name, found)
				}
			}
		})
	}
}

// Each FRR daemon has a Telnet line of its own.
func TestLabFRRDaemons(t *testing.T) {
	lab.Require(t, lab.FRRDaemon)
	inventory, err := lab.Read()
	if err != nil {
		t.Fatal(err)
	}
	daemons, err := inventory.Of(lab.FRRDaemon)
	if err != nil {
		t.Fatal(err)
	}
	for _, dev := range daemons {
		t.Run(dev.Name, func(t *testing.T) {
			d := dialLab(t, dev, labConfig(dev))
			if d.Hostname() != dev.Hostname {
				t.Errorf("it is called %q, want %q", d.Hostname(), dev.Hostname)
			}
			for _, from := range d.Platform().Modes {
				for _, to := range d.Platform().Modes {
					for _, mode := range []string{from.Name, to.Name} {
						if err := d.Enter(t.Context(), mode); err != nil {
							t.Fatalf("from %s to %s: %v", from.Name, to.Name, err)
						}
					}
				}
			}
			if err := d.Enter(t.Context(), "privileged"); err != nil {
				t.Fatal(err)
			}
			refusedThere(t, d, "show nonsense")
			if text := runThere(t, d, "show running-config"); !strings.Contains(text, "hostname "+dev.Hostname) || !strings.HasSuffix(text, "\nend") {
				t.Errorf("the configuration is %q", text)
			}
		})
	}
}

// clock is a time of day as BIRD writes it.
var clock = regexp.MustCompile(`\d\d:\d\d:\d\d\.\d{3}`)

// without is what lines has and others lacks.
func without(lines, others []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return slices.Contains(others, l) })
}

// The referee of what BIRD says is its own birdc, on the same socket and without
// a terminal.
func TestLabBIRD(t *testing.T) {
	dev := lab.Require(t, lab.BIRD)
	cfg := labConfig(dev)
	cfg.Size = small
	d := dialLab(t, dev, cfg)
	for _, command := range []string{"show status", "show route", "show route count", "show protocols all"} {
		out, err := exec.CommandContext(t.Context(), "/usr/sbin/birdc", "-s", lab.Dir()+"/bird/bird.ctl", command).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(string(out), "\n") // the first line greets
		// BIRD reckons since when from two clocks, and is now and then off by a
		// millisecond.
		lines := func(text string) []string { return strings.Split(clock.ReplaceAllString(text, "TIME"), "\n") }
		want, got := lines(strings.TrimSuffix(text, "\n")), lines(runThere(t, d, command))
		for _, lines := range [][]string{want, got} {
			slices.Sort(lines) // the routes have no order
		}
		if command != "show status" && !slices.Equal(got, want) || len(got) != len(want) {
			t.Errorf("%s: %d lines, want %d; got only %q; only birdc has %q", command, len(got), len(want), without(got, want), without(want, got))
		}
	}
	for _, command := range []string{"show nonsense", "show route for x", "configure check \"/no/such/file\""} {
		refusedThere(t, d, command)
	}
	if text := runThere(t, d, "configure check"); !strings.Contains(text, "Configuration OK") {
		t.Errorf("configure check: %q", text)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func TestLabOpenVSwitch(t *testing.T) {
	dev := lab.Require(t, lab.OpenVSwitch)
	d := dialLab(t, dev, labConfig(dev))
	const bridge = "vtytest0"
	runThere(t, d, "ovs-vsctl --no-wait -- --if-exists del-br "+bridge+" -- add-br "+bridge)
	defer runThere(t, d, "ovs-vsctl --no-wait del-br "+bridge)
	if text := runThere(t, d, "ovs-vsctl list-br"); !slices.Contains(strings.Fields(text), bridge) {
		t.Errorf("the bridges are %q", text)
	}
	if text := runThere(t, d, d.Platform().Running.Show); !strings.Contains(text, "Bridge "+bridge) {
		t.Errorf("the configuration is %q", text)
	}
	refusedThere(t, d, "ovs-vsctl list-ports nonsense")
	refusedThere(t, d, "ovs-nonsense")
}

// yangcli is driven as it drives netconfd.
func TestLabYangcli(t *testing.T) {
	dev, server := lab.Require(t, lab.Yangcli), lab.Require(t, lab.NETCONF)
	d := dialLab(t, dev, labConfig(dev))
	refusedThere(t, d, "get-config source=running")
	if err := d.Enter(t.Context(), "connected server="+server.Address+" user="+server.User+" ncport=830"); err != nil {
		t.Fatal(err)
	}
	if d.Mode() != "connected" {
		t.Fatalf("it is in %s", d.Mode())
	}
	if text := runThere(t, d, "get-config source=running"); !strings.Contains(text, "rpc-reply {") {
		t.Errorf("the configuration is %q", text)
	}
	refusedThere(t, d, "nonsense")
	if err := d.Enter(t.Context(), "local"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
