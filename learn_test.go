package vty_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/sim"
)

// Names that are words of other texts, hold the marks that prompts are known by,
// or are as long as a name may be.
var names = []string{"AS", "a", "password", "login", "confirm", "rtr(1)", "more", "7", strings.Repeat("long-name.", 6) + "end"}

// A device of any name is opened, goes through its modes and answers, without a
// moment's delay unless it has to be.
func TestAnyName(t *testing.T) {
	for _, platform := range sim.Names() {
		for _, name := range names {
			if !mayBeCalled(platform, name) {
				continue
			}
			t.Run(platform+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { anyName(t, platform, name) })
			})
		}
	}
}

// mayBeCalled tells whether devices of a platform may have a name.
func mayBeCalled(platform, name string) bool {
	switch platform {
	case "cisco_nxos", "juniper_junos", "linux":
		return !strings.Contains(name, "(")
	case "generic": // whose simulated device shows its name in brackets, as a question does "[confirm]"
		return name != "confirm"
	}
	return true
}

func anyName(t *testing.T, platform, name string) {
	dev := newSim(t, platform, &sim.Config{Hostname: name})
	d := fronts[0].simulated(t, dev, vty.Config{})
	home := d.Mode()
	if d.Hostname() != name && d.Hostname() != "" {
		t.Errorf("it is called %q", d.Hostname())
	}
	want := platforms[platform].long
	start := time.Now()
	res, err := d.Run(t.Context(), want)
	if err != nil || len(res.Lines()) < 5000 {
		t.Fatalf("%s: %d lines, %v", want, len(res.Lines()), err)
	}
	atOnce := len(d.Prompt()) >= 3 && !turnsPages(platform) // a shorter one takes a quiet
	if took := time.Since(start); took != 0 && atOnce {
		t.Errorf("%s took %v", want, took)
	}
	for _, m := range d.Platform().Modes {
		if m.Argument != "" {
			continue // these devices have none
		}
		if err := d.Enter(t.Context(), m.Name); err != nil {
			t.Errorf("to mode %s: %v", m.Name, err)
		}
		if err := d.Enter(t.Context(), home); err != nil {
			t.Fatalf("back from mode %s: %v", m.Name, err)
		}
	}
}

// A device is given another name by a line of its configuration.
func TestNewNames(t *testing.T) {
	lines := map[string]string{
		"arista_eos": "hostname ", "cisco_iosxe": "hostname ", "cisco_iosxr": "hostname ", "cisco_nxos": "hostname ",
		"frr_vty": "hostname ", "frr_vtysh": "hostname ", "juniper_junos": "set system host-name ",
	}
	for platform, line := range lines {
		t.Run(platform, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := fronts[0].simulated(t, newSim(t, platform, nil), vty.Config{})
				for _, name := range []string{"AS", "a", "renamed-" + strings.Repeat("x", 40), "z9"} {
					report, err := d.Configure(t.Context(), line+name)
					if err != nil || report.Applied() != 1 {
						t.Fatalf("%s: %v, %+v", name, err, report)
					}
					if d.Hostname() != name {
						t.Errorf("it is called %q, want %q (prompt %q)", d.Hostname(), name, d.Prompt())
					}
					start := time.Now()
					res, err := d.Run(t.Context(), platforms[platform].long)
					late := time.Since(start) != 0 && len(d.Prompt()) >= 3
					if err != nil || len(res.Lines()) < 5000 || late {
						t.Errorf("%s: %d lines, %v after %v", name, len(res.Lines()), err, time.Since(start))
					}
				}
			})
		})
	}
}

// console is a device that echoes what is typed and answers it as respond says.
func console(greeting string, respond func(line string) string) *memnet.Conn {
	client, device := memnet.Pipe()
	go func() {
		defer func() { _ = device.Close() }()
		_, _ = io.WriteString(device, greeting)
		var line []byte
		for key := make([]byte, 1); ; {
			if _, err := device.Read(key); err != nil {
				return
			}
			if key[0] == '\x03' { // the line is given up
				line = nil
				_, _ = io.WriteString(device, "^C\r\n"+respond(""))
				continue
			}
			if line = append(line, key[0]); key[0] == '\r' {
				typed := strings.TrimSuffix(string(line), "\r")
				line = nil
				_, _ = io.WriteString(device, typed+"\r\n"+respond(typed))
			}
		}
	}()
	return client
}

