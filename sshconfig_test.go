package vty_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport/ssh"
)

// What ssh_config says of a name is enough to reach the device, and what the Config
// says stands before it.
func TestSSHConfig(t *testing.T) {
	srv := router()
	defer func() { _ = srv.Close() }()
	host, port, err := net.SplitHostPort(srv.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	known, file := filepath.Join(dir, "known_hosts"), filepath.Join(dir, "config")
	text := fmt.Sprintf("Host edge\n HostName %s\n Port %s\n User ops\n UserKnownHostsFile %s\n StrictHostKeyChecking accept-new\n"+
		"Host far\n ProxyJump edge\n", host, port, known)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := sshconfig.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	cfg := vty.Config{
		Platform: "cisco_iosxe", SSHConfig: config,
		Auth:    []auth.Method{auth.Password(auth.Literal("s3cret"))},
		Secrets: map[string]auth.Source{"enable": auth.Literal("s3cret")},
	}
	dev, err := vty.Dial(t.Context(), "edge", &cfg)
	if err != nil {
		t.Fatal(err)
	}
	_ = dev.Close()
	if text, err := os.ReadFile(known); err != nil || !strings.Contains(string(text), "ssh-ed25519") {
		t.Errorf("%q, %v", text, err)
	}

	other := cfg
	other.HostKeys = auth.KnownHosts(filepath.Join(dir, "none"))
	if _, err := vty.Dial(t.Context(), "edge", &other); err == nil || !strings.Contains(err.Error(), "is unknown") {
		t.Errorf("the Config's own policy: %v", err)
	}
	other = cfg
	other.SSH = &ssh.Config{HostKeyAlias: "elsewhere", HostKeys: auth.KnownHosts(known)}
	if _, err := vty.Dial(t.Context(), "edge", &other); err == nil || !strings.Contains(err.Error(), "elsewhere is unknown") {
		t.Errorf("the Config's own alias: %v", err)
	}
	if _, err := vty.Dial(t.Context(), "far", &cfg); err == nil || !strings.Contains(err.Error(), "set Config.Via") {
		t.Errorf("a jump host without Via: %v", err)
	}
}
