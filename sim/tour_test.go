package sim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/terminal"
	"github.com/vtynet/vty/transport"
)

// tour is what to try on a platform's device.
type tour struct {
	login   []string // what is typed at the login, before the first prompt
	config  []string // lines that the configuration takes
	shown   []string // what it then shows
	refused string   // a line that it does not take
	show    string   // the command that shows it
	command string   // a command that the device refuses
	long    string   // a command with an answer of 5,000 lines
	unpage  string
}

var (
	userAndPassword = []string{"admin", "admin"}
	ciscoLines      = []string{"interface Loopback7", "description to the core"}
)

var tours = map[string]tour{
	"cisco_iosxe": {
		userAndPassword, []string{"hostname core9", "interface Loopback7", "description to the core", "ip address 10.0.0.7 255.255.255.255"},
		[]string{"hostname core9\n", "interface Loopback7\n description to the core\n ip address 10.0.0.7 255.255.255.255\n"},
		"ip adress 10.0.0.8 255.255.255.255", "show running-config", "show nonsense", "show tech-support", "terminal length 0",
	},
	"cisco_nxos": {
		userAndPassword, append([]string{"hostname core9"}, ciscoLines...),
		[]string{"hostname core9\n", "interface loopback7\n  description to the core\n"},
		"ip adress 10.0.0.8/32", "show running-config", "show nonsense", "show tech-support", "terminal length 0",
	},
	"cisco_iosxr": {
		userAndPassword, append(append([]string{"hostname core9"}, ciscoLines...), "commit"),
		[]string{"hostname core9\n", "interface Loopback7\n description to the core\n!\n"},
		"ip address 10.0.0.8/32", "show running-config", "show nonsense", "show tech-support", "terminal length 0",
	},
	"arista_eos": {
		userAndPassword, append([]string{"hostname core9"}, ciscoLines...),
		[]string{"hostname core9\n", "interface Loopback7\n   description to the core\n"},
		"ip address 10.0.0.8", "show running-config", "show nonsense", "show tech-support", "terminal length 0",
	},
	"juniper_junos": {
		userAndPassword, []string{"set system host-name core9", `set interfaces ge-0/0/7 description "to the core"`, "commit"},
		[]string{"    host-name core9;\n", "    ge-0/0/7 {\n        description \"to the core\";\n    }\n"},
		"set system hostname core9", "show configuration", "show nonsense", "request support information", "set cli screen-length 0",
	},
	"frr_vty": {
		[]string{"zebra"}, []string{"hostname core9", "router bgp 65009", "neighbor 192.0.2.9 remote-as 65010"},
		[]string{"hostname core9\n", "router bgp 65009\n neighbor 192.0.2.9 remote-as 65010\nexit\n"},
		"neighbor 192.0.2 remote-as 65010", "show running-config", "show nonsense", "show tech-support", "terminal length 0",
	},
	"frr_vtysh": {
		userAndPassword, []string{"hostname core9", "interface eth7", "description to the core"},
		[]string{"hostname core9\n", "interface eth7\n description to the core\nexit\n"},
		"neighbor 192.0.2 remote-as 65010", "show running-config", "show nonsense", "show tech-support", "no terminal paginate",
	},
	"linux":   {login: userAndPassword, command: "nonsense -x", long: "journalctl", unpage: "export PAGER=cat SYSTEMD_PAGER=cat GIT_PAGER=cat"},
	"generic": {login: userAndPassword, command: "nonsense", long: "log", unpage: "page 0"},
}

// where is the mode whose prompt the cursor stands on; a prompt that device data
// make up has a name of its own.
func where(p *typist, text string) string {
	p.t.Helper()
	m := p.shell.model()
	text = strings.ReplaceAll(text, m.data.Newline, "\n")
	line := strings.TrimRight(text[strings.LastIndexByte(text, '\n')+1:], " ")
	mode, ok := m.def.ModeOf(line)
	if !ok {
		p.t.Fatalf("%q is no prompt of %s", line, m.def.Name)
	}
	return mode.Name
}

// walk types a transition's steps and answers what they ask.
func walk(p *typist, steps []platform.Step) string {
	p.t.Helper()
	text := ""
	for _, s := range steps {
		text = p.keys(s.Send + "\r")
		for _, a := range s.Asks {
			line := strings.TrimRight(text[strings.LastIndexByte(text, '\n')+1:], " ")
			if !a.Prompt.MatchString(line) {
				continue
			}
			answer := a.Answer
			if a.Secret != "" {
				answer = p.shell.secret(a.Secret)
			}
			text = p.keys(answer + "\r")
		}
	}
	return text
}

