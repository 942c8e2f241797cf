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
	"time"

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
	{"linux", []string{"uname -r", "less lines", "nonsense"}, nil, ""},
	{"generic", []string{"status", "lines 60", "nonsense"}, nil, ""},
}

// Secrets that stand in no answer, so that a recording that holds one is wrong.
const (
	loginSecret  = "pw-9f3a-login"
	enableSecret = "pw-c41e-enable"
)

func TestReplays(t *testing.T) {
	for _, d := range dialogues {
		// Every split of a short dialogue, and some splits of long ones.
		t.Run(d.platform+"/short", func(t *testing.T) {
			d := dialogue{d.platform, d.commands[:1], nil, ""}
			d.replays(t, false, 1)
		})
		t.Run(d.platform+"/paged", func(t *testing.T) { d.replays(t, true, 211) })
		if !raceEnabled {
			t.Run(d.platform+"/unpaged", func(t *testing.T) { d.replays(t, false, 211) })
		}
	}
}

// replays records the dialogue and plays it, with every split in two whose place
// is a multiple of about stride.
func (d *dialogue) replays(t *testing.T, keep bool, stride int) {
	want, rec := d.record(t, keep)
	size := 0
	for _, e := range rec.Events {
		for _, p := range e.Parts {
			if e.Kind == record.Output {
				size += len(p.Text)
			}
		}
	}
	for _, c := range cuts(size, stride) {
		if !d.replay(t, rec, keep, want, c) {
			t.Logf("the dialogue as it was recorded:\n%s", want)
			return // the other cuts are likely to fail in the same way
		}
	}
}

// A cutting is a way to play a recording.
type cutting struct {
	name  string
	cut   func() record.Cut
	speed float64
	pause time.Duration
}

// cuts returns the ways to play a recording of so many bytes. Most have a pause
// behind every piece, so that whoever reads has time to draw a conclusion from
// it; without one pieces may still come together.
func cuts(size, stride int) []cutting {
	const short = time.Millisecond
	const long = 100 * time.Millisecond // nearly what a line must stand to be believed a prompt
	fixed := func(c record.Cut) func() record.Cut { return func() record.Cut { return c } }
	list := []cutting{
		{"as recorded", fixed(nil), 0, 0},
		{"as recorded, in real time", fixed(nil), 1, 0},
		{"as recorded, with pauses", fixed(nil), 0, short},
		{"whole", fixed(record.Whole), 0, 0},
		{"one byte at a time", fixed(record.OneByte), 0, 0},
		{"one byte at a time, with pauses", fixed(record.OneByte), 0, short},
	}
	seeds := uint64(8)
	switch {
	case *allSplits:
		stride, seeds = 1, 64
	case raceEnabled: // the race detector looks for other mistakes than these
		stride, seeds = 7*stride, 2
	}
	for seed := range seeds {
		list = append(list, cutting{fmt.Sprintf("at random from seed %d", seed), func() record.Cut { return record.Random(seed) }, 0, short})
	}
	for k := 1; k < size; k += stride {
		name := fmt.Sprintf("in two at byte %d", k)
		list = append(list, cutting{name, fixed(record.SplitAt(k)), 0, short})
		if *allSplits {
			list = append(list, cutting{name + ", with long pauses", fixed(record.SplitAt(k)), 0, long})
		}
	}
	return list
}

func (d *dialogue) config(keep bool) *vty.Config {
	return &vty.Config{
		Platform: d.platform, User: "ops", KeepTerminal: keep, Raw: true,
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
		}, d.overlays()...)
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
	// What the replays are compared with must itself have gone well.
	for _, want := range d.seen() {
		if !strings.Contains(seen, want) {
			t.Fatalf("%q is not in the dialogue:\n%s\n%s", want, seen, text)
		}
	}
	return seen, rec
}

// overlays returns what the simulated device has to know beside its own file.
func (d *dialogue) overlays() [][]byte {
	if d.platform != "linux" {
		return nil
	}
	// A shell does not page; a program has to.
	return [][]byte{[]byte(`
commands:
  - on: less lines
    paged: true
    text:
      - { repeat: 60, line: "line {n} of {count} on {host}" }
`)}
}

// seen returns some of what the user of the dialogue must get to see.
func (d *dialogue) seen() []string {
	list := []string{"opened", "closed: <nil>"}
	if len(d.commands) > 1 {
		list = append(list, "60 of 60", `streamed "line 1 of 60`)
		if d.platform != "generic" { // which knows no refusals
			list = append(list, "refused true")
		}
	}
	if d.taken != nil {
		list = append(list, "a refused line false", "a refused line true", "accepted true", "accepted false")
	}
	return list
}

// replay goes through the dialogue with the recording, and reports whether a
// user saw the same.
func (d *dialogue) replay(t *testing.T, rec *record.Recording, keep bool, want string, c cutting) (same bool) {
	t.Helper()
	var got string
	var err error
	synctest.Test(t, func(t *testing.T) {
		p := record.Replay(rec, &record.ReplayOptions{Cut: c.cut(), Speed: c.speed, Pause: c.pause})
		got = d.talk(t.Context(), p, keep)
		err = p.Finished()
	})
	if got == want && err == nil {
		return true
	}
	t.Errorf("%s: %v; the dialogue differs at %s", c.name, err, difference(got, want))
	return false
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
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute) // of the bubble's time
	defer cancel()
	dev, err := vty.Open(ctx, conn, "r1", d.config(keep))
	if err != nil {
		return fmt.Sprintf("open: %v", err)
	}
	fmt.Fprintf(&b, "opened %q %q %q, banner %q\n", dev.Hostname(), dev.Prompt(), dev.Mode(), dev.Banner())
	for _, command := range d.commands {
		res, err := dev.Run(ctx, command)
		fmt.Fprintf(&b, "%s: %v, refused %t\n", command, err, errors.Is(err, vty.ErrRefused))
		if res != nil {
			fmt.Fprintf(&b, "%q %q, failed %t %q, ended %t, aside %q\n%s\nraw %q\n", res.Mode, res.Prompt, res.Failed, res.Reason, res.Ended, res.Aside, res.Text(), bytes.Trim(res.Raw(), " "))
		}
	}
	for _, command := range d.commands[min(1, len(d.commands)):] {
		for line, err := range dev.Stream(ctx, command) {
			fmt.Fprintf(&b, "streamed %q, %v\n", line, err)
		}
	}
	if d.taken != nil {
		for _, lines := range [][]string{d.taken, {d.taken[0], d.refused, d.taken[1]}} {
			report, err := dev.Configure(ctx, lines...)
			var refused *vty.ConfigureError
			fmt.Fprintf(&b, "configure %q: %v, a refused line %t\n", lines, err, errors.As(err, &refused))
			fmt.Fprintf(&b, "committed %t, aborted %t, said %q, unsent %q\n", report.Committed, report.Aborted, report.Commit, report.Unsent)
			for _, l := range report.Lines {
				fmt.Fprintf(&b, "  %q: accepted %t %q, answer %q, then %q\n", l.Text, l.Accepted, l.Reason, l.Answer, l.Prompt)
			}
		}
	}
	fmt.Fprintf(&b, "at %q in mode %q\n", dev.Prompt(), dev.Mode())
	fmt.Fprintf(&b, "closed: %v\n", dev.Close())
	return b.String()
}
