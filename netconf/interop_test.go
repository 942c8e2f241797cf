package netconf_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
)

// absent ends a test for want of a package, which in CI is a failure.
func absent(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(name + " is not installed, and CI must have it")
	}
	t.Skip(name + " is not installed")
}

// put has a group in running, or not, by way of the candidate.
func put(t *testing.T, s *netconf.Session, name, operation string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second) // also while cleaning up
	defer cancel()
	for {
		err := netconf.Transaction(ctx, s, netconf.Change{Edits: []rpc.EditConfig{{Config: edit(name, operation)}}})
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

// TestLabOtherClients has the clients that Debian packages and ours see on a real
// server what each of the others wrote.
func TestLabOtherClients(t *testing.T) {
	d := lab.Require(t, lab.NETCONF)
	s := dialLab(t, nil)
	ours, theirs := fmt.Sprintf("vty-%d", time.Now().UnixNano()), fmt.Sprintf("other-%d", time.Now().UnixNano())
	put(t, s, ours, "create")
	t.Cleanup(func() { put(t, s, ours, "remove") })

	t.Run("ncclient", func(t *testing.T) {
		if exec.Command("/usr/bin/python3", "-c", "import ncclient").Run() != nil {
			absent(t, "python3-ncclient")
		}
		ncclient := func(what, config string) string {
			t.Helper()
			cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", filepath.Join("testdata", "ncclient_session.py"), d.Address, strconv.Itoa(d.Port), d.User, what)
			cmd.Env, cmd.Stdin = append(os.Environ(), "NC_PASSWORD="+d.Password), strings.NewReader(config)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			return string(out)
		}
		if out := ncclient("get", ""); !strings.Contains(out, ours) {
			t.Errorf("it does not see what we wrote: %s", out)
		}
		change := func(operation string) string {
			return `<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">` + string(edit(theirs, operation)) + `</config>`
		}
		ncclient("edit", change("create"))
		t.Cleanup(func() { put(t, s, theirs, "remove") })
		if !has(t, s, rpc.Running, theirs) {
			t.Error("we do not see what it wrote")
		}
	})
	t.Run("yangcli", func(t *testing.T) {
		if _, err := exec.LookPath("yangcli"); err != nil {
			absent(t, "yangcli")
		}
		name := theirs + "-y"
		home := t.TempDir()
		script := filepath.Join(home, "script")
		commands := fmt.Sprintf("connect server=%s ncport=%d user=%s password=%s\nsget-config source=running /nacm\ncreate /nacm/groups/group[name='%s']\ncommit\nclose-session\nquit\n", d.Address, d.Port, d.User, d.Password, name)
		if err := os.WriteFile(script, []byte(commands), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { put(t, s, name, "remove") })
		cmd := exec.CommandContext(t.Context(), "script", "-qec", "yangcli --display-mode=xml --run-script="+script, "/dev/null") // it wants a terminal
		cmd.Env = append(os.Environ(), "HOME="+home)
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte(ours)) {
			t.Errorf("it does not see what we wrote: %v: %s", err, out)
		}
		if !has(t, s, rpc.Running, name) {
			t.Errorf("we do not see what it wrote: %s", out)
		}
	})
}
