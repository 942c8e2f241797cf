package sim

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vtynet/vty/platform"
)

func TestAnswer(t *testing.T) {
	d := device(t, "cisco_iosxe", &Config{Hostname: "edge"})
	p := sit(t, d, wide)
	p.all()
	d.Answer("show  magic", "{host} knows {nothing}\nof {it}")
	if got := p.run(" show magic "); got != "edge knows {nothing}\nof {it}\n" {
		t.Errorf("%q", got)
	}
	d.Answer("show version", "")
	if got := p.run("show version"); got != "" {
		t.Errorf("%q", got)
	}
}

func TestOverlay(t *testing.T) {
	d := device(t, "cisco_iosxe", nil, []byte(`
vars: { site: lab }
users: { ops: secret }
commands:
  - on: show site <id:int>
    text:
      - "site {id} is {site}"
      - { repeat: 2, line: "rack {n}/{count}" }
  - on: show clock
    text: late
configuration:
  rules:
    - { line: site <name> }
`))
	p := sit(t, d, wide)
	p.all()
	for command, want := range map[string]string{
		"show site 7": "site 7 is lab\nrack 1/2\nrack 2/2\n",
		"sh clo":      "late\n",
	} {
		if got := p.run(command); got != want {
			t.Errorf("%s: %q", command, got)
		}
	}
	if user, password, enable := d.Credentials(); enable != "enable" || d.cfg.Users["ops"] != "secret" {
		t.Errorf("credentials %q %q %q", user, password, enable)
	}
	p.keys("enable\renable\rconf t\rsite x\r")
	if !strings.Contains(d.RunningConfig(), "site x\n") {
		t.Error("the overlay's line is not configured")
	}
}

func TestFaultyDeviceFiles(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown field":    {"\nhostnam: x\n", "line 2"},
		"bad kind":         {"commands: [{on: show <x:colour>}]", "unknown kind"},
		"unknown mode":     {"commands: [{on: show x, in: [nowhere]}]", `unknown mode "nowhere"`},
		"unknown question": {"commands: [{on: show x, ask: [why]}]", "unknown question"},
		"rest not last":    {"commands: [{on: show <x...> y}]", "must be the last word"},
		"bad initial":      {"configuration: {initial: nonsense}", "is refused"},
		"bad text":         {"commands: [{on: x, text: [{line: y}]}]", "repeat is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Load("cisco_iosxe", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestUnknownPlatform(t *testing.T) {
	if _, err := New("nonsense_os", nil); !errors.Is(err, platform.ErrUnknown) {
		t.Errorf("%v", err)
	}
	if _, err := New("linux", &Config{Mode: "nowhere"}); err == nil {
		t.Error("a mode that is not there")
	}
	def, err := platform.Load("linux")
	if err != nil {
		t.Fatal(err)
	}
	own := *def
	own.Name = "my_linux"
	if m, err := NewModel(&own); err != nil || m.Name() != "my_linux" {
		t.Errorf("a device of the definition alone: %v", err)
	}
	if _, err := NewModel(&own, []byte("start: user")); err != nil {
		t.Error(err)
	}
}

func TestEagerPagerWipesBeforeThePrompt(t *testing.T) {
	p := sit(t, device(t, "cisco_iosxe", &Config{EagerPager: true}), wide)
	p.all()
	if got := p.keys("show lines 23\r"); !strings.HasSuffix(got, " --More-- ") {
		t.Errorf("%q", got)
	}
	p.want(" ", p.shell.model().data.Pager.Wipe+"r1>")
}

func TestBanner(t *testing.T) {
	d := device(t, "cisco_iosxe", &Config{Mode: "privileged"})
	p := sit(t, d, wide)
	p.all()
	p.keys("conf t\r")
	p.want("banner motd #\r", "banner motd #\r\nEnter TEXT message.  End with the character '#'.\r\n")
	p.want("keep out\r", "keep out\r\n")
	p.want("#\r", "#\r\nr1(config)#")
	if got := d.RunningConfig(); !strings.Contains(got, "banner motd ^C\nkeep out\n^C\n") {
		t.Errorf("%s", got)
	}
	p.want("banner motd %one line%\r", "banner motd %one line%\r\nr1(config)#")
	p.want("no banner motd\r", "no banner motd\r\nr1(config)#")
	if got := d.RunningConfig(); strings.Contains(got, "banner") {
		t.Errorf("%s", got)
	}
}

func TestFilters(t *testing.T) {
	p := sit(t, device(t, "cisco_nxos", nil), wide)
	p.all()
	for command, want := range map[string]string{
		"show lines 30 | include line 30": "line 30 of 30 on n9k1\n",
		"show lines 3 | exclude 2":        "line 1 of 3 on n9k1\nline 3 of 3 on n9k1\n",
		"show lines 4 | begin \"line 4\"": "line 4 of 4 on n9k1\n",
		"show lines 1 | no-more":          "line 1 of 1 on n9k1\n",
	} {
		if got := p.run(command); got != want {
			t.Errorf("%s: %q", command, got)
		}
	}
}

func TestHelp(t *testing.T) {
	p := sit(t, device(t, "cisco_iosxe", nil), wide)
	p.all()
	p.want("show ip ?", "show ip ?\r\n  interface\r\n  route\r\n\r\nr1>show ip ")
	p.want("int?", "int?\r\n  interface\r\n\r\nr1>show ip int")
}

func TestOppositeLines(t *testing.T) {
	d := device(t, "arista_eos", &Config{Mode: "privileged"})
	p := sit(t, d, wide)
	p.all()
	p.keys("conf\x15configure terminal\rinterface Ethernet2\rno switchport\r")
	if got := d.RunningConfig(); !strings.Contains(got, "interface Ethernet2\n   no switchport\n   shutdown\n") {
		t.Errorf("%s", got)
	}
	p.keys("switchport\rno shutdown\r")
	if got := d.RunningConfig(); !strings.Contains(got, "interface Ethernet2\n   switchport\n!\n") {
		t.Errorf("%s", got)
	}
}

func TestUptimeAndClock(t *testing.T) {
	now := clock()
	d, err := New("cisco_iosxe", &Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(26*time.Hour + 3*time.Minute)
	p := sit(t, d, wide)
	p.all()
	p.run("terminal length 0")
	if got := p.run("show version"); !strings.Contains(got, "r1 uptime is 1 day, 2 hours, 3 minutes\n") {
		t.Errorf("%q", got)
	}
	if got := p.run("show clock"); got != "*05:05:01.000 UTC Tue May 5 2026\n" {
		t.Errorf("%q", got)
	}
}

func TestManySessionsAtOnce(t *testing.T) {
	d := device(t, "cisco_iosxe", &Config{Mode: "privileged"})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			p := sit(t, d, wide)
			for j := range 20 {
				p.keys(fmt.Sprintf("conf t\rip route 10.%d.%d.0 255.255.255.0 192.0.2.9\rend\rshow running-config\rqwrite\r", i, j))
				d.Answer("show x", "y")
				_ = d.Hostname()
			}
		})
	}
	wg.Wait()
	if n := strings.Count(d.RunningConfig(), "ip route 10."); n != 160 {
		t.Errorf("%d routes", n)
	}
}

