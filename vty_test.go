package vty_test

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// A front is a way to reach a simulated device.
type front struct {
	name string
	open func(t *testing.T, dev *sim.Device, cfg vty.Config) (*vty.Device, error)
}

var fronts = []front{
	{"pipe", func(t *testing.T, dev *sim.Device, cfg vty.Config) (*vty.Device, error) {
		size := cfg.Size
		if size == (transport.Size{}) {
			size = transport.Size{Columns: 511, Rows: 1000}
		}
		return vty.Open(t.Context(), dev.Pipe(sim.Terminal{Size: size}), "sim", &cfg)
	}},
	{"ssh", func(t *testing.T, dev *sim.Device, cfg vty.Config) (*vty.Device, error) {
		srv, err := sim.ListenSSH(t.Context(), "", dev, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = srv.Close() })
		cfg.HostKeys = auth.Pinned(srv.Fingerprint())
		cfg.Auth = []auth.Method{auth.Password(cfg.Password)}
		return vty.Dial(t.Context(), srv.Addr().String(), &cfg)
	}},
	{"telnet", func(t *testing.T, dev *sim.Device, cfg vty.Config) (*vty.Device, error) {
		srv, err := sim.ListenTelnet(t.Context(), "", dev)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = srv.Close() })
		cfg.Transport = vty.Telnet
		return vty.Dial(t.Context(), srv.Addr().String(), &cfg)
	}},
}