// What stands at the cursor after the login is not always the prompt.
func TestWrongPromptsAreNotLearned(t *testing.T) {
	answer := func(prompt string) func(string) string {
		return func(line string) string {
			if line == "show clock" {
				return "12:00:01\r\n" + prompt
			}
			return prompt
		}
	}
	for _, c := range []struct {
		name, platform, greeting string
		respond                  func(string) string
		prompt                   string // "": it does not open
	}{
		{"a prompt glued to a banner", "cisco_iosxe", "\r\nNo trespassing!r1#", answer("r1#"), "r1#"},
		{"a prompt glued to a banner that ends in a mark", "cisco_iosxe", "\r\n*** lab >>> r1#", answer("r1#"), "r1#"},
		{"a banner of marks", "cisco_iosxe", "\r\n####\r\n# > #\r\n>>>>\r\nr1#", answer("r1#"), "r1#"},
		{"a banner that holds the prompt of another", "cisco_iosxe", "\r\nr2#\r\nr2>\r\nr1#", answer("r1#"), "r1#"},
		{"a banner of marks, of a device not known", "generic", "\r\n####\r\n# > #\r\n>>>>\r\nr1#", answer("r1#"), "r1#"},
		{"a question", "generic", "\r\nSave the old log? [y/n]: ", func(string) string { return "Save the old log? [y/n]: " }, ""},
		{"a question that ends like a prompt", "generic", "\r\nOverwrite the file (yes/no) > ", func(string) string { return "Overwrite the file (yes/no) > " }, ""},
		{"a question of a known device", "cisco_iosxe", "\r\nErase the disk? [confirm]", func(string) string { return "Erase the disk? [confirm]" }, ""},
		{"a menu", "generic", "\r\n1. Status\r\n2. Quit\r\nEnter choice: ", func(string) string { return "Enter choice: " }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				d, err := vty.Open(ctx, console(c.greeting, c.respond), "r1", &vty.Config{
					Platform: c.platform, User: "ops", Password: auth.Literal("pw"), KeepTerminal: true,
				})
				if c.prompt == "" {
					var question *vty.QuestionError
					if !errors.As(err, &question) {
						t.Fatalf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = d.Close() }()
				for range 2 {
					if res, err := d.Run(t.Context(), "show clock"); err != nil || res.Text() != "12:00:01" || d.Prompt() != c.prompt {
						t.Errorf("%v, %v at %q", res, err, d.Prompt())
					}
				}
			})
		})
	}
}

// A prompt that carries a mark while something is unsaved stays the same prompt.
func TestMarkedPrompts(t *testing.T) {
	for _, c := range []struct{ platform, clean, marked string }{
		{"generic", "[HUAWEI]", "[*HUAWEI]"},
		{"generic", "[~HUAWEI]", "[*HUAWEI]"},
		{"generic", "A:sr1#", "*A:sr1#"},
		{"generic", "X440.1 #", "* X440.2 #"},
		{"generic", "FGT60F #", "FGT60F~ #"},
		{"generic", "sw1#", "sw1!#"},
		{"generic", "r1#", "+r1#"},
	} {
		t.Run(c.marked, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				prompt := c.clean
				d, err := vty.Open(t.Context(), console(prompt+" ", func(line string) string {
					switch line {
					case "mark":
						prompt = c.marked
					case "save":
						prompt = c.clean
					case "show":
						return "shown\r\n" + prompt + " "
					}
					return prompt + " "
				}), "r1", &vty.Config{Platform: c.platform, KeepTerminal: true})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = d.Close() }()
				for _, line := range []string{"show", "mark", "show", "save", "show"} {
					want := ""
					if line == "show" {
						want = "shown"
					}
					if res, err := d.Run(t.Context(), line); err != nil || res.Text() != want || d.Prompt() != prompt {
						t.Fatalf("%s: %+v, %v at %q, want %q at %q", line, res, err, d.Prompt(), want, prompt)
					}
				}
			})
		})
	}
}