func TestTourCoversEveryDevice(t *testing.T) {
	for _, name := range Names() {
		if _, ok := tours[name]; !ok {
			t.Errorf("no tour of %s", name)
		}
	}
}

func forAll(t *testing.T, test func(t *testing.T, name string, tour tour)) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) { test(t, name, tours[name]) })
	}
}

func TestLoginInsideTheSession(t *testing.T) {
	forAll(t, func(t *testing.T, name string, tour tour) {
		d := device(t, name, nil)
		p := sit(t, d, Terminal{Login: true})
		text := p.all()
		for _, answer := range tour.login {
			text = p.keys(answer + "\r\n")
		}
		if got := where(p, text); got != d.model.data.Start {
			t.Errorf("logged in to %q", got)
		}
		hidden := tour.login[len(tour.login)-1]
		if len(tour.login) == 1 && strings.Contains(text, hidden) {
			t.Errorf("the password is echoed: %q", text)
		}

		p = sit(t, d, Terminal{Login: true})
		p.all()
		for range 3 {
			for range tour.login {
				text = p.keys("wrong\r")
			}
		}
		if !p.shell.done {
			t.Errorf("three wrong passwords left the session open: %q", text)
		}
	})
}

func TestEveryModeAndBack(t *testing.T) {
	forAll(t, func(t *testing.T, name string, _ tour) {
		d := device(t, name, nil)
		p := sit(t, d, wide)
		if got := where(p, p.all()); got != d.model.data.Start {
			t.Fatalf("began in %q", got)
		}
		def := d.model.def
		for _, mode := range def.Modes {
			if mode.Argument != "" {
				continue // none of these devices has such a mode
			}
			for _, leg := range []struct{ from, to string }{{d.model.data.Start, mode.Name}, {mode.Name, d.model.data.Start}} {
				path, err := def.Path(leg.from, leg.to)
				if err != nil {
					continue // not every mode of a definition is on the way from this start
				}
				for _, step := range path {
					text := walk(p, step.Steps)
					if got := where(p, text); got != step.To {
						t.Fatalf("%s to %s led to %s: %q", step.From, step.To, got, text)
					}
				}
			}
		}
	})
}

func TestOpeningStepsAreTaken(t *testing.T) {
	forAll(t, func(t *testing.T, name string, tour tour) {
		d := device(t, name, nil)
		p := sit(t, d, Terminal{Size: transport.Size{Columns: 80, Rows: 24}})
		p.all()
		def := d.model.def
		if def.Default != "" {
			path, err := def.Path(d.model.data.Start, def.Default)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range path {
				walk(p, step.Steps)
			}
		}
		opening := slices.Clone(def.Open)
		for _, ways := range [][]platform.Way{def.Paging, def.Width} {
			for _, way := range ways {
				opening = append(opening, way...)
			}
		}
		for _, s := range opening {
			if answer := p.run(s.Send); refusedBy(def, answer, nil) {
				t.Errorf("%q was refused: %q", s.Send, answer)
			}
		}
		if tour.unpage != "" && slices.ContainsFunc(opening, func(s platform.Step) bool { return s.Send == tour.unpage }) {
			if n := strings.Count(p.run(tour.long), "\n"); n < 4999 {
				t.Errorf("%d lines of 5,000 after the opening steps", n)
			}
		}
	})
}

func refusedBy(def *platform.Definition, answer string, more []platform.Failure) bool {
	for line := range strings.Lines(answer) {
		if platform.Judge(strings.TrimSuffix(line, "\n"), def.Failures, more) == platform.SeverityError {
			return true
		}
	}
	return false
}

// toDefault brings a session to the definition's default mode.
func toDefault(p *typist) {
	def := p.shell.model().def
	if def.Default == "" {
		return
	}
	path, err := def.Path(p.shell.mode, def.Default)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, step := range path {
		walk(p, step.Steps)
	}
}

func TestRefusedCommand(t *testing.T) {
	forAll(t, func(t *testing.T, name string, tour tour) {
		d := device(t, name, nil)
		p := sit(t, d, wide)
		p.all()
		toDefault(p)
		answer := p.run(tour.command)
		if len(d.model.def.Failures) > 0 && !refusedBy(d.model.def, answer, nil) {
			t.Errorf("%q is no refusal to the definition", answer)
		}
		if answer == "" {
			t.Error("nothing was said")
		}
	})
}

