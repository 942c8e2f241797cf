package textfsm

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func library(t *testing.T, files map[string]string) *Library {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	lib, err := NewLibrary("lib", fsys)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

const interfaces = "Value Key NAME (\\S+)\nValue List ADDRESS ((?P<ip>\\S+)/(?P<len>\\d+)?)\n\nStart\n  ^${NAME} ${ADDRESS} -> Record\n\nEOF\n"

func TestLibrary(t *testing.T) {
	lib := library(t, map[string]string{
		"index": "# comment\nTemplate, Hostname, Platform, Command # heading\n\n" +
			"a.textfsm:b.textfsm, .*, cisco_ios, sh[[ow]] int[[erfaces]]( d[[etail]])?$\n" +
			"dropped.textfsm, .*, cisco_ios, sh[[ow]] {1,2}\n" +
			"bad.textfsm, core.*, cisco_ios, show bad\n",
		"a.textfsm":   interfaces,
		"b.textfsm":   "Value Key NAME (\\S+)\nValue MTU (\\d+)\n\nStart\n  ^mtu ${NAME} ${MTU} -> Record\n\nEOF\n",
		"bad.textfsm": "Value A (.)\n\nStart\n  ^. -> Error\n",
	})
	text := "eth0 10.0.0.1/24\neth1 10.0.0.2/\nmtu eth1 9000\n"
	for _, platform := range []string{"cisco_ios", "cisco_iosxe", "cisco_xe", "cisco_ios_telnet"} {
		records, err := lib.Parse(platform, "sho inter d", text)
		want := `[["eth0",["{'ip': '10.0.0.1', 'len': '24'}"],""],["eth1",["{'ip': '10.0.0.2', 'len': None}"],"9000"]]`
		if got := rows(records); err != nil || got != want {
			t.Errorf("%s: got %s, %v", platform, got, err)
		}
		if names := strings.Join(records[0].Names(), " "); names != "name address mtu" {
			t.Errorf("the names are %s", names)
		}
	}
	_, err := lib.Parse("cisco_ios", "show nothing", text)
	var missing *NoTemplateError
	if !errors.Is(err, ErrNoTemplate) || !errors.As(err, &missing) || !missing.Known {
		t.Errorf("got %v", err)
	}
	if _, err := lib.Parse("acme_os", "show interfaces", text); !errors.As(err, &missing) || missing.Known {
		t.Errorf("got %v", err)
	}
	if _, err := lib.Parse("cisco_ios", "show interfaces", "nothing"); !errors.Is(err, ErrNoMatch) {
		t.Errorf("got %v", err)
	}
	if _, err := lib.Parse("cisco_ios", "show bad", "x"); !errors.Is(err, ErrState) {
		t.Errorf("got %v", err)
	}
	if dropped := lib.shelves[0].index.Dropped; len(dropped) != 1 || dropped[0] != 5 {
		t.Errorf("dropped lines: %v", dropped)
	}
}

func TestIndexAttributes(t *testing.T) {
	x, err := ParseIndex("index", strings.NewReader("Template,Hostname,Command\na, core.*, show\nb, , show\n"))
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"core1": "a", "edge1": "b"} {
		got, ok := x.Find(map[string]string{"Hostname": host, "Command": "show x", "Vendor": "no column"})
		if !ok || got[0] != want {
			t.Errorf("%s: got %v", host, got)
		}
	}
	for _, bad := range []string{"", "Platform, Command\n", "Template,A,A\n", "Template,A\nx,(\n"} {
		if _, err := ParseIndex("index", strings.NewReader(bad)); !errors.As(err, new(*TemplateError)) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestComplete(t *testing.T) {
	for in, want := range map[string]string{
		"sh[[ow]] v[[er]]": "sh(o(w)?)? v(e(r)?)?", "show": "show", "a[[b": "a[[b", "a[[]]b": "a[[]]b", "[[é]]": "(é)?",
	} {
		if got := complete(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestDiscover(t *testing.T) {
	root := t.TempDir()
	write := func(dir, template string) string {
		dir = filepath.Join(root, filepath.FromSlash(dir))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"index": "Template,Platform,Command\nt," + template + ",show\n", "t": interfaces} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	ntc, net := write("ntc/ntc_templates/templates", "x"), write("net", "x")
	explicit, overlay := write("explicit", "x"), write("config/vty/templates", "y")
	venv := write("venv/lib/python3.11/site-packages/ntc_templates/templates", "x")
	for _, c := range []struct {
		dir  string
		env  map[string]string
		want string
	}{
		{explicit, map[string]string{EnvDir: ntc}, explicit},
		{"", map[string]string{EnvDir: filepath.Join(root, "ntc"), EnvNetDir: net}, ntc},
		{"", map[string]string{EnvNetDir: "~/net", "HOME": root}, net},
		{"", map[string]string{"VIRTUAL_ENV": filepath.Join(root, "venv")}, venv},
		{"", map[string]string{EnvDir: ntc, "XDG_CONFIG_HOME": filepath.Join(root, "config")}, overlay + " " + ntc},
	} {
		lib, err := Discover(c.dir, func(name string) (string, bool) { v, ok := c.env[name]; return v, ok })
		if err != nil {
			t.Errorf("%v: %v", c.env, err)
			continue
		}
		if got := strings.Join(lib.Dirs(), " "); got != c.want {
			t.Errorf("%v: got %s, want %s", c.env, got, c.want)
		}
	}
	if _, err := Discover(filepath.Join(root, "none"), os.LookupEnv); err == nil {
		t.Error("a folder that is not there was taken")
	}
}

// The examples of the documentation parse their samples.
func TestExamples(t *testing.T) {
	lib, err := OpenLibrary("examples")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ platform, command, sample, want string }{
		{"frr_vtysh", "show ip bgp summary", "frr_show_bgp_summary.txt",
			`[["10.0.0.1","65001","192.0.2.2","65002","01:42:11","3"],["10.0.0.1","65001","192.0.2.6","65003","never","Active"]]`},
		{"linux", "df -k", "linux_df.txt",
			`[["udev","1987528","0","1987528","0","/dev"],["/dev/vda1","20480000","8123456","11296544","42","/"],["/dev/vdb1","103081248","126392","97676632","1","/srv/with spaces"]]`},
	} {
		text, err := os.ReadFile(filepath.Join("examples", c.sample))
		if err != nil {
			t.Fatal(err)
		}
		records, err := lib.Parse(c.platform, c.command, string(text))
		if got := rows(records); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v", c.sample, got, err)
		}
	}
}
