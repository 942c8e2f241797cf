package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/sim"
)

// ownWay is a relay to the lab's jump host, which other runs use at the same time,
// and how many connections it was asked for.
func ownWay(t *testing.T, hop lab.Device) (lab.Device, *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	theirs := hop
	hop.Address, hop.Port = "127.0.0.1", listener.Addr().(*net.TCPAddr).Port
	known, err := os.ReadFile(hop.KnownHosts)
	if err != nil {
		t.Fatal(err)
	}
	known = bytes.ReplaceAll(known, fmt.Appendf(nil, "[%s]:%d ", theirs.Address, theirs.Port), fmt.Appendf(nil, "[%s]:%d ", hop.Address, hop.Port))
	hop.KnownHosts = filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(hop.KnownHosts, known, 0o600); err != nil {
		t.Fatal(err)
	}
	count := new(atomic.Int32)
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			go relay(near, net.JoinHostPort(theirs.Address, strconv.Itoa(theirs.Port)))
		}
	}()
	return hop, count
}

// relay hands on what comes, both ways, until one side ends.
func relay(near net.Conn, address string) {
	defer func() { _ = near.Close() }()
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
}

// vtyThrough runs a verb by way of the lab's jump host.
func vtyThrough(t *testing.T, d lab.Device, environment map[string]string, args ...string) (status exit.Status, out, errs string) {
	t.Helper()
	args = append(args[:1:1], append([]string{"-J", fmt.Sprintf("%s@%s:%d", d.User, d.Address, d.Port)}, args[1:]...)...)
	return command(t, environment, args...)
}

func TestLabJumpHostToRouters(t *testing.T) {
	hop := lab.Require(t, lab.JumpHost)
	own, connections := ownWay(t, hop)
	routers := lab.RequireAll(t, lab.FRRVTYSH)
	environment := map[string]string{"VTY_USER": hop.User, "VTY_PASSWORD": hop.Password}
	args := []string{"run", "-p", "frr_vtysh", "--known-hosts", own.KnownHosts, "-o", "jsonl"}
	for _, r := range routers {
		args = append(args, "-H", net.JoinHostPort(r.Address, strconv.Itoa(r.Port)))
	}
	status, out, errs := vtyThrough(t, own, environment, append(args, "show running-config")...)
	if status != exit.OK {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("%d routers took %d connections to the jump host", len(routers), got)
	}
	for _, r := range routers {
		if !strings.Contains(out, `\nhostname `+r.Hostname+`\n`) {
			t.Errorf("no answer of %s", r.Name)
		}
	}

	// Telnet goes the same way.
	vty := lab.Require(t, lab.FRRVTY)
	environment["VTY_PASSWORD"], environment["VTY_JUMP_PASSWORD"], environment["VTY_ENABLE"] = vty.Password, hop.Password, vty.Enable
	status, out, errs = vtyThrough(t, hop, environment, "run", "-p", "frr_vty", "-t", "telnet", "--known-hosts", hop.KnownHosts,
		"-H", net.JoinHostPort(vty.Address, strconv.Itoa(vty.Port)), "show version")
	if status != exit.OK || !strings.Contains(out, "FRRouting ") {
		t.Errorf("Telnet: status %d: %s%s", status, out, errs)
	}

	// What goes wrong says where.
	environment["VTY_JUMP_PASSWORD"] = "wrong"
	status, out, errs = vtyThrough(t, hop, environment, "doctor", "-p", "frr_vtysh", "--known-hosts", hop.KnownHosts, "-H", "127.0.1.1:2222")
	if status != exit.Unreached || !strings.Contains(out, "verdict: the jump host vtylab@127.0.1.250:2202 cannot be used") ||
		!strings.Contains(out, "to do:   of the jump host (-J): check user and password") {
		t.Errorf("a wrong password at the jump host: status %d: %s%s", status, out, errs)
	}
	environment["VTY_JUMP_PASSWORD"] = hop.Password
	status, out, errs = vtyThrough(t, hop, environment, "doctor", "-p", "frr_vtysh", "--known-hosts", hop.KnownHosts, "-H", "127.0.1.1:1")
	if status != exit.Unreached || !strings.Contains(out, "verdict: jump host [127.0.1.250]:2202: no way to 127.0.1.1:1: it could not connect") {
		t.Errorf("a port that is closed: status %d: %s%s", status, out, errs)
	}
}

