package vty_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// A prompt that is of two modes is of neither: the error names both.
func TestAmbiguousPrompt(t *testing.T) {
	def, err := platform.Parse("acme_os.yaml", []byte(`
name: acme_os
default: user
modes:
  user: { prompt: '^(?P<host>\w+)[>#]$', except: '^r1#$', samples: ["r1>"] }
  root: { prompt: '^(?P<host>\w+)#$', samples: ["r1#"] }
transitions:
  - { from: user, to: root, send: enable }
  - { from: root, to: user, send: disable }
`))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		prompt := "r2>"
		d, err := vty.Open(t.Context(), console(prompt, func(line string) string {
			switch line {
			case "enable":
				prompt = "r2#"
			case "disable":
				prompt = "r2>"
			}
			return prompt
		}), "r2", &vty.Config{Definition: def})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		err = d.Enter(t.Context(), "root")
		ambiguous, ok := errors.AsType[*vty.AmbiguousError](err)
		if !ok || fmt.Sprint(ambiguous.Modes) != "[user root]" || ambiguous.Prompt != "r2#" {
			t.Fatalf("%v", err)
		}
		for _, word := range []string{`"r2#"`, "user", "root"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s is not in %q", word, err)
			}
		}
	})
}

// Where a line leads deeper and the way out leads up by one place only, it is taken
// again until the mode is left.
func TestDeepPlaces(t *testing.T) {
	for _, test := range []struct {
		platform, home string
		depths         []string // the prompts, by depth
		up             string
		lines          []string
	}{
		{"fortinet_fortios", "fw1 #", []string{"fw1 #", "fw1 (policy) #", "fw1 (1) #", "fw1 (schedule) #"}, "end",
			[]string{"config firewall policy", "edit 1", "config schedule"}},
		{"mellanox_mlnxos", "sx1 [standalone: master] #", []string{"sx1 [standalone: master] #", "sx1 [standalone: master] (config) #",
			"sx1 [standalone: master] (config interface ethernet 1/1) #"}, "exit", []string{"interface ethernet 1/1"}},
		{"watchguard_fireware", "WG#", []string{"WG#", "WG(config)#", "WG(config/policy)#", "WG(config/policy/rule-x)#"}, "exit", []string{"policy", "rule x"}},
	} {
		t.Run(test.platform, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				depth := 0
				d, err := vty.Open(t.Context(), console(test.home+" ", func(line string) string {
					switch {
					case line == test.up:
						depth = max(0, depth-1)
					case line == "configure" || line == "configure terminal":
						depth = 1
					case strings.Contains(strings.Join(test.lines, "\n"), line) && line != "":
						depth = min(depth+1, len(test.depths)-1)
					}
					return test.depths[depth] + " "
				}), "fw1", &vty.Config{Platform: test.platform, KeepTerminal: true})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = d.Close() }()
				home := d.Mode()
				report, err := d.Configure(t.Context(), test.lines...)
				if err != nil || report.Applied() != len(test.lines) || d.Mode() != home || d.Prompt() != test.home {
					t.Errorf("%v, %d applied, in %s at %q", err, report.Applied(), d.Mode(), d.Prompt())
				}
			})
		})
	}
}

// Another place in the same mode is entered by name, and left where it is refused.
func TestContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		context := "admin"
		d, err := vty.Open(t.Context(), console("fw1/admin# ", func(line string) string {
			said := ""
			switch line {
			case "changeto context dmz":
				context = "/dmz"
			case "changeto system":
				context = ""
			case "changeto context none":
				said = "ERROR: Context none does not exist\r\n"
			case "show clock":
				said = "12:00:01 in " + context + "\r\n"
			case "configure terminal", "hostname fw1":
				return "fw1" + context + "(config)# "
			}
			return said + "fw1" + context + "# "
		}), "fw1", &vty.Config{Platform: "cisco_asa", KeepTerminal: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		if err := d.Enter(t.Context(), "privileged context dmz"); err != nil || d.Prompt() != "fw1/dmz#" {
			t.Fatalf("%v at %q", err, d.Prompt())
		}
		if res, err := d.Run(t.Context(), "show clock"); err != nil || res.Text() != "12:00:01 in /dmz" {
			t.Errorf("%v, %v", res, err)
		}
		err = d.Enter(t.Context(), "privileged context none")
		if refused, ok := errors.AsType[*vty.ModeError](err); !ok || !errors.Is(err, vty.ErrRefused) || !strings.Contains(refused.Answer, "does not exist") {
			t.Errorf("a context that there is not: %v", err)
		}
		if err := d.Enter(t.Context(), "privileged context"); !errors.Is(err, platform.ErrNoPath) || !strings.Contains(err.Error(), "privileged context NAME") {
			t.Errorf("no name: %v", err)
		}
		if report, err := d.Configure(t.Context(), "hostname fw1"); err != nil || report.Applied() != 1 || d.Prompt() != "fw1/dmz#" {
			t.Errorf("configured: %v at %q", err, d.Prompt())
		}
		if err := d.Enter(t.Context(), "privileged system"); err != nil || d.Prompt() != "fw1#" {
			t.Errorf("%v at %q", err, d.Prompt())
		}
		if err := d.Reset(t.Context()); !errors.Is(err, vty.ErrUnfit) || !strings.Contains(err.Error(), "another context") {
			t.Errorf("for another user: %v", err)
		}
	})
}

