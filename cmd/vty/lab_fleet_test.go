package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/lab"
)

// labInventory writes every device of the lab that is reached over SSH or Telnet
// into an inventory, and one that is down.
func labInventory(t *testing.T) (file string, devices []lab.Device) {
	t.Helper()
	lab.Require(t, lab.FRRVTY)
	l, err := lab.Read()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("hosts:\n")
	for _, d := range l.Devices {
		if d.Transport != "ssh" && d.Transport != "telnet" {
			continue
		}
		devices = append(devices, d)
		fmt.Fprintf(&b, "  %s: {address: %s, port: %d, transport: %s, platform: %s, legacy: %v, password: 'env:VTY_TEST_PASSWORD', enable: 'env:VTY_TEST_ENABLE'",
			d.Name, d.Address, d.Port, d.Transport, d.Platform, d.Kind == lab.WeakSSH)
		if d.User != "" {
			b.WriteString(", user: " + d.User)
		}
		if d.KnownHosts != "" {
			b.WriteString(", known_hosts: " + d.KnownHosts)
		}
		b.WriteString("}\n")
		if d.Enable != "" {
			t.Setenv("VTY_TEST_ENABLE", d.Enable)
		}
		t.Setenv("VTY_TEST_PASSWORD", d.Password) // the lab has one for all
	}
	b.WriteString("  down: {address: 127.0.0.1, port: 1, platform: linux, user: nobody}\n")
	file = filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, devices
}

func TestLabInventoryWithOneDeviceDown(t *testing.T) {
	file, devices := labInventory(t)
	status, out, errs := command(t, nil, "run", "-i", file, "-F", "none", "-o", "jsonl", "echo vty")
	if status != exit.Unreached {
		t.Errorf("status %d, want %d", status, exit.Unreached)
	}
	type answer struct {
		Host, Output, Cause string
		Failed              bool
	}
	answers := map[string]answer{}
	well := 0
	for line := range strings.Lines(out) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		answers[a.Host] = a
		if !a.Failed {
			well++
		}
	}
	if len(answers) != len(devices)+1 {
		t.Errorf("%d answers of %d hosts", len(answers), len(devices)+1)
	}
	transports := map[string]int{}
	for _, d := range devices {
		transports[d.Transport]++
		a := answers[d.Name]
		switch d.Kind {
		case lab.FRRVTYSH, lab.BIRD, lab.Yangcli: // which know no such command
			if !a.Failed || !strings.HasPrefix(a.Cause, "refused: ") || !strings.Contains(errs, "vty: "+d.Name+`: "echo vty" refused: `) {
				t.Errorf("%s: %+v", d.Name, a)
			}
		default:
			if a.Failed || a.Output != "vty" {
				t.Errorf("%s: %+v", d.Name, a)
			}
		}
	}
	if transports["ssh"] == 0 || transports["telnet"] == 0 {
		t.Errorf("the lab has %v", transports)
	}
	if a := answers["down"]; a.Cause != "connection refused" || strings.Count(errs, "vty: down: open 127.0.0.1:1: connection refused") != 1 {
		t.Errorf("the one that is down: %+v", a)
	}
	total := len(devices) + 1
	summary := fmt.Sprintf(`(?m)^vty: %d hosts in \S+: %d done, %d failed$`, total, well, total-well)
	if !regexp.MustCompile(summary).MatchString(errs) || !strings.Contains(errs, "\n       1  connection refused: down\n") {
		t.Errorf("no summary, or not its cause: %s", errs)
	}
	for _, secret := range []string{os.Getenv("VTY_TEST_PASSWORD"), os.Getenv("VTY_TEST_ENABLE")} {
		if secret != "" && strings.Contains(out+errs, secret) {
			t.Error("a secret is told")
		}
	}
}
