package platform_test

import (
	"slices"
	"testing"

	"github.com/vtynet/vty/platform"
)

func TestStatements(t *testing.T) {
	for _, c := range []struct {
		platform string
		lines    []string
		want     []platform.Statement
	}{
		{"cisco_iosxe", []string{"hostname r1", "", "end"}, []platform.Statement{{Text: "hostname r1", Line: 0}, {Text: "end", Line: 2}}},
		{"cisco_iosxe", []string{"banner motd ^C", "Keep out", "", "r1#  --More-- ^C", "ip routing"},
			[]platform.Statement{{Text: "banner motd ^C\nKeep out\n\nr1#  --More-- ^C", Line: 0}, {Text: "ip routing", Line: 4}}},
		{"cisco_iosxe", []string{"banner login #one#", "ip routing"}, []platform.Statement{{Text: "banner login #one#", Line: 0}, {Text: "ip routing", Line: 1}}},
		{"cisco_iosxe", []string{"banner exec Z one", "two Z"}, []platform.Statement{{Text: "banner exec Z one\ntwo Z", Line: 0}}},
		{"cisco_iosxe", []string{"banner motd #", "no end"}, []platform.Statement{{Text: "banner motd #", Line: 0}, {Text: "no end", Line: 1}}},
		{"cisco_iosxe", []string{"no banner motd", "ip routing"}, []platform.Statement{{Text: "no banner motd", Line: 0}, {Text: "ip routing", Line: 1}}},
		{"cisco_iosxe", []string{"crypto pki authenticate lab", "-----BEGIN CERTIFICATE-----", "MIIB", "-----END CERTIFICATE-----", "quit", "ip routing"},
			[]platform.Statement{{Text: "crypto pki authenticate lab\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\nquit", Line: 0}, {Text: "ip routing", Line: 5}}},
		{"cisco_nxos", []string{"banner motd @", "Keep out", "@"}, []platform.Statement{{Text: "banner motd @\nKeep out\n@", Line: 0}}},
		{"cisco_iosxr", []string{"banner motd #", "Keep out#", "route-policy all", "pass", "end-policy"}, []platform.Statement{
			{Text: "banner motd #\nKeep out#", Line: 0}, {Text: "route-policy all", Line: 2}, {Text: "pass", Line: 3}, {Text: "end-policy", Line: 4},
		}},
		{"huawei_vrp", []string{"header login information %", "[Y/N]", "%", "undo header shell"}, []platform.Statement{
			{Text: "header login information %\n[Y/N]\n%", Line: 0}, {Text: "undo header shell", Line: 3},
		}},
		{"hp_comware", []string{"header motd", "<H3C>", "the end %", "header shell #one#", "public-key-code begin", "30819F30"}, []platform.Statement{
			{Text: "header motd\n<H3C>\nthe end %", Line: 0}, {Text: "header shell #one#", Line: 3}, {Text: "public-key-code begin", Line: 4}, {Text: "30819F30", Line: 5},
		}},
		{"arista_eos", []string{"banner motd", "Keep out", "EOF", "ip routing"}, []platform.Statement{{Text: "banner motd\nKeep out\nEOF", Line: 0}, {Text: "ip routing", Line: 3}}},
	} {
		def, err := platform.Load(c.platform)
		if err != nil {
			t.Fatal(err)
		}
		if got := def.Configure.Statements(c.lines); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q\n got  %+v\n want %+v", c.platform, c.lines, got, c.want)
		}
		if got := def.Candidate.Statements(c.lines); def.Candidate.Mode != "" && !slices.Equal(got, c.want) {
			t.Errorf("%s, for a candidate: %q\n got  %+v\n want %+v", c.platform, c.lines, got, c.want)
		}
	}
}
