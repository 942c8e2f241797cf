package scenario_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/sim/scenario"
)

// one is a host whose one session is a player's.
type one struct {
	scenario.Host
	player *scenario.Player
	opened atomic.Bool
}

func (o *one) Open(sim.Terminal) sim.Conversation {
	o.opened.Store(true)
	return o.player
}

// together is how many scenarios are played at a time: most of the time they
// wait.
const together = 24

// TestFronts plays every scenario as it is given over real SSH and Telnet, on
// loopback and by the machine's clock.
func TestFronts(t *testing.T) {
	type result struct {
		front scenario.Front
		err   error
	}
	turn := make(chan struct{}, together)
	results := make(chan result)
	playing := 0
	for _, s := range load(t) {
		for _, f := range []scenario.Front{scenario.OverSSH, scenario.OverTelnet, scenario.OverWire} {
			if !s.Plays(f) {
				continue
			}
			playing++
			go func() {
				turn <- struct{}{}
				defer func() { <-turn }()
				results <- result{f, overFront(t.Context(), s, f)}
			}()
		}
	}
	for range playing {
		if r := <-results; r.err != nil {
			t.Errorf("over %s: %v", r.front, r.err)
		}
	}
}

// overFront plays a scenario once. No pause of the script is longer than
// longest, and no silence longer than patient takes: these are real.
func overFront(ctx context.Context, s *scenario.Scenario, f scenario.Front) error {
	const longest, patient, atAll = 300 * time.Millisecond, 2 * time.Second, 15 * time.Second
	player := scenario.NewPlayer(s, scenario.Pace{Longest: longest})
	host := &one{Host: scenario.Host{Scenario: s}, player: player}
	var server *sim.Server
	var err error
	switch f {
	case scenario.OverSSH:
		cfg := s.SSH()
		cfg.Faults.Late = min(cfg.Faults.Late, longest)
		server, err = sim.ListenSSH(ctx, "", host, cfg)
	case scenario.OverWire:
		server, err = sim.ListenTCP(ctx, "", host)
	default:
		server, err = sim.ListenTelnet(ctx, "", host)
	}
	if err != nil {
		return err
	}
	defer server.Close()
	u := &user{s: s, player: player, open: func(ctx context.Context, cfg *vty.Config) (*vty.Device, error) {
		switch {
		case cfg.Silence == 0:
			cfg.Silence = atAll
		case cfg.Silence > 0:
			cfg.Silence = min(cfg.Silence, patient)
		}
		if f != scenario.OverSSH {
			cfg.Transport = vty.Telnet
		} else {
			cfg.HostKeys = auth.Pinned(server.Fingerprint())
		}
		return vty.Dial(ctx, server.Addr().String(), cfg)
	}}
	u.unplayed = func() bool { return !host.opened.Load() }
	return u.run(ctx)
}
