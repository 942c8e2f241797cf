package vtytest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/vtytest"
)

// long is a command of each platform that a simulated device answers with 5,000
// lines, and a line that its configuration does not take.
var long = map[string]struct{ command, refused string }{
	"arista_eos":    {"show tech-support", "ip address nonsense"},
	"cisco_iosxe":   {"show tech-support", "ip address nonsense"},
	"cisco_iosxr":   {"show tech-support", "ipv4 address nonsense"},
	"cisco_nxos":    {"show tech-support", "ip address nonsense"},
	"frr_vty":       {"show tech-support", "ip route nonsense"},
	"frr_vtysh":     {"show tech-support", "ip route nonsense"},
	"generic":       {"log", ""},
	"juniper_junos": {"request support information", "set system nonsense"},
	"linux":         {"journalctl", ""},
}

// hostname is the configuration line that names a device.
var hostname = map[string]string{"juniper_junos": "set system host-name core9"}

// exercise opens, runs, refuses, configures; the close is the test's end.
func exercise(t *testing.T, dev *vty.Device, router *sim.Device) {
	t.Helper()
	name := router.Platform()
	res, err := dev.Run(t.Context(), long[name].command)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(res.Lines()); n < 4999 || strings.Contains(res.Text(), "ore--") {
		t.Errorf("%d lines: %.300q", n, res.Text())
	}
	home := dev.Mode()
	for _, mode := range dev.Platform().Modes {
		if mode.Argument != "" {
			continue // these devices have none
		}
		if err := dev.Enter(t.Context(), mode.Name); err != nil {
			t.Fatalf("to %s: %v", mode.Name, err)
		}
		if err := dev.Enter(t.Context(), home); err != nil {
			t.Fatalf("back from %s: %v", mode.Name, err)
		}
	}
	var refused *vty.CommandError
	if _, err := dev.Run(t.Context(), "nonsense of a command"); len(dev.Platform().Failures) > 0 && !errors.As(err, &refused) {
		t.Errorf("a command that is not there: %v", err)
	}
	if dev.Platform().Configure.Mode == "" {
		return
	}
	if _, err := dev.Configure(t.Context(), long[name].refused); err == nil {
		t.Errorf("%q was taken", long[name].refused)
	}
	line := hostname[name]
	if line == "" {
		line = "hostname core9"
	}
	if _, err := dev.Configure(t.Context(), line); err != nil || router.Hostname() != "core9" {
		t.Errorf("%q: %v, the name is %q", line, err, router.Hostname())
	}
	if _, err := dev.Run(t.Context(), "show version"); err != nil {
		t.Errorf("after the new name: %v", err)
	}
}

func TestEveryPlatform(t *testing.T) {
	for _, name := range sim.Names() {
		for _, paging := range []string{"unpaged", "paged"} {
			cfg := func() *sim.Config { return &sim.Config{RefusePaging: paging == "paged"} }
			t.Run(name+"/pipe/"+paging, func(t *testing.T) {
				t.Parallel()
				router := vtytest.Simulate(t, name, cfg())
				exercise(t, vtytest.Open(t, router), router)
			})
			t.Run(name+"/ssh/"+paging, func(t *testing.T) {
				t.Parallel()
				router := vtytest.Simulate(t, name, cfg())
				addr, c := vtytest.ServeSSH(t, router, nil)
				exercise(t, vtytest.Dial(t, addr, c), router)
			})
			t.Run(name+"/telnet/"+paging, func(t *testing.T) {
				t.Parallel()
				router := vtytest.Simulate(t, name, cfg())
				addr, c := vtytest.ServeTelnet(t, router)
				exercise(t, vtytest.Dial(t, addr, c), router)
			})
		}
	}
}

func TestOpenInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		dev := vtytest.Open(t, vtytest.Simulate(t, "juniper_junos", nil))
		if _, err := dev.Run(t.Context(), "show version"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%v of fake time", took)
		}
	})
}

func TestAnswer(t *testing.T) {
	router := vtytest.Simulate(t, "cisco_iosxe", &sim.Config{Hostname: "edge"})
	router.Answer("show version", "uptime of {host} is 3 minutes")
	res, err := vtytest.Open(t, router).Run(t.Context(), "show version")
	if err != nil || res.Text() != "uptime of edge is 3 minutes" {
		t.Errorf("%q, %v", res.Text(), err)
	}
}

func TestDefinition(t *testing.T) {
	def, err := platform.Load("cisco_iosxr")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { vtytest.Definition(t, def) })
}
