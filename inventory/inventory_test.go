package inventory

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/vtynet/vty/auth"
)

// unpack writes the files of a txtar text into a new folder.
func unpack(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(text)).Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasPrefix(string(f.Data), "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(path, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rewrite replaces texts in a file.
func rewrite(t *testing.T, file string, oldnew ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.NewReplacer(oldnew...).Replace(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, path string) *Inventory {
	t.Helper()
	inv, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// wants checks values by their paths: "VALUE FILE:LINE LAYER", as far as given.
func wants(t *testing.T, inv *Inventory, host string, want map[string]string) {
	t.Helper()
	h := inv.Host(host)
	if h == nil {
		t.Fatalf("no host %s among %v", host, names(inv.Hosts()))
	}
	for path, expected := range want {
		v := h.Lookup(path)
		if v == nil {
			t.Errorf("%s has no %s", host, path)
			continue
		}
		got := v.Text()
		if src, ok := v.Any.(auth.Source); ok {
			s, err := src.Secret(t.Context())
			if err != nil {
				t.Errorf("%s.%s: %v", host, path, err)
			}
			got = s.Reveal()
		}
		got += " " + filepath.Base(v.Origin.String()) + " " + v.Layer
		if !strings.HasPrefix(got, expected) {
			t.Errorf("%s.%s is %q, want %q", host, path, got, expected)
		}
	}
}

func names(hosts []*Host) []string {
	var out []string
	for _, h := range hosts {
		out = append(out, h.Name())
	}
	return out
}

const native = `defaults:
  user: ops
  password: env:INVENTORY_TEST
  data: {ntp: 192.0.2.9}
groups:
  fabric:
    data: {asn: 65000, site: nowhere}
  leaf:
    groups: [fabric]
    platform: arista_eos
    data: {role: leaf}
hosts:
  r1:
    address: 192.0.2.1
    port: 2222
    groups: [leaf]
    data: {site: ams, tags: [edge, lab]}
  r2:
    groups: [fabric]
    platform: frr_vty
    transport: telnet
  bare:
`

func TestNative(t *testing.T) {
	t.Setenv("INVENTORY_TEST", "hunter2")
	inv := open(t, filepath.Join(unpack(t, "-- inv.yaml --\n"+native), "inv.yaml"))
	if got := names(inv.Hosts()); !slices.Equal(got, []string{"r1", "r2", "bare"}) {
		t.Fatalf("hosts %v", got)
	}
	wants(t, inv, "r1", map[string]string{
		"address": "192.0.2.1 inv.yaml:14 host r1", "platform": "arista_eos inv.yaml:10 group leaf",
		"asn": "65000 inv.yaml:7 group fabric", "site": "ams inv.yaml:17 host r1", "ntp": "192.0.2.9 inv.yaml:4 defaults",
		"password": "hunter2 inv.yaml:3 defaults", "data.tags.1": "lab",
	})
	wants(t, inv, "r2", map[string]string{"site": "nowhere inv.yaml:7 group fabric", "transport": "telnet"})
	if got := inv.Host("r1").Address(); got != "192.0.2.1:2222" {
		t.Errorf("address %q", got)
	}
	if got := inv.Host("bare").Address(); got != "bare" {
		t.Errorf("address %q", got)
	}
	cfg := inv.Host("r1").Config(nil)
	if cfg.Platform != "arista_eos" || cfg.User != "ops" || len(cfg.Auth) != 1 {
		t.Errorf("config %+v", cfg)
	}
}

func TestNativeSaysWhatIsWrong(t *testing.T) {
	text := `hosts:
  r1: {port: 99999}
  r2: {groups: [nobody]}
  r3: {password: hunter2}
  r4: {adress: 192.0.2.4}
  r5: {host: 192.0.2.5}
groups:
  a: {groups: [b]}
  b: {groups: [a]}
`
	_, err := Parse("inv.yaml", []byte(text), "")
	var bad *InvalidError
	if !errors.As(err, &bad) || !errors.Is(err, ErrInvalid) {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{
		`inv.yaml:2: hosts.r1.port "99999" is not a port`,
		`inv.yaml:3: r2.groups names the group "nobody"`,
		`inv.yaml:4: hosts.r3.password is no reference to a secret`,
		`inv.yaml:5: hosts.r4.adress is no field here: what is the user's own goes under data; there are`,
		`inv.yaml:6: hosts.r5.host is no field here: it is called address`,
		`contains itself`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the secret is in the error:\n%v", err)
	}
}

func TestNornir(t *testing.T) {
	dir := unpack(t, `-- hosts.yaml --
---
host1.cmh:
  hostname: 127.0.0.1
  port: 2201
  username: vagrant
  password: vagrant
  platform: linux
  groups:
    - cmh
  data:
    site: cmh
    type: host
    nested: {a: {b: 7}}
leaf00:
  hostname: 127.0.0.1
  groups: [cmh, global]
  connection_options:
    netmiko:
      extras: {secret: enableme}
      port: 2022
-- groups.yaml --
global:
  data: {domain: global.local, asn: 1}
cmh:
  platform: eos
  groups: [global]
  data: {asn: 65000}
-- defaults.yaml --
username: admin
data: {domain: acme.local, vrf: mgmt}
`)
	inv := open(t, dir)
	wants(t, inv, "host1.cmh", map[string]string{
		"address": "127.0.0.1 hosts.yaml:3", "port": "2201", "user": "vagrant", "password": "vagrant", "platform": "linux",
		"domain": "global.local groups.yaml:2 group global", "asn": "65000 groups.yaml:6 group cmh", "vrf": "mgmt defaults.yaml:2", "nested.a.b": "7",
	})
	wants(t, inv, "leaf00", map[string]string{"user": "admin", "platform": "eos groups.yaml:4", "enable": "enableme", "port": "2022"})
}

func TestAnsibleINI(t *testing.T) {
	t.Setenv("ANSIBLE_TEST_PASSWORD", "fromenv")
	dir := unpack(t, `-- hosts --
# all of them
lonely.example.net
[leafs]
leaf[01:03] ansible_host=192.0.2.1 rack='a 1'
[spines]
spine-[a:b]  # two
[fabric:children]
leafs
spines
[fabric:vars]
ansible_network_os = arista.eos.eos
ansible_user=ops
mtu = 9000
level=inventory
-- group_vars/all.yml --
level: all
dns: [192.0.2.53]
ansible_password: "{{ lookup('env', 'ANSIBLE_TEST_PASSWORD') }}"
-- group_vars/leafs.yml --
level: leafs
-- group_vars/spines/a.yml --
mtu: 9216
-- host_vars/leaf02.yml --
level: leaf02
ansible_port: 2022
`)
	inv := open(t, filepath.Join(dir, "hosts"))
	if got := names(inv.Hosts()); !slices.Equal(got, []string{"lonely.example.net", "leaf01", "leaf02", "leaf03", "spine-a", "spine-b"}) {
		t.Fatalf("hosts %v", got)
	}
	wants(t, inv, "leaf01", map[string]string{
		"address": "192.0.2.1 hosts:4 host leaf01", "platform": "eos hosts:11", "user": "ops", "rack": "a 1",
		"mtu": "9000 hosts:13 group fabric", "level": "leafs leafs.yml:1 group leafs", "password": "fromenv", "dns.0": "192.0.2.53",
	})
	wants(t, inv, "leaf02", map[string]string{"level": "leaf02 leaf02.yml:1 host leaf02", "port": "2022"})
	wants(t, inv, "spine-b", map[string]string{"mtu": "9216 a.yml:1 group spines", "level": "all all.yml:1 group all"})
}

func TestAnsibleYAML(t *testing.T) {
	dir := unpack(t, `-- inventory.yml --
all:
  vars: {ansible_user: root, x: all}
  hosts:
    mail.example.com:
  children:
    routers:
      vars: {x: routers, ansible_connection: ansible.netcommon.network_cli}
      hosts:
        r1: {ansible_host: 192.0.2.1, ansible_become_password: "{{ enable_secret }}", enable_secret: sesame}
      children:
        edge:
          vars: {x: edge}
          hosts: {r2: }
`)
	inv := open(t, dir)
	wants(t, inv, "r1", map[string]string{"address": "192.0.2.1", "user": "root", "x": "routers", "enable": "sesame"})
	wants(t, inv, "r2", map[string]string{"x": "edge inventory.yml:12 group edge"})
	if h := inv.Host("r2"); !slices.Equal(h.Groups(), []string{"edge", "routers"}) {
		t.Errorf("groups %v", h.Groups())
	}
}

func TestProgram(t *testing.T) {
	if os.PathSeparator == '\\' {
		t.Skip("a shell script")
	}
	dir := unpack(t, `-- dynamic --
#!/bin/sh
[ "$1" = --list ] || exit 9
echo '{"leafs": {"hosts": ["r1", "r2"], "vars": {"role": "leaf"}}, "all": {"children": ["leafs"]},
 "_meta": {"hostvars": {"r1": {"ansible_host": "192.0.2.1"}}}}'
-- broken --
#!/bin/sh
echo no database >&2
exit 3
`)
	inv := open(t, filepath.Join(dir, "dynamic"))
	wants(t, inv, "r1", map[string]string{"address": "192.0.2.1", "role": "leaf"})
	_, err := Open(t.Context(), filepath.Join(dir, "broken"), nil)
	if err == nil || !strings.Contains(err.Error(), "no database") {
		t.Errorf("error %v", err)
	}
}

func TestContainerlab(t *testing.T) {
	inv, err := Parse("lab.clab.yml", []byte(`name: dc
topology:
  kinds:
    ceos: {image: ceos:4.32, labels: {role: leaf}}
  nodes:
    leaf1: {kind: ceos, mgmt-ipv4: 172.20.20.11}
    leaf2: {kind: ceos}
    h1: {kind: linux, group: servers}
  links: []
`), "")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, inv, "leaf1", map[string]string{"address": "172.20.20.11", "platform": "arista_eos", "role": "leaf"})
	wants(t, inv, "leaf2", map[string]string{"address": "clab-dc-leaf2"})
	if !inv.Host("h1").In("servers") {
		t.Error("h1 is not in its group")
	}
}

func TestCSVAndList(t *testing.T) {
	inv, err := Parse("x.csv", []byte("Name;ip;platform;groups;site\nr1;192.0.2.1;eos;leaf lab;ams\nr2;192.0.2.2;;;\"f;ra\"\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, inv, "r1", map[string]string{"address": "192.0.2.1 x.csv:2", "platform": "eos", "site": "ams"})
	wants(t, inv, "r2", map[string]string{"site": "f;ra x.csv:3"})

	inv, err = Parse("hosts.txt", []byte("# lab\nops@r1:2222\n2001:db8::1\n[2001:db8::2]:22 # two\nr3\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, inv, "r1:2222", map[string]string{"address": "r1", "port": "2222", "user": "ops hosts.txt:2"})
	wants(t, inv, "2001:db8::1", map[string]string{"address": "2001:db8::1"})
	wants(t, inv, "[2001:db8::2]:22", map[string]string{"address": "2001:db8::2", "port": "22"})
	wants(t, inv, "r3", map[string]string{"address": "r3"})
}

func TestCheck(t *testing.T) {
	inv, err := Parse("inv.yaml", []byte(`hosts:
  r1: {address: 192.0.2.1, platform: arista_eso}
  r2: {address: 192.0.2.1, password: "env:NO_SUCH_THING", port: 22}
  r3: {address: 192.0.2.1, port: 2222, platform: cisco_iosxe, mode: privilegd}
  r4: {address: 192.0.2.1, jump: gate}
  r5: {address: 192.0.2.1, transport: telnet, platform: auto}
  r6: {address: "2001:DB8::1"}
  r7: {address: "2001:db8:0::1", key_file: no/such/key, platform: ./mine.yaml}
  r8: {address: R9.example.net}
  r9: {address: r9.example.net}
  r10: {address: server, transport: exec, program: docker exec -it one vtysh}
  r11: {address: server, transport: exec, program: docker exec -it two vtysh}
  r12: {address: server, transport: exec, program: docker exec -it two vtysh}
`), "")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range inv.Check(t.Context()) {
		all = append(all, fmt.Sprint(p, p.Warning))
	}
	want := []string{
		`inv.yaml:2: hosts.r1.platform "arista_eso" is no platform that vty knows; did you mean arista_eos? false`,
		"inv.yaml:3: hosts.r2.address is 192.0.2.1:22, as that of r1 at inv.yaml:2 true",
		"inv.yaml:3: hosts.r2.password cannot be had: environment variable NO_SUCH_THING is not set: no secret false",
		`inv.yaml:4: hosts.r3.mode "privilegd" is no mode of cisco_iosxe false`,
		"inv.yaml:8: hosts.r7.address is 2001:db8:0::1, as that of r6 at inv.yaml:7 true",
		"inv.yaml:8: hosts.r7.key_file cannot be read: stat no/such/key: no such file or directory false",
		"inv.yaml:10: hosts.r9.address is r9.example.net, as that of r8 at inv.yaml:9 true",
		"inv.yaml:13: hosts.r12.address is server, as that of r11 at inv.yaml:12 true",
	}
	if !slices.Equal(all, want) {
		t.Errorf("problems\n%s\nwant\n%s", strings.Join(all, "\n"), strings.Join(want, "\n"))
	}
}

// Key files and known_hosts files may be below the user's home folder.
func TestFilesBelowTheHomeFolder(t *testing.T) {
	dir := unpack(t, "-- keys/id --\n-- keys/known --\n")
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	inv, err := Parse("inv.yaml", []byte("hosts:\n  r1: {key_file: ~/keys/id, known_hosts: ~/keys/known}\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	if problems := inv.Check(t.Context()); len(problems) != 0 {
		t.Errorf("problems %v", problems)
	}
	cfg := inv.Host("r1").Config(nil)
	if files := cfg.HostKeys.(auth.KnownHostsPolicy).Files; !slices.Equal(files, []string{filepath.Join(dir, "keys", "known")}) {
		t.Errorf("known_hosts %q", files)
	}
	if !slices.ContainsFunc(cfg.Auth, func(m auth.Method) bool {
		k, is := m.(auth.KeyFileMethod)
		return is && k.Path == filepath.Join(dir, "keys", "id")
	}) {
		t.Errorf("methods %v", cfg.Auth)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("inv.yaml", native)
	f.Add("hosts", "[a]\nr[1:3] x=1\n[b:children]\na\n")
	f.Add("x.csv", "name,ip\nr1,192.0.2.1\n")
	f.Add("x", "a: &a [*a]\n")
	f.Add("clab.yml", "topology: {nodes: {a: {kind: linux}}}")
	f.Fuzz(func(t *testing.T, file, text string) {
		inv, err := Parse(filepath.Join("no-such-folder", filepath.Base(file)), []byte(text), "")
		if err != nil {
			return
		}
		for _, h := range inv.Hosts() {
			h.Variables()
			h.Config(nil)
			if inv.Host(h.Name()) != h {
				t.Errorf("host %q is not found by its name", h.Name())
			}
		}
	})
}