func TestRunningConfigShowsWhatWasConfigured(t *testing.T) {
	forAll(t, func(t *testing.T, name string, tour tour) {
		if tour.config == nil {
			if d := device(t, name, nil); d.model.def.Configure.Mode != "" {
				t.Error("a platform with a configuration needs lines for it")
			}
			return
		}
		d := device(t, name, nil)
		def := d.model.def
		p := sit(t, d, wide)
		p.all()
		toDefault(p)
		p.run(tour.unpage)
		before := p.run(tour.show)
		path, err := def.Path(def.Default, def.Configure.Mode)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range path {
			walk(p, step.Steps)
		}
		for _, line := range tour.config {
			if answer := p.run(line); refusedBy(def, answer, def.Configure.Failures) {
				t.Errorf("%q was refused: %q", line, answer)
			}
		}
		if answer := p.run(tour.refused); !refusedBy(def, answer, def.Configure.Failures) {
			t.Errorf("%q was not refused: %q", tour.refused, answer)
		}
		if got := d.Hostname(); got != "core9" || !strings.Contains(p.shell.display(), "core9") {
			t.Errorf("the name is %q, the prompt %q", got, p.shell.display())
		}
		p.run(d.end())
		if p.shell.mode != def.Default {
			t.Fatalf("in %s after the end", p.shell.mode)
		}
		after := p.run(tour.show)
		for _, text := range tour.shown {
			if strings.Contains(before, text) || !strings.Contains(after, text) {
				t.Errorf("%q is not new in\n%s", text, after)
			}
		}
		if strings.Contains(after, tour.refused) {
			t.Errorf("the refused line is in\n%s", after)
		}
	})
}

// end is the command that leaves configuration.
func (d *Device) end() string {
	for _, t := range d.model.def.Transitions {
		if t.From == d.model.def.Configure.Mode {
			return t.Steps[0].Send
		}
	}
	return "end"
}

// TestPagedIsUnpaged reads a long answer as a person would see it, page by page,
// and compares it with the same answer without pages.
func TestPagedIsUnpaged(t *testing.T) {
	forAll(t, func(t *testing.T, name string, tour tour) {
		screen := Terminal{Size: transport.Size{Columns: 200, Rows: 33}}
		d := device(t, name, nil)
		p := sit(t, d, screen)
		p.all()
		toDefault(p)
		pages := 0
		seen := terminal.New(0)
		fmt.Fprint(seen, p.keys(tour.long+"\r"))
		pagers := append(slices.Clone(d.model.def.Pagers), platform.UniversalPagers()...)
		for p.shell.page != nil {
			line := string(seen.Current())
			if !slices.ContainsFunc(pagers, func(pager platform.Pager) bool { return pager.Prompt.MatchString(line) }) {
				t.Fatalf("%q is no pager that anyone knows", line)
			}
			pages++
			fmt.Fprint(seen, p.keys(" "))
		}
		paged := strings.TrimPrefix(string(seen.Finished()), tour.long+"\n")
		if pages < 5000/40 {
			t.Errorf("%d pages", pages)
		}
		if tour.unpage != "" {
			p.run(tour.unpage)
		}
		unpaged := p.run(tour.long) + d.model.data.Gap
		if n := strings.Count(strings.TrimSuffix(unpaged, "\n\n"), "\n"); n < 4999 {
			t.Errorf("%d lines", n)
		}
		if paged != unpaged {
			t.Errorf("paged and unpaged differ:\n%.300q\n%.300q", paged, unpaged)
		}
	})
}

func TestPagingMayBeRefused(t *testing.T) {
	forAll(t, func(t *testing.T, name string, tour tour) {
		if tour.unpage == "" {
			return // nothing pages here
		}
		d := device(t, name, &Config{RefusePaging: true})
		p := sit(t, d, Terminal{Size: transport.Size{Columns: 80, Rows: 24}})
		p.all()
		toDefault(p)
		answer := p.run(tour.unpage)
		if len(d.model.def.Failures) > 0 && !refusedBy(d.model.def, answer, nil) {
			t.Errorf("%q is no refusal to the definition", answer)
		}
		p.keys(tour.long + "\r")
		if p.shell.page == nil {
			t.Error("no pager after paging off was refused")
		}
	})
}
