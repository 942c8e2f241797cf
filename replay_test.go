package vty_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/record"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

var allSplits = flag.Bool("splits", false, "replay every two-way split of the recorded dialogues, and not a sample")

// A dialogue is what is said to a device of one platform. Each is recorded with
// the simulated device, and then replayed under all kinds of cuts.
type dialogue struct {
	platform string
	commands []string // a short one, one of several pages, and a refused one
	taken    []string // configuration lines that the device takes
	refused  string   // and one that it does not
}

var dialogues = []dialogue{
	{"arista_eos", []string{"show hostname", "show lines 60", "show nonsense"}, []string{"interface Ethernet1", "description to the core"}, "frobnicate"},
	{"cisco_iosxe", []string{"show clock", "show lines 60", "show nonsense"}, []string{"interface GigabitEthernet1", "description to the core"}, "frobnicate"},
	{"cisco_iosxr", []string{"show clock", "show lines 60", "show nonsense"}, []string{"interface GigabitEthernet0/0/0/0", "description to the core"}, "frobnicate"},
	{"cisco_nxos", []string{"show clock", "show lines 60", "show nonsense"}, []string{"interface Ethernet1/1", "description to the core"}, "frobnicate"},
	{"frr_vty", []string{"show version", "show lines 60", "show nonsense"}, []string{"router bgp 65001", "bgp router-id 192.0.2.9"}, "frobnicate"},
	{"frr_vtysh", []string{"show version", "show lines 60", "show nonsense"}, []string{"interface eth0", "description to the core"}, "frobnicate"},
	{"juniper_junos", []string{"show cli", "show lines 60", "show nonsense"}, []string{"set system host-name mx9", "set system domain-name example.net"}, "frobnicate"},
	{"linux", []string{"uname -r", "journalctl | head -n 60", "nonsense"}, nil, ""},
	{"generic", []string{"status", "lines 60", "nonsense"}, nil, ""},
}

// Secrets that stand in no answer, so that a recording that holds one is wrong.
const (
	loginSecret  = "pw-9f3a-login"
	enableSecret = "pw-c41e-enable"
)

func TestReplays(t *testing.T) {
	for _, d := range dialogues {
		for _, keep := range []bool{true, false} {
			t.Run(d.platform+map[bool]string{true: "/paged", false: "/unpaged"}[keep], func(t *testing.T) {
				want, rec := d.record(t, keep)
				size := 0
				for _, e := range rec.Events {
					if e.Kind == record.Output {
						for _, p := range e.Parts {
							size += len(p.Text)
						}
					}
				}
				for _, c := range cuts(size) {
					if !d.replay(t, rec, keep, want, c) {
						t.Logf("the dialogue as it was recorded:\n%s", want)
						return // the other cuts are likely to fail in the same way
					}
				}
			})
		}
	}
}

// A cutting is a way to play a recording.
type cutting struct {
	name  string
	cut   func() record.Cut
	speed float64
}

func cuts(size int) []cutting {
	fixed := func(c record.Cut) func() record.Cut { return func() record.Cut { return c } }
	list := []cutting{
		{"as recorded", fixed(nil), 0},
		{"as recorded, in real time", fixed(nil), 1},
		{"whole", fixed(record.Whole), 0},
		{"one byte at a time", fixed(record.OneByte), 0},
	}
	for seed := range uint64(16) {
		list = append(list, cutting{fmt.Sprintf("at random from seed %d", seed), func() record.Cut { return record.Random(seed) }, 0})
	}
	// A stride that has no divisor in common with the length of lines visits
	// all their columns.
	stride := 1
	if !*allSplits {
		for stride = max(1, size/60); stride%2 == 0 || stride%3 == 0 || stride%5 == 0; {
			stride++
		}
	}
	for k := 1; k < size; k += stride {
		list = append(list, cutting{fmt.Sprintf("in two at byte %d", k), fixed(record.SplitAt(k)), 0})
	}
	return list
}

func (d *dialogue) config(keep bool) *vty.Config {
	return &vty.Config{
		Platform: d.platform, User: "ops", KeepTerminal: keep,
		Password: auth.Literal(loginSecret),
		Secrets:  map[string]auth.Source{"enable": auth.Literal(enableSecret)},
	}
}

