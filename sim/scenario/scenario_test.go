package scenario_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/record"
	"github.com/vtynet/vty/sim/scenario"
)

var allSplits = flag.Bool("splits", false, "play every two-way split of every scenario with long pauses as well")

func load(t *testing.T) []*scenario.Scenario {
	t.Helper()
	files, err := filepath.Glob("testdata/*.scenario")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no scenarios")
	}
	var list []*scenario.Scenario
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Parse(file, text)
		if err != nil {
			t.Error(err)
			continue
		}
		list = append(list, s)
	}
	return list
}

// TestScenarios plays every scenario in memory, cut in every way, by a clock of
// its own.
func TestScenarios(t *testing.T) {
	for _, s := range load(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			if !s.Plays(scenario.OverPipe) && !s.Plays(scenario.OverWire) {
				t.Logf("not in memory")
				return
			}
			fails := 0
			sent := 0
			try := func(p pacing) {
				if fails >= 3 {
					return
				}
				n, err := play(t, s, p)
				sent = max(sent, n)
				if err != nil {
					fails++
					t.Errorf("%s: %v", p.name, err)
				}
			}
			try(pacing{name: "as given", exact: true})
			for _, p := range pacings(sent) {
				try(p)
			}
			if !s.ShortPause {
				for _, at := range tempting(t, s) {
					try(pause(at, 3*time.Second))
				}
			}
		})
	}
}

// A pacing is a way to play a scenario.
type pacing struct {
	name  string
	pace  func() scenario.Pace
	exact bool
	long  bool
}

// play plays a scenario once and returns how much the device sent.
func play(t *testing.T, s *scenario.Scenario, p pacing) (sent int, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		pace := scenario.Pace{}
		if p.pace != nil {
			pace = p.pace()
		}
		player := scenario.NewPlayer(s, pace)
		u := &user{s: s, player: player, exact: p.exact, unsure: p.long}
		u.open = func(ctx context.Context, cfg *vty.Config) (*vty.Device, error) {
			return reach(ctx, player, cfg, s)
		}
		err = u.run(t.Context())
		sent = len(player.Sent())
	})
	return sent, err
}

// reach opens the device of a scenario in memory: as a pipe, or over Telnet where the
// script has its options.
func reach(ctx context.Context, player *scenario.Player, cfg *vty.Config, s *scenario.Scenario) (*vty.Device, error) {
	if s.Plays(scenario.OverPipe) {
		return vty.Open(ctx, player.Pipe(), "r1", cfg)
	}
	cfg.Transport = vty.Telnet
	cfg.Via = func(context.Context, string, int) (net.Conn, error) { return player.Pipe(), nil }
	return vty.Dial(ctx, "r1:2323", cfg)
}

// pacings are the ways that must make no difference.
func pacings(size int) []pacing {
	const short = time.Millisecond
	always := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	list := []pacing{
		{name: "one byte at a time", pace: func() scenario.Pace { return scenario.Pace{Cut: record.OneByte} }},
		{name: "one byte at a time, with pauses", pace: func() scenario.Pace {
			return scenario.Pace{Cut: record.OneByte, Pause: always(short)}
		}},
		{name: "in one piece", pace: func() scenario.Pace { return scenario.Pace{Cut: record.Whole, Pause: always(short)} }},
	}
	for seed := range uint64(12) {
		list = append(list, pacing{name: fmt.Sprintf("at random from seed %d", seed), pace: func() scenario.Pace {
			rnd := rand.New(rand.NewPCG(seed, 2))
			return scenario.Pace{Cut: record.Random(seed), Pause: func(int) time.Duration {
				return time.Duration(rnd.Int64N(int64(100 * time.Millisecond)))
			}}
		}})
	}
	stride := 1
	if raceEnabled { // the race detector looks for other mistakes than these
		stride = 23
	}
	for k := 1; k < size; k += stride {
		list = append(list, pause(k, short))
		if *allSplits {
			list = append(list, pause(k, 3*time.Second))
		}
	}
	return list
}

// pause cuts the stream in two at byte k, and waits there.
func pause(k int, d time.Duration) pacing {
	return pacing{
		name: fmt.Sprintf("%v after byte %d", d, k),
		pace: func() scenario.Pace {
			return scenario.Pace{Cut: record.SplitAt(k), Pause: func(at int) time.Duration {
				if at == k {
					return d
				}
				return 0
			}}
		},
		long: d > 100*time.Millisecond,
	}
}

// promptLike is an end that could be a prompt's.
var promptLike = regexp.MustCompile(`[^\s][>#$%\]:)?]\s?$`)

// tempting lists the places in a scenario's stream, the login aside, where a
// prompt may seem to end.
func tempting(t *testing.T, s *scenario.Scenario) []int {
	t.Helper()
	var places []int
	synctest.Test(t, func(t *testing.T) {
		player := scenario.NewPlayer(s, scenario.Pace{})
		u := &user{s: s, player: player, exact: true}
		login := 0
		u.open = func(ctx context.Context, cfg *vty.Config) (*vty.Device, error) {
			dev, err := reach(ctx, player, cfg, s)
			synctest.Wait()
			login = len(player.Sent())
			return dev, err
		}
		_ = u.run(t.Context())
		sent := player.Sent()
		for k := login + 1; k < len(sent); k++ {
			line := sent[strings.LastIndexByte(sent[:k], '\n')+1 : k]
			if promptLike.MatchString(line) {
				places = append(places, k)
			}
		}
	})
	return places
}
