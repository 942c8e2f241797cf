package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/inventory"
)

const hosts = `defaults: {user: ops, password: "env:PW", data: {ntp: [192.0.2.1, 192.0.2.2]}}
hosts:
  r1: {address: 192.0.2.11, data: {loopback: 10.0.0.1, bgp: {as: 65001}, vlans: [{id: 10, name: users}, {id: 20, name: voice}]}}
  r2: {data: {loopback: 10.0.0.2, contact: null}}
  r3: {}
`

// listed are targets of the inventory above, without a way to reach them.
func listed(t *testing.T) []*target.Target {
	t.Helper()
	inv, err := inventory.Parse("hosts.yaml", []byte(hosts), "")
	if err != nil {
		t.Fatal(err)
	}
	var out []*target.Target
	for _, h := range inv.Hosts() {
		out = append(out, &target.Target{Label: h.Name(), Listed: h, Host: target.Host{Name: h.Name()}, Config: *h.Config(nil)})
	}
	return out
}

func TestRender(t *testing.T) {
	r1 := listed(t)[:1]
	text := `hostname {{upper .name}}
{{range .vlans}}vlan {{.id}}
 name {{.name}}
{{end}}{{if eq .bgp.as 65001}}router bgp {{.bgp.as}}
{{end}}ip address {{.loopback}} at {{.address}}:{{.port}} by {{.user}}
ntp {{join ", " .ntp}}`
	got, err := render("leaf.tmpl", number(text), r1)
	if err != nil {
		t.Fatal(err)
	}
	want := []numbered{{"hostname R1", 1}, {"vlan 10", 2}, {" name users", 3}, {"vlan 20", 4}, {" name voice", 5}, {"router bgp 65001", 6},
		{"ip address 10.0.0.1 at 192.0.2.11:22 by ops", 7}, {"ntp 192.0.2.1, 192.0.2.2", 8}}
	if !slices.Equal(got[0], want) {
		t.Errorf("%+v", got[0])
	}
	plain := []*target.Target{{Label: "10.9.9.9:2222", Host: target.Host{Name: "10.9.9.9", Port: 2222}}}
	if got, err = render("x", number("{{.name}} {{.port}}"), plain); err != nil || got[0][0].text != "10.9.9.9:2222 2222" {
		t.Errorf("a host of no inventory: %+v, %v", got, err)
	}
}

func TestRenderSaysWhatIsMissingWhere(t *testing.T) {
	for text, want := range map[string]string{
		"x\n{{.loopback}}":         "leaf.tmpl:2: r3: the host has no \"loopback\", which {{.loopback}} asks for",
		"{{.bgp.as}}":              "leaf.tmpl:1: r2: the host has no \"bgp\", which {{.bgp.as}} asks for\nleaf.tmpl:1: r3: the host has no \"bgp\", which {{.bgp.as}} asks for",
		"{{.contact}}":             "leaf.tmpl:1: r2: the host has no \"contact\"",
		"{{.password}}":            "leaf.tmpl:1: r1: \"password\" is a secret, and templates see none",
		"a\nb\n{{if .name}}":       "leaf.tmpl:4: unexpected EOF",
		"{{nonsense .name}}":       "leaf.tmpl:1: function \"nonsense\" not defined",
		"{{index .ntp 7}}":         "leaf.tmpl:1: r1: {{index .ntp 7}}: error calling index",
		"{{.loopback.x}}":          "leaf.tmpl:1: r1: {{.loopback.x}}: can't evaluate field x in type interface {}",
		"{{template \"nowhere\"}}": "leaf.tmpl:1: r1: {{template \"nowhere\"}}: template \"nowhere\" not defined",
	} {
		got, err := render("leaf.tmpl", number(text), listed(t))
		if err == nil || !strings.Contains(err.Error(), want) || got != nil {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	many := slices.Repeat(listed(t), 10)
	if _, err := render("leaf.tmpl", number("{{.nothing}}"), many); err == nil || strings.Count(err.Error(), "\n") != 20 || !strings.HasSuffix(err.Error(), "leaf.tmpl: and 10 more hosts") {
		t.Errorf("%v", err)
	}
}

func TestSecretsAreNotEvenInPlaces(t *testing.T) {
	data, secrets := variables(listed(t)[0])
	if _, ok := data["password"]; ok || !secrets["password"] {
		t.Errorf("%v, %v", data, secrets)
	}
	got, err := render("x", number("{{.}}"), listed(t)[:1])
	if err != nil || strings.Contains(got[0][0].text, "secret") {
		t.Errorf("%v, %v", got, err)
	}
}