// simulated opens a session with a simulated device, with its own credentials
// where cfg has none.
func (f front) simulated(t *testing.T, dev *sim.Device, cfg vty.Config) *vty.Device {
	t.Helper()
	d, err := f.open(t, dev, credentials(dev, cfg))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func credentials(dev *sim.Device, cfg vty.Config) vty.Config {
	user, password, enable := dev.Credentials()
	cfg.Platform, cfg.User = dev.Platform(), user
	if cfg.Password == nil {
		cfg.Password = auth.Literal(password)
	}
	if cfg.Secrets == nil {
		cfg.Secrets = map[string]auth.Source{"enable": auth.Literal(enable)}
	}
	return cfg
}

func newSim(t *testing.T, platform string, cfg *sim.Config) *sim.Device {
	t.Helper()
	dev, err := sim.New(platform, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// small is a terminal on which long answers are paged.
var small = transport.Size{Columns: 80, Rows: 24}

// What every platform is asked, beside what its definition says.
var platforms = map[string]struct {
	long    string   // prints thousands of lines
	refused string   // is no command
	lines   []string // configuration that is taken
	shown   string   // what the running configuration then shows
	show    string   // the command that shows it
	bad     string   // a configuration line that is not
}{
	"arista_eos":    {"show tech-support", "show nonsense", []string{"interface Ethernet1", "description made by vty"}, "description made by vty", "show running-config", "frobnicate"},
	"cisco_iosxe":   {"show tech-support", "show nonsense", []string{"interface GigabitEthernet1", "description made by vty"}, "description made by vty", "show running-config", "frobnicate"},
	"cisco_iosxr":   {"show tech-support", "show nonsense", []string{"interface GigabitEthernet0/0/0/0", "description made by vty"}, "description made by vty", "show running-config", "frobnicate"},
	"cisco_nxos":    {"show tech-support", "show nonsense", []string{"interface Ethernet1/1", "description made by vty"}, "description made by vty", "show running-config", "frobnicate"},
	"frr_vty":       {"show tech-support", "show nonsense", []string{"router bgp 65001", "bgp router-id 192.0.2.9"}, "bgp router-id 192.0.2.9", "show running-config", "frobnicate"},
	"frr_vtysh":     {"show tech-support", "show nonsense", []string{"interface eth0", "description made by vty"}, "description made by vty", "show running-config", "frobnicate"},
	"juniper_junos": {"show lines 5000", "show nonsense", []string{"set system host-name mx9"}, "host-name mx9", "show configuration", "frobnicate"},
	"linux":         {long: "seq 5000", refused: "nonsense"},
	"generic":       {long: "lines 5000", refused: ""},
}

func TestPlatforms(t *testing.T) {
	for _, name := range sim.Names() {
		for _, f := range fronts {
			t.Run(name+"/"+f.name, func(t *testing.T) {
				t.Run("modes", func(t *testing.T) { everyMode(t, f, name) })
				t.Run("pages", func(t *testing.T) { samePages(t, f, name) })
				t.Run("refusal", func(t *testing.T) { refusal(t, f, name) })
				t.Run("configure", func(t *testing.T) { configures(t, f, name) })
			})
		}
	}
}

// everyMode goes to each mode and back.
func everyMode(t *testing.T, f front, name string) {
	d := f.simulated(t, newSim(t, name, nil), vty.Config{})
	home := d.Mode()
	if def := d.Platform(); def.Default != "" && home != def.Default {
		t.Errorf("it opened in mode %q, want %q", home, def.Default)
	}
	for _, m := range d.Platform().Modes {
		if m.Argument != "" {
			continue // these devices have none; those made of definitions do
		}
		if err := d.Enter(t.Context(), m.Name); err != nil {
			t.Errorf("to mode %s: %v", m.Name, err)
		}
		if err := d.Enter(t.Context(), home); err != nil {
			t.Fatalf("back from mode %s: %v", m.Name, err)
		}
	}
	if prompt, err := d.AskPrompt(t.Context()); err != nil || prompt != d.Prompt() {
		t.Errorf("prompt %q, %v", prompt, err)
	}
	if err := d.Close(); err != nil && !errors.Is(err, io.EOF) {
		t.Errorf("close: %v", err)
	}
	if _, err := d.Run(t.Context(), "show version"); !errors.Is(err, vty.ErrClosed) {
		t.Errorf("a command after Close: %v", err)
	}
}

// pager is found in what a device sent that had pages to turn.
var pager = regexp.MustCompile(`(?i)--? ?\(?more|press any key`)

// samePages reads a long answer unpaged, and paged from a device that refuses
// to switch paging off.
func samePages(t *testing.T, f front, name string) {
	var texts [2]string
	for i, refuses := range []bool{false, true} {
		d := f.simulated(t, newSim(t, name, &sim.Config{RefusePaging: refuses}), vty.Config{Size: small, Raw: true})
		res, err := d.Run(t.Context(), platforms[name].long)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = res.Text()
		if refuses && !pager.Match(res.Raw()) && name != "linux" {
			t.Errorf("there was no page to turn: the test proves nothing")
		}
	}
	if texts[0] != texts[1] {
		t.Errorf("paged and unpaged differ: %s", firstDifference(texts[0], texts[1]))
	}
	if n := strings.Count(texts[0], "\n") + 1; n < 5000 {
		t.Errorf("%d lines, want 5000", n)
	}
}

func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return fmt.Sprintf("line %d: %q and %q", i+1, as[i], bs[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(as), len(bs))
}

func refusal(t *testing.T, f front, name string) {
	command := platforms[name].refused
	if command == "" {
		return // generic knows no refusals
	}
	d := f.simulated(t, newSim(t, name, nil), vty.Config{})
	res, err := d.Run(t.Context(), command)
	var refused *vty.CommandError
	if !errors.As(err, &refused) || res == nil || !res.Failed || refused.Reason == "" {
		t.Fatalf("result %+v, error %v", res, err)
	}
	if res, err = d.Run(t.Context(), platforms[name].long); err != nil || len(res.Lines()) < 5000 {
		t.Errorf("the next command: %v", err)
	}
}

// A character that would call the help is not typed, neither in a command nor in
// a configuration line: what was before it would be taken for the whole.
func TestHelpKeyIsNotTyped(t *testing.T) {
	d := fronts[0].simulated(t, newSim(t, "cisco_iosxe", nil), vty.Config{})
	if _, err := d.Run(t.Context(), "show ?"); !errors.Is(err, vty.ErrInput) {
		t.Errorf("a command: %v", err)
	}
	report, err := d.Configure(t.Context(), "interface GigabitEthernet1", "description who?")
	if !errors.Is(err, vty.ErrInput) || len(report.Lines) != 0 || d.Mode() != "privileged" {
		t.Errorf("a configuration line: %v, %+v", err, report)
	}
}

// Where lines act at once, what needs a candidate is refused before anything is
// typed.
func TestWishesThatNeedACandidate(t *testing.T) {
	for _, name := range []string{"cisco_iosxe", "frr_vty"} { // with a way back after a time, and without
		dev := newSim(t, name, nil)
		d := fronts[0].simulated(t, dev, vty.Config{})
		before := dev.RunningConfig()
		for wish, conf := range map[string]vty.Configuration{
			"candidate": {Candidate: true}, "diff": {Diff: true}, "check": {Check: true}, "dry run": {DryRun: true},
			"comment": {Comment: "x"}, "label": {Label: "x"}, "confirm": {Confirm: time.Minute},
		} {
			if wish == "confirm" && d.Platform().Revert.Mode != "" {
				continue
			}
			conf.Lines = []string{"hostname changed"}
			report, err := d.Apply(t.Context(), conf)
			if !errors.Is(err, vty.ErrUnsupported) || len(report.Lines) != 0 || len(report.Unsent) != 1 || dev.RunningConfig() != before {
				t.Errorf("%s: %s: %v, %+v", name, wish, err, report)
			}
		}
	}
}

func configures(t *testing.T, f front, name string) {
	p := platforms[name]
	d := f.simulated(t, newSim(t, name, nil), vty.Config{})
	home := d.Mode()
	if d.Platform().Configure.Mode == "" {
		if _, err := d.Configure(t.Context(), "x"); err == nil {
			t.Error("a platform without configuration took a line")
		}
		return
	}
	report, err := d.Configure(t.Context(), append(p.lines[:len(p.lines):len(p.lines)], p.bad, p.lines[0])...)
	var failed *vty.ConfigureError
	if !errors.As(err, &failed) || failed.Line != len(p.lines)+1 || !errors.Is(err, vty.ErrRefused) {
		t.Fatalf("a bad line: %v", err)
	}
	if report.Applied() != len(p.lines) || len(report.Unsent) != 1 || report.Aborted != report.Candidate || report.Committed {
		t.Errorf("report %+v", report)
	}
	if report.Candidate {
		if res, err := d.Run(t.Context(), p.show); err != nil || strings.Contains(res.Text(), p.shown) {
			t.Errorf("a candidate that was thrown away is in effect (or %v)", err)
		}
	}
	report, err = d.Configure(t.Context(), p.lines...)
	if err != nil || report.Applied() != len(p.lines) || report.Committed != report.Candidate {
		t.Fatalf("good lines: %v, %+v", err, report)
	}
	if d.Mode() != home {
		t.Errorf("it was left in mode %q, want %q", d.Mode(), home)
	}
	res, err := d.Run(t.Context(), p.show)
	if err != nil || !strings.Contains(res.Text(), p.shown) {
		t.Errorf("%s does not show %q (%v):\n%s", p.show, p.shown, err, res.Text())
	}
}
