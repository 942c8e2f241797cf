package lab

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// inventory makes a folder of state with the given text as its inventory.
func inventory(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("VTY_LAB_DIR", dir)
	if err := os.WriteFile(filepath.Join(dir, "lab.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadDown(t *testing.T) {
	t.Setenv("VTY_LAB_DIR", t.TempDir())
	if _, err := Read(); !errors.Is(err, ErrDown) {
		t.Fatalf("Read() = %v, want ErrDown", err)
	}
}

func TestReadBroken(t *testing.T) {
	inventory(t, `{"devices": [`)
	if _, err := Read(); err == nil || !strings.Contains(err.Error(), "lab.json") {
		t.Fatalf("Read() = %v, want an error that names the file", err)
	}
}

func TestDirDefault(t *testing.T) {
	t.Setenv("VTY_LAB_DIR", "")
	if got := Dir(); got != "/run/vty-lab" {
		t.Fatalf("Dir() = %q", got)
	}
}

func TestOf(t *testing.T) {
	inventory(t, `{"routers": 2, "devices": [
		{"name": "r1-vty", "kind": "frr_vty", "address": "127.0.1.1", "port": 2605, "password": "p", "enable": "e"},
		{"name": "linux", "kind": "linux_ssh", "address": "127.0.1.100", "port": 2222, "user": "u"},
		{"name": "r2-vty", "kind": "frr_vty", "address": "127.0.1.2", "port": 2605}],
		"missing": [{"kind": "netconf", "reason": "no package"}]}`)
	lab, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	routers, err := lab.Of(FRRVTY)
	if err != nil || len(routers) != 2 || routers[0].Name != "r1-vty" || routers[1].Name != "r2-vty" {
		t.Fatalf("Of(FRRVTY) = %v, %v", routers, err)
	}
	if d := routers[0]; d.Enable != "e" || d.Password != "p" || d.Port != 2605 {
		t.Fatalf("r1-vty = %+v", d)
	}
	if _, err := lab.Of(NETCONF); err == nil || !strings.Contains(err.Error(), "no package") {
		t.Fatalf("Of(NETCONF) = %v, want the reason that lab/up gave", err)
	}
	if _, err := lab.Of("toaster"); err == nil || !strings.Contains(err.Error(), "toaster") {
		t.Fatalf("Of(toaster) = %v", err)
	}
}

// outcome takes down what a test would have come to.
type outcome struct {
	testing.TB
	skipped, failed string
}

func (o *outcome) Helper()                   {}
func (o *outcome) Name() string              { return "TestOfAnother" }
func (o *outcome) Skip(args ...any)          { o.skipped = fmt.Sprint(args...); panic(o) }
func (o *outcome) Fatalf(f string, a ...any) { o.failed = fmt.Sprintf(f, a...); panic(o) }

// require runs Require as a test would that ends where it is skipped or fails.
func require(t *testing.T, kind string) (device Device, o *outcome) {
	o = &outcome{TB: t}
	defer func() {
		if r := recover(); r != nil && r != any(o) {
			panic(r)
		}
	}()
	return Require(o, kind), o
}

func TestRequire(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	inventory(t, `{"devices": [{"name": "linux", "kind": "linux_ssh", "address": "127.0.0.1", "port": `+strconv.Itoa(port)+`}]}`)
	skipped := filepath.Join(t.TempDir(), "skipped")
	t.Setenv("VTY_LAB_SKIPPED", skipped)
	t.Setenv("CI", "")

	if device, o := require(t, LinuxSSH); device.Port != port || o.skipped+o.failed != "" {
		t.Fatalf("a device that answers: %+v, %+v", device, o)
	}
	if _, o := require(t, NETCONF); !strings.Contains(o.skipped, "no netconf") {
		t.Fatalf("a kind that the lab lacks: %+v", o)
	}
	listener.Close()
	if _, o := require(t, LinuxSSH); !strings.Contains(o.skipped, "linux does not answer") {
		t.Fatalf("a device that does not answer: %+v", o)
	}
	notes, err := os.ReadFile(skipped)
	if err != nil || strings.Count(string(notes), "TestOfAnother") != 2 || strings.Count(string(notes), "\n") != 2 {
		t.Fatalf("the notes of what was skipped: %q, %v", notes, err)
	}
	t.Setenv("CI", "true")
	if _, o := require(t, LinuxSSH); !strings.Contains(o.failed, "must be up") || o.skipped != "" {
		t.Fatalf("in CI: %+v", o)
	}
}

// TestEveryDeviceAnswers holds the inventory of a real lab to what is there.
func TestEveryDeviceAnswers(t *testing.T) {
	Require(t, FRRVTY)
	lab, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Of(FRRVTYSH); err != nil {
		t.Error(err)
	}
	for _, d := range lab.Devices {
		t.Run(d.Name, func(t *testing.T) {
			if err := d.answers(); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{d.KeyFile, d.KnownHosts} {
				if _, err := os.Stat(file); file != "" && err != nil {
					t.Error(err)
				}
			}
		})
	}
}
