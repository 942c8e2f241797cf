package vty_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/lab"
)

// From a real Linux host onward to real routers, by its telnet and by its ssh, one
// after the other within one session; and what is there in between is the host.
func TestLabOnward(t *testing.T) {
	host := lab.Require(t, "linux_ssh")
	near := dialLab(t, host, labConfig(host))
	for _, kind := range []string{"frr_vty", "frr_vtysh", "frr_vty"} {
		router := lab.Require(t, kind)
		command := fmt.Sprintf("telnet %s %d", router.Address, router.Port)
		if router.Transport == "ssh" {
			command = fmt.Sprintf("ssh -o UserKnownHostsFile=/dev/null -l %s -p %d %s", router.User, router.Port, router.Address)
		}
		conn, err := near.Onward(t.Context(), command)
		if err != nil {
			t.Fatal(err)
		}
		cfg := labConfig(router)
		cfg.Transport, cfg.HostKeys = "", auth.AcceptNew()
		far, err := vty.Open(limited(t, 30*time.Second), conn, router.Address, cfg)
		if err != nil {
			t.Fatal(err)
		}
		res, err := far.Run(t.Context(), "show version")
		if want := vtysh(t, router.Hostname, "show version"); err != nil || res.Text() != want || far.Hostname() != router.Hostname {
			t.Errorf("%s: %q, %v; its own shell says %q", command, res.Text(), err, want)
		}
		if err := far.Close(); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		res, err = near.Run(t.Context(), "echo $SHLVL")
		if err != nil || strings.TrimSpace(res.Text()) != "1" {
			t.Errorf("back at the host: %+v, %v", res, err)
		}
	}
	// Nobody is there: the host's own prompt is nobody else's.
	conn, err := near.Onward(t.Context(), "telnet 127.0.1.1 9")
	if err != nil {
		t.Fatal(err)
	}
	_, err = vty.Open(limited(t, 30*time.Second), conn, "nobody", &vty.Config{Platform: "frr_vty", Password: auth.Literal(host.Password)})
	if !errors.Is(err, vty.ErrClosed) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
	if res, err := near.Run(t.Context(), "hostname"); err != nil || res.Text() != host.Hostname {
		t.Errorf("%+v, %v", res, err)
	}
}