// The way through the jump host, and all else, may be the SSH configuration's.
func TestLabJumpHostOfSSHConfig(t *testing.T) {
	hop, connections := ownWay(t, lab.Require(t, lab.JumpHost))
	routers := lab.RequireAll(t, lab.FRRVTYSH)
	config := fmt.Sprintf("Host bastion\n HostName %s\n Port %d\n ProxyJump none\nHost *\n User %s\n UserKnownHostsFile %s\n ProxyJump bastion\n",
		hop.Address, hop.Port, hop.User, hop.KnownHosts)
	args := []string{"run", "-p", "frr_vtysh", "-o", "jsonl"}
	for _, r := range routers {
		config += fmt.Sprintf("Host %s\n HostName %s\n Port %d\n", r.Name, r.Address, r.Port)
		args = append(args, "-H", r.Name)
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	status := cli.Run(t.Context(), append(args, "-F", file, "show running-config"), &streams.Streams{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr,
		LookupEnv: func(name string) (string, bool) {
			v, ok := map[string]string{"VTY_PASSWORD": hop.Password}[name]
			return v, ok
		},
	})
	if status != exit.OK {
		t.Fatalf("status %d: %s%s", status, &stdout, &stderr)
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("%d routers took %d connections to the jump host", len(routers), got)
	}
	for _, r := range routers {
		if !strings.Contains(stdout.String(), `\nhostname `+r.Hostname+`\n`) {
			t.Errorf("no answer of %s: %s", r.Name, &stdout)
		}
	}
}

func TestLabJumpHostToManyDevices(t *testing.T) {
	hop, connections := ownWay(t, lab.Require(t, lab.JumpHost))
	const devices = 500
	model, err := sim.Load("cisco_iosxe")
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := sim.ListenFleet(t.Context(), sim.FleetConfig{Models: []*sim.Model{model}, Count: devices})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fleet.Close() })
	known, err := os.ReadFile(hop.KnownHosts)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, append(known, fleet.KnownHosts()...), 0o600); err != nil {
		t.Fatal(err)
	}
	user, password, enable := fleet.Servers()[0].Device().Credentials()
	args := []string{"run", "-p", "cisco_iosxe", "-u", user, "--known-hosts", file, "-o", "jsonl", "-w", "50"}
	for _, s := range fleet.Servers() {
		args = append(args, "-H", s.Addr().String())
	}
	status, out, errs := vtyThrough(t, hop, map[string]string{"VTY_PASSWORD": password, "VTY_ENABLE": enable, "VTY_JUMP_PASSWORD": hop.Password},
		append(args, "show lines 1")...)
	if status != exit.OK {
		t.Fatalf("status %d: %s", status, errs)
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("%d devices took %d connections to the jump host", devices, got)
	}
	answers := map[string]bool{}
	for line := range strings.Lines(out) {
		var object struct{ Host, Output string }
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		answers[object.Host+" "+object.Output] = true
	}
	for i, s := range fleet.Servers() {
		if want := fmt.Sprintf("%s line 1 of 1 on sim-%d", s.Addr(), i+1); !answers[want] {
			t.Errorf("no answer %q", want)
		}
	}
}

// The way through the jump host may be the inventory's, and so may all that a jump
// host and the routers behind it want to know.
func TestLabJumpHostOfInventory(t *testing.T) {
	hop, connections := ownWay(t, lab.Require(t, lab.JumpHost))
	routers := lab.RequireAll(t, lab.FRRVTYSH)
	text := fmt.Sprintf("defaults:\n  user: %s\n  password: env:LAB_JUMP_PASSWORD\n  known_hosts: %s\n  platform: frr_vtysh\n  jump: %s:%d\nhosts:\n",
		hop.User, hop.KnownHosts, hop.Address, hop.Port)
	for _, r := range routers {
		text += fmt.Sprintf("  %s: {address: %s, port: %d}\n", r.Name, r.Address, r.Port)
	}
	text += fmt.Sprintf("  direct: {address: %s, port: %d, jump: none}\n", routers[0].Address, routers[0].Port)
	file := filepath.Join(t.TempDir(), "inventory.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LAB_JUMP_PASSWORD", hop.Password)
	run := func(args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		args = append([]string{"run", "-F", "none", "--known-hosts", hop.KnownHosts, "-o", "jsonl", "-i", file}, args...)
		status := cli.Run(t.Context(), append(args, "show running-config"), &streams.Streams{
			In: strings.NewReader(""), Out: &stdout, Err: &stderr, LookupEnv: func(string) (string, bool) { return "", false },
		})
		if status != exit.OK {
			t.Fatalf("status %d: %s%s", status, &stdout, &stderr)
		}
		return stdout.String()
	}
	run("-s", "direct")
	if got := connections.Load(); got != 0 {
		t.Errorf("a host that needs no jump host took %d connections to it", got)
	}
	out := run("-s", "!direct")
	if got := connections.Load(); got != 1 {
		t.Errorf("%d routers took %d connections to the jump host", len(routers), got)
	}
	for _, r := range routers {
		if !strings.Contains(out, `\nhostname `+r.Hostname+`\n`) {
			t.Errorf("no answer of %s: %s", r.Name, out)
		}
	}
}
