package vty_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// madeOf is a simulated device made of a platform's definition alone.
func madeOf(t *testing.T, name string) *sim.Device {
	t.Helper()
	def, err := platform.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	model, err := sim.Derived(def)
	if err != nil {
		t.Fatal(err)
	}
	dev, err := model.Device(nil)
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// A configuration that somebody else holds is not entered.
func TestLockedConfiguration(t *testing.T) {
	said := map[string]string{
		"cisco_iosxr":   "This session is blocked: the configuration database is locked by another user",
		"cisco_iosxe":   "Configuration mode locked exclusively by user 'unknown' process '88' from terminal '0'. Please try later.",
		"juniper_junos": "error: configuration database locked by:\n  ops terminal p0 (pid 4711) on since 2026-11-24",
	}
	for name, words := range said {
		for _, f := range fronts {
			t.Run(name+"/"+f.name, func(t *testing.T) {
				dev := newSim(t, name, nil)
				d := f.simulated(t, dev, vty.Config{})
				home, before := d.Mode(), dev.RunningConfig()
				for _, enter := range []string{"configure terminal", "configure exclusive"} {
					dev.Answer(enter, words)
				}
				report, err := d.Configure(t.Context(), platforms[name].lines...)
				locked, ok := errors.AsType[*vty.LockedError](err)
				if !ok || !errors.Is(err, vty.ErrLocked) || locked.Said != strings.Join(strings.Fields(words), " ") {
					t.Fatalf("%v", err)
				}
				if len(report.Lines) != 0 || len(report.Unsent) != len(platforms[name].lines) || dev.RunningConfig() != before || d.Mode() != home {
					t.Errorf("%+v, in %s", report, d.Mode())
				}
				if _, err := d.Run(t.Context(), platforms[name].show); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		}
	}
}

// Each definition that knows how a device says that somebody else holds the
// configuration knows it of what devices say, be it to the way in, to a line or to
// the commit.
func TestLocksOfEveryPlatform(t *testing.T) {
	said := map[string]string{
		"checkpoint_gaia":     "CLINFR0771  Config lock is owned by admin. Use the command 'lock database override' to acquire the lock.",
		"cisco_iosxr":         "This session is blocked: the configuration database is locked by another user",
		"cisco_iosxe":         "Configuration mode locked exclusively by user 'unknown' process '88' from terminal '0'. Please try later.",
		"dell_os9":            "% Error: User \"\" on line console0 is in exclusive configuration mode",
		"cisco_viptela":       "Error: configuration database is locked by admin tcp (cli from 10.0.0.5) on since 2026-11-24",
		"datacom_dmos":        "Error: the configuration database is locked by session 12 admin",
		"huawei_vrpv8":        "Error: The configuration is locked by user ops.",
		"juniper_junos":       "error: configuration database locked by:",
		"nec_ix":              "% You cannot enter configuration mode, already in use by ops.",
		"nokia_srlinux":       "Error: Cannot acquire exclusive candidate 'default': locked by session 12",
		"nokia_sros":          "MINOR: MGMT_CORE #2052: Exclusive datastore access unavailable - exclusive configuration session held by ops",
		"paloalto_panos":      "Server error : Config lock held by ops",
		"ruckus_unleashed":    "A privileged user is already logged in. Access denied.",
		"ubiquiti_edgerouter": "Configuration system temporarily locked due to another commit in progress",
		"vyos_vyos":           "Configuration system temporarily locked due to another commit in progress",
	}
	for def := range platform.All() {
		how := def.Configure
		words := said[def.Name]
		switch {
		case how.Locked == nil && words == "":
			continue
		case how.Locked == nil || words == "":
			t.Errorf("%s: a lock %v, the device's words %q", def.Name, how.Locked, words)
			continue
		}
		t.Run(def.Name, func(t *testing.T) {
			dev := madeOf(t, def.Name)
			d := fronts[0].simulated(t, dev, vty.Config{})
			home, before := d.Mode(), dev.RunningConfig()
			lines := []string{"description by vty", "set by vty"}
			dev.Answer(lines[1], words)
			_, err := d.Configure(t.Context(), lines...)
			locked, ok := errors.AsType[*vty.LockedError](err)
			if !ok || !errors.Is(err, vty.ErrLocked) || locked.Said != words {
				t.Fatalf("to a line: %v", err)
			}
			if failed, ok := errors.AsType[*vty.ConfigureError](err); !ok || failed.Line != 2 || d.Mode() != home {
				t.Errorf("to a line: %v, in %s", err, d.Mode())
			}
			if len(how.Commit) > 0 && dev.RunningConfig() != before {
				t.Errorf("what was refused is in effect: %s", dev.RunningConfig())
			}
			if len(how.Commit) == 0 {
				return
			}
			dev = madeOf(t, def.Name)
			d = fronts[0].simulated(t, dev, vty.Config{})
			nothing := map[string]string{"comment": "", "label": "", "minutes": "", "seconds": "", "clock": ""}
			for _, step := range platform.FillSteps(how.Commit, nothing) {
				dev.Answer(step.Send, words)
			}
			report, err := d.Configure(t.Context(), lines[0])
			if !errors.Is(err, vty.ErrLocked) || report.Committed || dev.RunningConfig() != before || d.Mode() != home {
				t.Errorf("to the commit: %v, %+v, in %s", err, report, d.Mode())
			}
		})
	}
}

// Commits are taken back by the number of them, and a refusal of the device is one.
func TestRollback(t *testing.T) {
	for _, name := range []string{"juniper_junos", "cisco_iosxr"} {
		for _, f := range fronts {
			t.Run(name+"/"+f.name, func(t *testing.T) {
				dev := madeOf(t, name)
				d := f.simulated(t, dev, vty.Config{})
				home := d.Mode()
				typed := map[string]string{"juniper_junos": "rollback 7", "cisco_iosxr": "rollback configuration last 7"}[name]
				dev.Answer(typed, d.Platform().Samples.Refused[0])
				if err := d.Rollback(t.Context(), 2); err != nil {
					t.Error(err)
				}
				if err := d.Rollback(t.Context(), 7); !errors.Is(err, vty.ErrRefused) {
					t.Errorf("one that is refused: %v", err)
				}
				if d.Mode() != home {
					t.Errorf("it was left in %s", d.Mode())
				}
			})
		}
	}
	d := fronts[0].simulated(t, newSim(t, "cisco_iosxe", nil), vty.Config{})
	if err := d.Rollback(t.Context(), 1); !errors.Is(err, vty.ErrUnsupported) {
		t.Errorf("a platform without commits: %v", err)
	}
	if err := d.Rollback(t.Context(), 0); !errors.Is(err, vty.ErrInput) {
		t.Errorf("none: %v", err)
	}
}

// Sessions of EOS and NX-OS: lines wait in them until they are committed.
func TestConfigurationSessions(t *testing.T) {
	for _, name := range []string{"arista_eos", "cisco_nxos"} {
		for _, f := range fronts {
			t.Run(name+"/"+f.name, func(t *testing.T) {
				dev := madeOf(t, name)
				d := f.simulated(t, dev, vty.Config{})
				home, before := d.Mode(), dev.RunningConfig()
				conf := vty.Configuration{Lines: []string{"description by vty"}, Candidate: true, Diff: true}

				dry := conf
				dry.DryRun = true
				report, err := d.Apply(t.Context(), dry)
				if err != nil || !report.Aborted || !strings.Contains(report.Diff, "description by vty") || dev.RunningConfig() != before {
					t.Fatalf("a dry run: %v, %+v", err, report)
				}
				bad := conf
				bad.Lines = []string{"description by vty", "frobnicate"}
				report, err = d.Apply(t.Context(), bad)
				if !errors.Is(err, vty.ErrRefused) || !report.Aborted || dev.RunningConfig() != before || d.Mode() != home {
					t.Fatalf("a refused line: %v, %+v, in %s", err, report, d.Mode())
				}
				conf.Mode = "session change1"
				report, err = d.Apply(t.Context(), conf)
				if err != nil || !report.Committed || !strings.Contains(dev.RunningConfig(), "description by vty") || d.Mode() != home {
					t.Fatalf("a session with a name: %v, %+v, in %s", err, report, d.Mode())
				}
			})
		}
	}
}

// A commit with a timer is taken back at once, where the platform can.
func TestCancelOfACommit(t *testing.T) {
	for _, f := range fronts {
		t.Run(f.name, func(t *testing.T) {
			dev := madeOf(t, "arista_eos")
			d := f.simulated(t, dev, vty.Config{})
			before := dev.RunningConfig()
			conf := vty.Configuration{Lines: []string{"description by vty"}, Confirm: 5 * time.Minute}
			report, err := d.Apply(t.Context(), conf)
			if err != nil || !report.Timed || !report.Committed || dev.RunningConfig() == before {
				t.Fatalf("%v, %+v", err, report)
			}
			if err := d.Cancel(t.Context()); err != nil || dev.RunningConfig() != before {
				t.Errorf("%v\n%s", err, dev.RunningConfig())
			}
			if err := d.Cancel(t.Context()); !errors.Is(err, vty.ErrRefused) {
				t.Errorf("without a timer: %v", err)
			}
		})
	}
}

// A device that asks once more for the enable secret has refused it: it gets none
// twice.
func TestEnableAskedTwice(t *testing.T) {
	for _, f := range fronts {
		t.Run(f.name, func(t *testing.T) {
			wrong := vty.Config{Secrets: map[string]auth.Source{"enable": auth.Literal("wrong-one")}}
			dev := newSim(t, "cisco_iosxe", nil)
			d, err := f.open(t, dev, credentials(dev, wrong))
			if err == nil {
				_ = d.Close()
				t.Fatal("it was taken")
			}
			refused, ok := errors.AsType[*vty.SecretError](err)
			if !ok || !refused.Refused || refused.Name != "enable" || strings.Contains(err.Error(), "wrong-one") {
				t.Errorf("%v", err)
			}

			// Where the user's name is asked for first, it is given, and then the secret.
			model, err := sim.Load("cisco_iosxe", []byte("questions: { user: { text: \"Username: \" } }"))
			if err != nil {
				t.Fatal(err)
			}
			if dev, err = model.Device(nil); err != nil {
				t.Fatal(err)
			}
			if d := f.simulated(t, dev, vty.Config{}); d.Mode() != "privileged" {
				t.Errorf("in %s", d.Mode())
			}
		})
	}
}

// Wherever a login ends, commands run in the platform's usual mode.
func TestOddBeginnings(t *testing.T) {
	for _, name := range sim.Names() {
		def, err := platform.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range def.Modes {
			if m.Argument != "" || def.Default == "" {
				continue
			}
			for _, f := range fronts {
				t.Run(name+"/"+m.Name+"/"+f.name, func(t *testing.T) {
					d := f.simulated(t, newSim(t, name, &sim.Config{Mode: m.Name}), vty.Config{})
					if d.Mode() != def.Default {
						t.Fatalf("in %s, not %s", d.Mode(), def.Default)
					}
					if _, err := d.Run(t.Context(), "show version"); err != nil && !errors.Is(err, vty.ErrRefused) {
						t.Error(err)
					}
				})
			}
		}
	}
}