func TestPrompts(t *testing.T) {
	p := sit(t, device(t, "cisco_iosxe", &Config{Hostname: "a-name-of-more-than-twenty", Mode: "privileged"}), wide)
	if got := p.all(); got != "a-name-of-more-than-twenty#" {
		t.Errorf("%q", got)
	}
	if got := p.keys("conf t\r"); !strings.HasSuffix(got, "\r\na-name-of-more-than-(config)#") {
		t.Errorf("%q", got)
	}
	p = sit(t, device(t, "arista_eos", &Config{Mode: "privileged"}), wide)
	p.keys("configure terminal\r")
	p.all()
	p.want("int Et1\r", "int Et1\r\nleaf1(config-if-Et1)#")
	p.want("vlan 10\r", "vlan 10\r\nleaf1(config-vlan-10)#")
	if got := sit(t, device(t, "generic", nil), wide).all(); !strings.HasSuffix(got, "\n\r[box-7] ready: ") {
		t.Errorf("%q", got)
	}
}

func BenchmarkLongAnswer(b *testing.B) {
	p := sit(b, device(b, "cisco_iosxe", &Config{Mode: "privileged"}), wide)
	p.run("terminal length 0")
	for b.Loop() {
		p.shell.out.w = io.Discard
		p.keys("show tech-support\r")
	}
}

func BenchmarkShortAnswer(b *testing.B) {
	p := sit(b, device(b, "cisco_iosxe", &Config{Mode: "privileged"}), wide)
	p.run("terminal length 0")
	for b.Loop() {
		p.keys("show version\r")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load("cisco_iosxe"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDevice(b *testing.B) {
	m, err := Load("cisco_iosxe")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Device(nil); err != nil {
			b.Fatal(err)
		}
	}
}
