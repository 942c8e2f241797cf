package inventory

import (
	"errors"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/ssh"
)

const behind = `defaults: {jump: ops@gate}
groups:
  inner: {jump: [ops@gate, "[2001:db8::1]:2222"]}
  lan: {jump: none}
hosts:
  r1: {}
  r2: {groups: [inner]}
  r3: {groups: [lan]}
`

func TestJump(t *testing.T) {
	inv, err := Parse("inv.yaml", []byte(behind), "")
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"r1": "ops@gate", "r2": "ops@gate,[2001:db8::1]:2222", "r3": ""} {
		if got := inv.Host(host).Jump(); got != want {
			t.Errorf("%s goes through %q, want %q", host, got, want)
		}
	}
	for text, want := range map[string]string{
		"hosts: {r1: {jump: 'gate:0'}}":    `inv.yaml:1: hosts.r1.jump jump host "gate:0"`,
		"hosts: {r1: {jump: ''}}":          "inv.yaml:1: hosts.r1.jump must be jump hosts",
		"hosts: {r1: {jump: [gate, a b]}}": `inv.yaml:1: hosts.r1.jump jump host "a b"`,
	} {
		if _, err := Parse("inv.yaml", []byte(text), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// A host behind a jump host is never reached past it.
func TestJumpIsNotLeftOut(t *testing.T) {
	inv, err := Parse("inv.yaml", []byte(behind), "")
	if err != nil {
		t.Fatal(err)
	}
	cfg := inv.Host("r1").Config(nil)
	cfg.Platform, cfg.HostKeys, cfg.User = "cisco_iosxe", auth.KnownHosts(), "ops"
	if _, err := vty.Dial(t.Context(), "192.0.2.1", cfg); err == nil || !strings.Contains(err.Error(), "reaches r1 through ops@gate") {
		t.Errorf("without a way: %v", err)
	}
	if inv.Host("r3").Config(nil).Via != nil {
		t.Error("a host without jump hosts has a way through some")
	}
}

func TestJumpHosts(t *testing.T) {
	inv, err := Parse("inv.yaml", []byte(behind), "")
	if err != nil {
		t.Fatal(err)
	}
	pool := &jump.Pool{}
	ways := &JumpHosts{Pool: pool, SSH: ssh.Config{User: "me"}}
	if ways.Dialer(inv.Host("r1")) == nil || ways.Dialer(inv.Host("r2")) == nil {
		t.Error("a host behind jump hosts has no way")
	}
	if ways.Dialer(inv.Host("r3")) != nil {
		t.Error("a host without jump hosts has a way through some")
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, name := range []string{"r1", "r2"} {
			if _, err := ways.Dialer(inv.Host(name))(t.Context(), "192.0.2.1", 22); !errors.Is(err, jump.ErrClosed) {
				t.Errorf("through a pool that is closed: %v", err)
			}
		}
	}
	if len(ways.hops) != 2 {
		t.Errorf("%d hops for two jump hosts", len(ways.hops))
	}
	for key, hop := range ways.hops {
		named := key.jump
		user := "me"
		if named.User != "" {
			user = named.User
		}
		if hop.Host != named.Host || hop.Port != named.Port || hop.SSH.User != user {
			t.Errorf("%v is %v", named, hop)
		}
	}
}
