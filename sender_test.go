package vty_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// aheadLines are configuration lines of which the sixth is refused.
func aheadLines() []string {
	lines := []string{"interface GigabitEthernet1", "description made by vty", "exit"}
	for i := range 30 {
		lines = append(lines, fmt.Sprintf("interface Loopback%d", i))
	}
	lines[5] = "frobnicate"
	return lines
}

// However lines are sent, the report says of each what became of it, and the lines
// of the report are those that were given, in order.
func TestConfigureAhead(t *testing.T) {
	base, err := platform.Load("cisco_iosxe")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		window int
		ahead  bool
		beyond string
	}{
		{"not asked for", 4096, false, "none"},
		{"not known of the device", 0, true, "none"},
		{"a small window", 60, true, "perhaps"},
		{"a large window", 4096, true, "some"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			def := *base
			def.Typing.Window = tc.window
			cfg := vty.Config{Definition: &def}
			d := fronts[0].simulated(t, newSim(t, "cisco_iosxe", &sim.Config{}), cfg)
			lines := aheadLines()
			report, err := d.Apply(t.Context(), vty.Configuration{Lines: lines, Ahead: tc.ahead})
			var refused *vty.CommandError
			var where *vty.ConfigureError
			if !errors.As(err, &refused) || refused.Command != "frobnicate" || !errors.As(err, &where) || where.Line != 6 {
				t.Fatalf("error %v", err)
			}
			if n := len(report.Lines); n != 6 || report.Lines[5].Accepted || report.Lines[4].Prompt == "" {
				t.Errorf("%d lines: %+v", n, report.Lines)
			}
			if got := len(report.Beyond) > 0; got && tc.beyond == "none" || !got && tc.beyond == "some" {
				t.Errorf("%d lines beyond the refusal", len(report.Beyond))
			}
			var all []string
			for _, l := range slices.Concat(report.Lines, report.Beyond) {
				all = append(all, l.Text)
				if l.Accepted == (l.Text == "frobnicate") {
					t.Errorf("%+v", l)
				}
			}
			if all = append(all, report.Unsent...); !slices.Equal(all, lines) {
				t.Errorf("the report has %q", all)
			}
			if report.Applied() != len(report.Lines)+len(report.Beyond)-1 {
				t.Errorf("%d applied", report.Applied())
			}
			res, err := d.Run(t.Context(), "show running-config")
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range report.Beyond {
				if !strings.Contains(res.Text(), l.Text) {
					t.Errorf("line %d beyond, %q, is reported as taken and is not there", i, l.Text)
				}
			}
			for _, l := range report.Unsent {
				if strings.Contains(res.Text(), l+"\n") {
					t.Errorf("%q is reported as unsent and is there", l)
				}
			}
			if _, err := d.Apply(t.Context(), vty.Configuration{Lines: lines, Ahead: tc.ahead, KeepGoing: true}); err == nil {
				t.Error("no error")
			}
		})
	}
}
