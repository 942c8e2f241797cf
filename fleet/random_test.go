package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/socket"
)

// Whatever the hosts, the limits and the tasks are: no limit is ever passed, every
// host has one outcome that is its own, and nothing runs on behind the loop.
func TestWhateverHappens(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { whatever(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

// census counts, under names, how many are at once, and knows how many may be.
type census struct {
	t     *testing.T
	mu    sync.Mutex
	now   map[string]int
	limit map[string]int
}

func (c *census) add(n int, names ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		c.now[name] += n
		if most := c.limit[name]; most > 0 && c.now[name] > most {
			c.t.Errorf("%d at once of %s, which bears %d", c.now[name], name, most)
		}
	}
}

func whatever(t *testing.T, draw *rand.Rand) {
	all := hosts(5 + draw.IntN(60))
	at := &census{t: t, now: map[string]int{}, limit: map[string]int{}}
	seldom := func(n int) int { // 0 mostly, or 1 to n
		if draw.IntN(2) == 0 {
			return 0
		}
		return 1 + draw.IntN(n)
	}
	sessions, perJump, perDevice := 1+draw.IntN(20), seldom(4), 1+draw.IntN(2)
	at.limit["all"] = sessions
	opts := []fleet.Option{
		fleet.Sessions(sessions), fleet.JumpSessions(perJump), fleet.DeviceSessions(perDevice),
		fleet.Connections(float64(seldom(20))), fleet.Logins(float64(seldom(10))), fleet.AuthFailures(seldom(4)),
		fleet.Retries(seldom(3), time.Duration(seldom(5000))*time.Millisecond), fleet.Canary(seldom(3)), fleet.Batch(seldom(20)),
		fleet.Tolerate(seldom(20) - 1), fleet.HostLimit(time.Duration(seldom(20)) * time.Second), fleet.Grace(time.Second),
	}
	for i := range 3 {
		if n := seldom(5); n > 0 {
			opts = append(opts, fleet.GroupSessions(fmt.Sprint("g", i), n))
			at.limit[fmt.Sprint("g", i)] = n
		}
		at.limit[fmt.Sprint("j", i)] = perJump
	}
	if draw.IntN(2) == 0 {
		opts = append(opts, fleet.Repeatable())
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	drain, stop := context.WithCancel(t.Context())
	defer stop()
	if n := seldom(60); n > 0 {
		defer time.AfterFunc(time.Duration(n)*time.Second, func() { cancel(errors.New("enough")) }).Stop()
	}
	if n := seldom(60); n > 0 {
		opts = append(opts, fleet.Drain(drain))
		defer time.AfterFunc(time.Duration(n)*time.Second, stop).Stop()
	}
	for _, h := range all {
		h.Address = fmt.Sprintf("192.0.2.%d", draw.IntN(len(all)))
		if draw.IntN(2) == 0 {
			h.Groups = append(h.Groups, fmt.Sprint("g", draw.IntN(3)))
		}
		if draw.IntN(2) == 0 {
			h.Jump = fmt.Sprint("j", draw.IntN(3))
		}
		if draw.IntN(2) == 0 {
			h.AAA = fmt.Sprint("aaa", draw.IntN(2))
		}
		if draw.IntN(2) == 0 {
			h.Credential = fmt.Sprint("user", draw.IntN(2))
		}
		h.Sessions = draw.IntN(4) - 1 // a nonsense, which means none stated, among them
		own := h.Sessions
		if own <= 0 {
			own = perDevice
		}
		// A device bears what the most generous of its hosts says.
		place := "device " + h.Place()
		at.limit[place] = max(at.limit[place], own)
	}
	refused := &vty.DialError{Host: "x", Phase: vty.PhaseConnect, Err: socket.ErrRefused}
	login := &vty.DialError{Host: "x", Phase: vty.PhaseLogin, Err: vty.ErrLogin}
	forever := make(chan struct{})
	var abandoned atomic.Int32
	var mu sync.Mutex // of what the tasks draw
	task := func(ctx context.Context, s *fleet.Session) (string, error) {
		names := []string{"all", "running", "device " + s.Host().Place()}
		names = append(names, s.Host().Groups...)
		if s.Host().Jump != "" {
			names = append(names, s.Host().Jump)
		}
		at.add(1, names...)
		counted := true
		defer func() {
			if counted {
				at.add(-1, names...)
			}
		}()
		mu.Lock()
		kind, pause := draw.IntN(12), time.Duration(draw.IntN(5000))*time.Millisecond
		mu.Unlock()
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return s.Host().Name, context.Cause(ctx)
		}
		switch kind {
		case 0:
			return s.Host().Name, refused
		case 1:
			s.LoggedIn(login)
			return s.Host().Name, login
		case 2:
			panic("boom")
		case 3:
			return s.Host().Name, vty.ErrClosed
		case 4:
			<-ctx.Done()
			return s.Host().Name, ctx.Err()
		case 5:
			// It does not heed its context, and its slot is given on.
			abandoned.Add(1)
			<-ctx.Done()
			time.Sleep(1900 * time.Millisecond)
			at.add(-1, names...)
			counted = false
			<-forever
			abandoned.Add(-1)
		case 6:
			s.LoggedIn(nil)
		}
		return s.Host().Name, nil
	}
	if draw.IntN(3) > 0 { // without an end of its own, a run with stuck tasks has none
		defer time.AfterFunc(5*time.Minute, func() { cancel(errors.New("enough")) }).Stop()
	} else {
		opts = append(opts, fleet.HostLimit(10*time.Second))
	}
	outcomes := map[*fleet.Host]fleet.Outcome[string]{}
	leave := 0
	if draw.IntN(4) == 0 {
		leave = 1 + draw.IntN(len(all))
	}
	for out := range fleet.Run(ctx, all, task, opts...) {
		if _, twice := outcomes[out.Host]; twice {
			t.Errorf("%s has two outcomes", out.Host.Name)
		}
		outcomes[out.Host] = out
		switch {
		case out.Attempts == 0 && !errors.Is(out.Err, fleet.ErrStopped):
			t.Errorf("%s was not begun: %v", out.Host.Name, out.Err)
		case out.Err == nil && out.Value != out.Host.Name:
			t.Errorf("%s has the value of %q", out.Host.Name, out.Value)
		case out.Attempts > 0 && errors.Is(out.Err, fleet.ErrStopped):
			t.Errorf("%s was begun %d times and has %v", out.Host.Name, out.Attempts, out.Err)
		}
		if leave--; leave == 0 {
			break
		}
	}
	if leave != 0 && len(outcomes) != len(all) {
		t.Errorf("%d outcomes of %d hosts", len(outcomes), len(all))
	}
	at.mu.Lock()
	if n := at.now["running"]; n != 0 {
		t.Errorf("%d tasks run on", n)
	}
	at.mu.Unlock()
	close(forever)
	synctest.Wait()
	if n := abandoned.Load(); n != 0 {
		t.Errorf("%d tasks are left", n)
	}
}
