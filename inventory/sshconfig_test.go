package inventory

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const sshFiles = `-- ssh_config --
# the lab
Include INCLUDED
Host core-1 core-2
  HostName %h.example.net
  User netops
  ProxyJump ops@gate:2222
Host core-1
  Port 2022
Host edge !core-1 edge-*
  HostName 192.0.2.7
  ProxyJump none
  IdentityFile KEYS/id_edge
Host *
  ServerAliveInterval 5
  User nobody
-- more --
Host gate
  HostName 192.0.2.1
`

func TestSSHConfig(t *testing.T) {
	dir := unpack(t, sshFiles)
	file := filepath.Join(dir, "ssh_config")
	rewrite(t, file, "INCLUDED", filepath.Join(dir, "more"), "KEYS", dir)
	inv := open(t, file)
	if got, want := names(inv.Hosts()), []string{"gate", "core-1", "core-2", "edge"}; !slices.Equal(got, want) {
		t.Fatalf("hosts %v, want %v", got, want)
	}
	wants(t, inv, "core-1", map[string]string{
		"name": "core-1 ssh_config:3", "address": "core-1.example.net ssh_config:4 host core-1", "user": "netops ssh_config:5",
		"port": "2022 ssh_config:8", "jump": "ops@gate:2222 ssh_config:6",
	})
	wants(t, inv, "edge", map[string]string{"address": "192.0.2.7", "user": "nobody ssh_config:15", "jump": "none ssh_config:11"})
	if got := inv.Host("edge").Field(FieldKeyFile).texts(); !slices.Equal(got, []string{filepath.Join(dir, "id_edge")}) {
		t.Errorf("the key files of edge are %v", got)
	}
	h := inv.Host("core-1")
	if h.SSHConfig() == nil || h.Config(nil).SSHConfig != h.SSHConfig() || h.Address() != "core-1" {
		t.Errorf("core-1 is dialled as %q, with the configuration %p", h.Address(), h.Config(nil).SSHConfig)
	}
	if got := inv.Host("edge").Jump(); got != "" {
		t.Errorf("edge is reached through %q", got)
	}
}

func TestSSHConfigSaysWhatIsWrong(t *testing.T) {
	dir := unpack(t, "-- ssh_config --\nHost r1\n  Port many\n")
	_, err := Open(t.Context(), filepath.Join(dir, "ssh_config"), nil)
	if err == nil || !strings.Contains(err.Error(), "ssh_config:2: Port: \"many\" is not a port") {
		t.Errorf("error %v", err)
	}
}

func TestFormatsAreToldApart(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Format
	}{
		"ssh_config":       {"", SSH},
		".ssh/config":      {"User me\n", SSH},
		"lab.ssh_config":   {"Port 22\n", SSH},
		"lab":              {"# mine\n\nhost r1 r2\n", SSH},
		"include":          {"Include=~/.ssh/lab/*\n", SSH},
		"list":             {"host1\nhost2\n", ""},
		"inventory":        {"[leaf]\nr1\n", ""},
		"hosts.yaml":       {"host r1:\n", ""},
		"matching.list":    {"match r1\n", ""},
		"hosts.csv":        {"host address\n", ""},
		"hostlist":         {"hostess.example.net\n", ""},
		"config":           {"hosts:\n", ""},
		"a.conf/something": {"  Match all\n", SSH},
	} {
		if got := looksSSHConfig(filepath.FromSlash(name), []byte(c.text)); got != (c.want == SSH) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