// trigger calls a function once, when the device echoes a line.
type trigger struct {
	line string
	fire func()
	once sync.Once
	to   io.Writer
}

func (w *trigger) Write(b []byte) (int, error) {
	if strings.Contains(string(b), w.line) {
		w.once.Do(w.fire)
	}
	return w.to.Write(b)
}

// After an operation the device is back in the mode that it was in: when all was
// well, after a refused line, and where the caller gave up in the middle.
func TestBackInItsMode(t *testing.T) {
	const good, stop = "description made by vty", "description give up here"
	for _, name := range []string{
		"cisco_iosxe", "cisco_iosxr", "juniper_junos", "arista_eos", "cisco_nxos", "fortinet_fortios", "paloalto_panos", "nokia_sros",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				def, err := platform.Load(name)
				if err != nil {
					t.Fatal(err)
				}
				model, err := sim.Derived(def)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				dev, err := model.Device(&sim.Config{Wrap: func(w io.Writer) io.Writer {
					return &trigger{line: stop, fire: cancel, to: w}
				}})
				if err != nil {
					t.Fatal(err)
				}
				d := fronts[0].simulated(t, dev, vty.Config{})
				home := d.Mode()
				at := func(when string) {
					t.Helper()
					if _, seen := d.Mode(), d.Prompt(); d.Mode() != home {
						t.Errorf("%s: it was left in %s at %q", when, d.Mode(), seen)
					}
					if _, err := d.Run(t.Context(), "show lines 1"); err != nil {
						t.Errorf("%s: %v", when, err)
					}
				}
				if _, err := d.Configure(t.Context(), good); err != nil {
					t.Error(err)
				}
				at("after all was well")
				if _, err := d.Configure(t.Context(), good, "frobnicate everything", good); !errors.Is(err, vty.ErrRefused) {
					t.Errorf("a refused line: %v", err)
				}
				at("after a refused line")
				report, err := d.Configure(ctx, good, stop, "description never typed")
				if !errors.Is(err, context.Canceled) || report.Committed || len(report.Unsent) == 0 {
					t.Errorf("given up: %v, %+v", err, report)
				}
				at("after it was given up")
				if strings.Contains(dev.RunningConfig(), "never typed") || report.Candidate && strings.Contains(dev.RunningConfig(), stop) {
					t.Errorf("what was given up is in effect: %s", dev.RunningConfig())
				}
			})
		})
	}
}

// What a refused line leaves half done in a place is let go, not put into effect.
func TestHalfDoneIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var typed []string
		prompt := "fw1 # "
		d, err := vty.Open(t.Context(), console(prompt, func(line string) string {
			typed = append(typed, line)
			switch {
			case strings.HasPrefix(line, "config "):
				prompt = "fw1 (address) # "
			case strings.HasPrefix(line, "edit "):
				prompt = "fw1 (web) # "
			case line == "abort":
				prompt = "fw1 # "
			case line == "end":
				return "node_check_object fail! for subnet\r\nCommand fail. Return code -56\r\n" + prompt
			case strings.HasPrefix(line, "set subnet"):
				return "invalid netmask.\r\n\r\nvalue parse error before '10.0.0.0/99'\r\nCommand fail. Return code -61\r\n" + prompt
			}
			return prompt
		}), "fw1", &vty.Config{Platform: "fortinet_fortios", KeepTerminal: true})
		if err != nil {
			t.Fatal(err)
		}
		report, err := d.Configure(t.Context(), "config firewall address", `edit "web"`, "set subnet 10.0.0.0/99", "end")
		failed, ok := errors.AsType[*vty.ConfigureError](err)
		if !ok || failed.Line != 3 || report.Applied() != 2 || !report.LetGo || !strings.Contains(err.Error(), "thrown away") || d.Mode() != "user" || d.Prompt() != "fw1 #" {
			t.Errorf("%v, %+v, at %q", err, report, d.Prompt())
		}
		_ = d.Close()
		if got := strings.Join(typed, "|"); !strings.Contains(got, "10.0.0.0/99|abort") || strings.Contains(got, "|end") {
			t.Errorf("typed: %s", got)
		}
	})
}

// The mode is what the prompt shows, whoever changed it: a command that leads away is
// followed, and the next one is run in the usual mode again.
func TestModeIsSeenNotRemembered(t *testing.T) {
	for name, ways := range map[string]map[string]string{
		"cisco_iosxe":      {"disable": "exec", "configure terminal": "configuration", "tclsh": "tclsh"},
		"cisco_iosxr":      {"configure terminal": "configuration", "admin": "admin"},
		"juniper_junos":    {"configure exclusive": "configuration", "start shell": "shell"},
		"arista_eos":       {"disable": "exec", "bash": "bash", "configure session x": "session"},
		"fortinet_fortios": {"config global": "global"},
		"nokia_sros":       {"edit-config private": "configuration"},
	} {
		for line, mode := range ways {
			t.Run(name+"/"+line, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := fronts[0].simulated(t, madeOf(t, name), vty.Config{})
					home := d.Mode()
					if _, err := d.Run(t.Context(), line); err != nil || d.Mode() != mode {
						t.Fatalf("%v, in %s", err, d.Mode())
					}
					if _, err := d.Run(t.Context(), "show lines 1"); err != nil || d.Mode() != home {
						t.Errorf("%v, in %s", err, d.Mode())
					}
				})
			})
		}
	}
}