// record goes through the dialogue with the simulated device. It returns what a
// user saw, and the recording.
func (d *dialogue) record(t *testing.T, keep bool) (seen string, rec *record.Recording) {
	t.Helper()
	var file bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		dev, err := sim.New(d.platform, &sim.Config{
			Users:   map[string]string{"ops": loginSecret},
			Secrets: map[string]string{"enable": enableSecret},
		})
		if err != nil {
			t.Fatal(err)
		}
		pipe := dev.Pipe(sim.Terminal{Size: transport.Size{Columns: 80, Rows: 24}, Login: true})
		seen = d.talk(t.Context(), record.Record(pipe, &file, &record.Options{
			Header: record.Header{Platform: d.platform, Transport: "pipe"},
		}), keep)
	})
	text := file.String()
	if strings.Contains(text, loginSecret) || strings.Contains(text, enableSecret) {
		t.Fatalf("a secret was recorded:\n%s", text)
	}
	rec, err := record.Parse(d.platform+".vtyrec", &file)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	// What the replays are compared with must itself be a dialogue that went well.
	for _, want := range []string{"opened", "60", "refused by the device", "closed: <nil>"} {
		if d.platform == "generic" && want == "refused by the device" {
			continue // it knows no refusals
		}
		if !strings.Contains(seen, want) {
			t.Fatalf("%q is not in the dialogue:\n%s\n%s", want, seen, text)
		}
	}
	return seen, rec
}

// replay goes through the dialogue with the recording, and reports whether a
// user saw the same.
func (d *dialogue) replay(t *testing.T, rec *record.Recording, keep bool, want string, c cutting) (same bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := record.Replay(rec, &record.ReplayOptions{Cut: c.cut(), Speed: c.speed})
		got := d.talk(t.Context(), p, keep)
		err := p.Finished()
		if same = got == want && err == nil; !same {
			t.Errorf("%s: %v; the dialogue differs at %s", c.name, err, difference(got, want))
		}
	})
	return same
}

// difference shows where got leaves want.
func difference(got, want string) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	cut := func(s string) string { return s[max(0, n-100):min(len(s), n+300)] }
	return fmt.Sprintf("byte %d\n got  %q\n want %q", n, cut(got), cut(want))
}

// talk is the dialogue, and everything that its user gets to see.
func (d *dialogue) talk(ctx context.Context, conn transport.Conn, keep bool) string {
	var b strings.Builder
	dev, err := vty.Open(ctx, conn, "r1", d.config(keep))
	if err != nil {
		return fmt.Sprintf("open: %v", err)
	}
	fmt.Fprintf(&b, "opened %q %q %q, banner %q\n", dev.Hostname(), dev.Prompt(), dev.Mode(), dev.Banner())
	for _, command := range d.commands {
		res, err := dev.Run(ctx, command)
		fmt.Fprintf(&b, "%s: %v\n", command, err)
		if res != nil {
			fmt.Fprintf(&b, "%q %q, failed %t %q, ended %t, aside %q, raw %d\n%s\n", res.Mode, res.Prompt, res.Failed, res.Reason, res.Ended, res.Aside, len(res.Raw()), res.Text())
		}
	}
	for line, err := range dev.Stream(ctx, d.commands[1]) {
		fmt.Fprintf(&b, "streamed %q, %v\n", line, err)
	}
	if d.taken != nil {
		for _, lines := range [][]string{d.taken, {d.taken[0], d.refused, d.taken[1]}} {
			report, err := dev.Configure(ctx, lines...)
			var refused *vty.ConfigureError
			fmt.Fprintf(&b, "configure %q: %v, a refused line %t\n", lines, err, errors.As(err, &refused))
			fmt.Fprintf(&b, "committed %t, aborted %t, said %q, unsent %q\n", report.Committed, report.Aborted, report.Commit, report.Unsent)
			for _, l := range report.Lines {
				fmt.Fprintf(&b, "  %q: accepted %t %q, answer %q, then %q\n", l.Text, l.Accepted, l.Reason, l.Answer, l.Mode)
			}
		}
	}
	fmt.Fprintf(&b, "at %q in mode %q\n", dev.Prompt(), dev.Mode())
	fmt.Fprintf(&b, "closed: %v\n", dev.Close())
	return b.String()
}
