package vty_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
)

// lasting are two lines that each platform with a timer for lines takes, and what
// it needs for that timer.
var lasting = map[string]struct{ before, lines []string }{
	"cisco_iosxe": {[]string{"archive", "path flash:archive"}, []string{"interface GigabitEthernet1", "description made by vty"}},
	"aruba_aoscx": {nil, []string{"hostname sw9", "description made by vty"}},
}

// Lines that act at once are taken back when the timer ends, and last where they
// are confirmed.
func TestLinesThatAreTakenBack(t *testing.T) {
	for name, p := range lasting {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dev := newSim(t, name, nil)
				d := fronts[0].simulated(t, dev, vty.Config{})
				if _, err := d.Configure(t.Context(), p.before...); err != nil {
					t.Fatal(err)
				}
				home, before := d.Mode(), dev.RunningConfig()
				made := func() bool { return strings.Contains(dev.RunningConfig(), "made by vty") }
				apply := func(lines ...string) (*vty.Report, error) {
					return d.Apply(t.Context(), vty.Configuration{Lines: lines, Confirm: 90 * time.Second})
				}

				report, err := apply(p.lines...)
				if err != nil || !report.Timed || report.Committed || report.Candidate || !made() || d.Mode() != home {
					t.Fatalf("%v, %+v", err, report)
				}
				time.Sleep(110 * time.Second) // rounded up to two minutes
				if !made() {
					t.Error("they are gone too early")
				}
				time.Sleep(time.Minute)
				if dev.RunningConfig() != before {
					t.Errorf("they were not taken back:\n%s", dev.RunningConfig())
				}

				if _, err := apply(p.lines...); err != nil {
					t.Fatal(err)
				}
				if err := d.Confirm(t.Context()); err != nil || d.Mode() != home {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				if !made() {
					t.Error("they were confirmed and are gone")
				}
				if err := d.Confirm(t.Context()); !errors.Is(err, vty.ErrRefused) {
					t.Errorf("a confirmation without a timer: %v", err)
				}
			})
		})
	}
}

// Where a line is refused, the device takes back at once what was in effect, if it
// can, or else when the timer ends.
func TestRefusedLineUnderATimer(t *testing.T) {
	for name, p := range lasting {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dev := newSim(t, name, nil)
				d := fronts[0].simulated(t, dev, vty.Config{})
				if _, err := d.Configure(t.Context(), p.before...); err != nil {
					t.Fatal(err)
				}
				home, before := d.Mode(), dev.RunningConfig()
				lines := append(append([]string{}, p.lines...), "frobnicate", "hostname never")
				report, err := d.Apply(t.Context(), vty.Configuration{Lines: lines, Confirm: time.Minute})
				failed, ok := errors.AsType[*vty.ConfigureError](err)
				if !ok || failed.Line != 3 || report.Applied() != 2 || len(report.Unsent) != 1 || d.Mode() != home {
					t.Fatalf("%v, %+v", err, report)
				}
				if can := len(d.Platform().Revert.Cancel) > 0; report.Aborted != can || report.Timed == can || (dev.RunningConfig() == before) != can {
					t.Errorf("%v, %+v\n%s", err, report, dev.RunningConfig())
				}
				if report.Timed != strings.Contains(err.Error(), "takes them back by itself") {
					t.Errorf("the error is %q", err)
				}
				time.Sleep(2 * time.Minute)
				if dev.RunningConfig() != before {
					t.Errorf("it was not taken back:\n%s", dev.RunningConfig())
				}
				if _, err := d.Run(t.Context(), "show version"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A device that starts no timer is not sent a line.
func TestNoTimer(t *testing.T) {
	for _, f := range fronts {
		t.Run(f.name, func(t *testing.T) {
			dev := newSim(t, "cisco_iosxe", nil)
			d := f.simulated(t, dev, vty.Config{})
			before := dev.RunningConfig()
			report, err := d.Apply(t.Context(), vty.Configuration{Lines: []string{"hostname never"}, Confirm: time.Minute})
			none, ok := errors.AsType[*vty.TimerError](err)
			if !ok || !strings.Contains(none.Said, "archive") || len(report.Lines) != 0 || len(report.Unsent) != 1 || report.Timed || dev.RunningConfig() != before {
				t.Fatalf("%v, %+v", err, report)
			}
			if e := vty.Explain(err); !strings.Contains(e.Next, "archive") {
				t.Errorf("%+v", e)
			}
			if d.Mode() != "privileged" {
				t.Errorf("it was left in %s", d.Mode())
			}
			// One that says no and goes on all the same is no better.
			dev.Answer("configure terminal revert timer 1", "% Timer not started")
			if _, err := d.Apply(t.Context(), vty.Configuration{Lines: []string{"hostname never"}, Confirm: time.Minute}); !errors.As(err, &none) {
				t.Errorf("%v", err)
			}

			// With an archive, all is well.
			if _, err := d.Configure(t.Context(), lasting["cisco_iosxe"].before...); err != nil {
				t.Fatal(err)
			}
			for _, end := range []func() error{
				func() error { return d.Cancel(t.Context()) },
				func() error { return d.Confirm(t.Context()) },
			} {
				report, err := d.Apply(t.Context(), vty.Configuration{Lines: []string{"hostname edge9"}, Confirm: 3 * time.Minute})
				if err != nil || !report.Timed || dev.Hostname() != "edge9" {
					t.Fatalf("%v, %+v", err, report)
				}
				if err := end(); err != nil {
					t.Fatal(err)
				}
				if err := d.Enter(t.Context(), "privileged"); err != nil {
					t.Fatal(err)
				}
			}
			if dev.Hostname() != "edge9" {
				t.Errorf("it was confirmed, and it is %q", dev.Hostname())
			}
			if err := d.Cancel(t.Context()); !errors.Is(err, vty.ErrRefused) {
				t.Errorf("without a timer: %v", err)
			}
		})
	}
}

func TestWishesWithATimer(t *testing.T) {
	d := fronts[0].simulated(t, newSim(t, "cisco_iosxe", nil), vty.Config{})
	for wish, conf := range map[string]vty.Configuration{
		"save":        {Save: true},
		"another way": {Mode: "configuration"},
		"dry run":     {DryRun: true},
		"comment":     {Comment: "x"},
	} {
		conf.Lines, conf.Confirm = []string{"hostname never"}, time.Minute
		if report, err := d.Apply(t.Context(), conf); !errors.Is(err, vty.ErrUnsupported) || len(report.Unsent) != 1 {
			t.Errorf("%s: %v, %+v", wish, err, report)
		}
	}
	if err := d.Enter(t.Context(), "configuration revert"); err == nil || !strings.Contains(err.Error(), "takes its minutes") {
		t.Errorf("without its minutes: %v", err)
	}
	dev := newSim(t, "aruba_aoscx", nil)
	aos := fronts[0].simulated(t, dev, vty.Config{})
	if err := aos.Cancel(t.Context()); !errors.Is(err, vty.ErrUnsupported) {
		t.Errorf("a switch that cannot: %v", err)
	}
	if err := aos.Enter(t.Context(), "configuration checkpoint 7"); err != nil || aos.Mode() != "configuration" {
		t.Errorf("by hand: %v", err)
	}
}
