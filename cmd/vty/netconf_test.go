package main

import (
	"bytes"
	"crypto/ed25519"
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
	"golang.org/x/crypto/ssh"
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
	_, key, err := ed25519.GenerateKey(nil)
	ts.Check(err)
	signer, err := ssh.NewSignerFromKey(key)
	ts.Check(err)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveSubsystem(conn, config, server)
		}
	}()
	ts.Setenv(args[0], l.Addr().String())
}

func serveSubsystem(conn net.Conn, config *ssh.ServerConfig, server *netconftest.Server) {
	defer func() { _ = conn.Close() }()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for nc := range channels {
		ch, rs, err := nc.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range rs {
				ok := r.Type == "subsystem" && strings.HasSuffix(string(r.Payload), "netconf")
				_ = r.Reply(ok, nil)
				if ok {
					go func() { _ = server.Serve(ch) }()
				}
			}
		}()
	}
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
