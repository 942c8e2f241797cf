package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/sim"
)

// serveNETCONF serves NETCONF over SSH: netconf NAME. Its address goes into the
// environment, and what it is asked into the file NAME.log.
func serveNETCONF(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: netconf NAME")
	}
	log, err := os.Create(ts.MkAbs(args[0] + ".log"))
	ts.Check(err)
	ts.Defer(func() { _ = log.Close() })
	server := &netconftest.Server{
		Capabilities: []string{
			"urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:base:1.1",
			"urn:ietf:params:netconf:capability:candidate:1.0", "urn:ietf:params:netconf:capability:validate:1.1",
		},
		Handler: netconftest.HandlerFunc(func(s *netconftest.Session, r *netconftest.Request) {
			_, _ = log.WriteString(string(r.Body) + "\n")
			switch r.Name {
			case "get", "get-config":
				_ = s.Reply(r, "<data>\n<system  xmlns='urn:s'><name>##r1##</name></system>\n</data>")
			case "commit":
				_ = s.Reply(r, "<rpc-error><error-tag>operation-failed</error-tag><error-severity>warning</error-severity><error-message>take care</error-message></rpc-error><ok/>")
			case "reboot":
				_ = s.Reply(r, "<rpc-error><error-tag>access-denied</error-tag><error-severity>error</error-severity></rpc-error>")
			default:
				_ = s.Reply(r, "<ok/>")
			}
		}),
	}
	shell, err := sim.New("juniper_junos", nil)
	ts.Check(err)
	front, err := sim.ListenSSH(context.Background(), "", shell, &sim.SSHConfig{NoAuth: true, Subsystems: sim.Subsystems{
		"netconf": func(_ context.Context, channel io.ReadWriteCloser) error { return server.Serve(channel) },
	}})
	ts.Check(err)
	ts.Defer(func() { _ = front.Close() })
	ts.Setenv(args[0], front.Addr().String())
}

func TestLabNETCONF(t *testing.T) {
	d := lab.Require(t, lab.NETCONF)
	on := func(operation string, args ...string) (exit.Status, string, string) {
		t.Helper()
		var out, errs bytes.Buffer
		flags := []string{"netconf", operation, "-H", net.JoinHostPort(d.Address, strconv.Itoa(d.Port)), "-u", d.User, "--known-hosts", d.KnownHosts}
		status := cli.Run(t.Context(), append(flags, args...), &streams.Streams{
			In: strings.NewReader(""), Out: &out, Err: &errs,
			LookupEnv: func(name string) (string, bool) { return d.Password, name == "VTY_PASSWORD" },
		})
		return status, out.String(), errs.String()
	}
	if status, out, errs := on("capabilities"); status != exit.OK || errs != "" || !strings.Contains(out, "urn:ietf:params:netconf:capability:candidate:1.0\n") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	if status, out, errs := on("get", "--subtree", `<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"/>`); status != exit.OK || errs != "" || !strings.Contains(out, "<sessions>") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	if status, out, errs := on("get-config", "--source", "startup"); status != exit.Refused || out != "" || !strings.Contains(errs, "get-config: the server does not support the startup datastore") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
}
