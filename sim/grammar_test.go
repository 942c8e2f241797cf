package sim

import (
	"fmt"
	"testing"
)

func TestGrammar(t *testing.T) {
	g := &grammar[string]{opts: &matching{abbreviate: true, quotes: true, interfaces: map[string]string{"Ethernet": "Et", "Management": "Ma"}}}
	for _, p := range []string{
		"show version", "show vlan", "show vlan brief", "show interfaces", "show interfaces <i:interface>", "show ip route <p:prefix>",
		"ping <a:ip>", "ping <name>", "mask <m:mask>", "number <n:int>", "say <text...>", "quote <q> end",
	} {
		if err := g.add(p, p); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{
		"show version":             "show version",
		"SH VER":                   "show version",
		"sh v":                     "ambiguous at 1",
		"sh vl":                    "show vlan",
		"sh vlan b":                "show vlan brief",
		"show":                     "incomplete at 1",
		"show nothing":             "invalid at 1",
		"show version 7":           "invalid at 2",
		"show int e1/2":            "show interfaces <i:interface> i=Ethernet1/2",
		"show int x1":              "invalid at 2",
		"show ip route 10.0.0.0/8": "show ip route <p:prefix> p=10.0.0.0/8",
		"show ip route 10.0.0.0":   "invalid at 3",
		"ping 192.0.2.1":           "ping <a:ip> a=192.0.2.1",
		"ping host":                "ping <name> name=host",
		"mask 255.255.0.0":         "mask <m:mask> m=255.255.0.0",
		"mask 255.0.255.0":         "invalid at 1",
		"number 12":                "number <n:int> n=12",
		"number -1":                "invalid at 1",
		"say  two   words ":        "say <text...> text=two   words",
		"say":                      "incomplete at 1",
		`quote "a b" end`:          `quote <q> end q="a b"`,
		"unknown":                  "invalid at 0",
	} {
		got := g.match(line, g.opts.split(line))
		text := fmt.Sprintf("%s at %d", [...]string{"taken", "invalid", "incomplete", "ambiguous"}[got.why], got.at)
		if got.value != nil {
			text = *got.value
			for k, v := range got.caught {
				text += " " + k + "=" + v
			}
		}
		if text != want {
			t.Errorf("%q: %s, want %s", line, text, want)
		}
	}
}
