package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/inventory"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/vtytest"
)

func hosts(n int) []*fleet.Host {
	out := make([]*fleet.Host, n)
	for i := range out {
		out[i] = &fleet.Host{Name: fmt.Sprintf("r%d", i+1)}
	}
	return out
}

// gauge counts how many are at once, and the most there were.
type gauge struct{ now, most atomic.Int32 }

func (g *gauge) in() {
	n := g.now.Add(1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
}
func (g *gauge) out() { g.now.Add(-1) }

func collect[T any](t *testing.T, ctx context.Context, hosts []*fleet.Host, task fleet.Task[T], opts ...fleet.Option) map[string]fleet.Outcome[T] {
	t.Helper()
	out := map[string]fleet.Outcome[T]{}
	for o := range fleet.Run(ctx, hosts, task, opts...) {
		if _, twice := out[o.Host.Name]; twice {
			t.Errorf("%s has two outcomes", o.Host.Name)
		}
		out[o.Host.Name] = o
	}
	if len(out) != len(hosts) {
		t.Errorf("%d outcomes of %d hosts", len(out), len(hosts))
	}
	return out
}

func TestLimitsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(60)
		for i, h := range all {
			h.Groups = []string{[]string{"ams", "fra"}[i%2]}
			h.Jump = []string{"j1", "j2", "j3"}[i/2%3]
			h.Address = fmt.Sprintf("192.0.2.%d", i/2) // two hosts on each device
		}
		var total, ams gauge
		var mu sync.Mutex
		jumps, devices := map[string]*gauge{}, map[string]*gauge{}
		of := func(m map[string]*gauge, k string) *gauge {
			mu.Lock()
			defer mu.Unlock()
			if m[k] == nil {
				m[k] = &gauge{}
			}
			return m[k]
		}
		task := func(ctx context.Context, s *fleet.Session) (int, error) {
			gauges := []*gauge{&total, of(jumps, s.Host().Jump), of(devices, s.Host().Address)}
			if s.Host().Groups[0] == "ams" {
				gauges = append(gauges, &ams)
			}
			for _, g := range gauges {
				g.in()
				defer g.out()
			}
			time.Sleep(time.Second)
			return 1, nil
		}
		out := collect(t, t.Context(), all, task, fleet.Sessions(12), fleet.GroupSessions("ams", 4), fleet.JumpSessions(3))
		for name, o := range out {
			if o.Err != nil || o.Value != 1 || o.Elapsed != time.Second {
				t.Errorf("%s: %+v", name, o)
			}
		}
		if n := total.most.Load(); n > 12 || n < 7 {
			t.Errorf("%d at once", n)
		}
		if n := ams.most.Load(); n != 4 {
			t.Errorf("%d of ams at once, want 4", n)
		}
		for k, g := range jumps {
			if n := g.most.Load(); n > 3 {
				t.Errorf("%d behind %s", n, k)
			}
		}
		for k, g := range devices {
			if n := g.most.Load(); n != 1 {
				t.Errorf("%d sessions with %s", n, k)
			}
		}
	})
}

func TestRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(40)
		for i, h := range all {
			h.AAA = []string{"tacacs-1", "tacacs-2"}[i%2]
		}
		var mu sync.Mutex
		begun := map[string][]time.Time{}
		task := func(_ context.Context, s *fleet.Session) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			begun[s.Host().AAA] = append(begun[s.Host().AAA], time.Now())
			begun["all"] = append(begun["all"], time.Now())
			return 0, nil
		}
		collect(t, t.Context(), all, task, fleet.Connections(10), fleet.Logins(2))
		for name, gap := range map[string]time.Duration{"all": 100 * time.Millisecond, "tacacs-1": 400 * time.Millisecond, "tacacs-2": 400 * time.Millisecond} {
			for i := 1; i < len(begun[name]); i++ {
				if d := begun[name][i].Sub(begun[name][i-1]); d < gap-time.Millisecond {
					t.Errorf("%s: %v between two, want %v or more", name, d, gap)
				}
			}
		}
		if took := begun["all"][39].Sub(begun["all"][0]); took > 10500*time.Millisecond {
			t.Errorf("took %v, which is slower than the limits ask for", took)
		}
	})
}

func TestAPanicFailsItsHostAlone(t *testing.T) {
	out := collect(t, t.Context(), hosts(3), func(_ context.Context, s *fleet.Session) (string, error) {
		if s.Host().Name == "r2" {
			panic("boom")
		}
		return "fine", nil
	})
	var p *fleet.PanicError
	if !errors.As(out["r2"].Err, &p) || p.Value != "boom" || !strings.Contains(string(p.Stack), "run_test.go") {
		t.Errorf("r2: %+v", out["r2"])
	}
	if out["r1"].Value != "fine" || out["r3"].Value != "fine" {
		t.Errorf("outcomes %+v", out)
	}
}

func TestLeavingTheLoopStopsWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at gauge
		var begun atomic.Int32
		for range fleet.Run(t.Context(), hosts(100), func(ctx context.Context, s *fleet.Session) (int, error) {
			at.in()
			defer at.out()
			if begun.Add(1) == 5 {
				return 0, nil
			}
			<-ctx.Done()
			return 0, context.Cause(ctx)
		}, fleet.Sessions(10)) {
			break
		}
		if at.now.Load() != 0 || begun.Load() > 11 {
			t.Errorf("%d still run, %d were begun", at.now.Load(), begun.Load())
		}
	})
}

func TestDrainFinishesWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drain, stop := context.WithCancel(t.Context())
		time.AfterFunc(1500*time.Millisecond, stop)
		out := collect(t, t.Context(), hosts(10), func(context.Context, *fleet.Session) (int, error) {
			time.Sleep(time.Second)
			return 7, nil
		}, fleet.Sessions(2), fleet.Drain(drain))
		done, skipped := 0, 0
		for _, o := range out {
			switch {
			case o.Err == nil && o.Value == 7:
				done++
			case errors.Is(o.Err, fleet.ErrStopped) && o.Attempts == 0:
				skipped++
			}
		}
		if done != 4 || skipped != 6 {
			t.Errorf("%d done, %d skipped", done, skipped)
		}
	})
}

func TestWhatWaitsForItsTurnIsNotBegunOnceTheRunStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := func(context.Context, *fleet.Session) (int, error) { return 0, errors.New("no") }
		stops := map[string]func(context.Context) fleet.Option{
			"two failures": func(context.Context) fleet.Option { return fleet.Tolerate(2) },
			"drained":      fleet.Drain,
		}
		for name, stop := range stops {
			drain, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			opt := stop(drain)
			defer cancel()
			began := time.Now()
			var skipped atomic.Int32
			out := collect(t, t.Context(), hosts(10), fails, fleet.Connections(1), opt,
				fleet.Observe(func(e fleet.Event) {
					if e.Kind == fleet.Skipped && e.Attempt == 0 {
						skipped.Add(1)
					}
				}))
			begun := 0
			for _, o := range out {
				switch {
				case o.Attempts == 1 && !errors.Is(o.Err, fleet.ErrStopped):
					begun++
				case o.Attempts != 0 || !errors.Is(o.Err, fleet.ErrStopped):
					t.Errorf("%s: %+v", name, o)
				}
			}
			if begun != 3 || skipped.Load() != 7 || time.Since(began) > 2500*time.Millisecond {
				t.Errorf("%s: %d begun, %d skipped, in %v", name, begun, skipped.Load(), time.Since(began))
			}
		}
	})
}

func TestTheSameAddressBehindOtherJumpHostsIsAnotherDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(3)
		for i, h := range all {
			h.Address, h.Jump = "192.168.1.1", []string{"j1", "j2", "j2"}[i]
		}
		began := time.Now()
		collect(t, t.Context(), all, func(context.Context, *fleet.Session) (int, error) {
			time.Sleep(time.Second)
			return 0, nil
		})
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("took %v, want 2s: two at once, then the other of j2", took)
		}
	})
}

func TestCanariesBatchesAndThreshold(t *testing.T) {
	fails := func(names ...string) fleet.Task[int] {
		return func(_ context.Context, s *fleet.Session) (int, error) {
			for _, n := range names {
				if n == s.Host().Name {
					return 0, errors.New("no")
				}
			}
			return 0, nil
		}
	}
	begun := func(out map[string]fleet.Outcome[int]) (n int) {
		for _, o := range out {
			if o.Attempts > 0 {
				n++
			}
		}
		return n
	}
	if n := begun(collect(t, t.Context(), hosts(20), fails("r2"), fleet.Canary(2))); n != 2 {
		t.Errorf("a canary fails: %d begun", n)
	}
	if n := begun(collect(t, t.Context(), hosts(20), fails("r3"), fleet.Canary(2))); n != 20 {
		t.Errorf("no canary fails: %d begun", n)
	}
	if n := begun(collect(t, t.Context(), hosts(20), fails("r1", "r2", "r3"), fleet.Batch(5), fleet.Tolerate(2))); n != 5 {
		t.Errorf("three of the first five fail, two are tolerated: %d begun", n)
	}
	if n := begun(collect(t, t.Context(), hosts(20), fails("r1", "r2"), fleet.Batch(5), fleet.Tolerate(2))); n != 20 {
		t.Errorf("two fail, two are tolerated: %d begun", n)
	}
}

func TestBatchesDoNotOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var mu sync.Mutex
		at := map[string]time.Duration{}
		collect(t, t.Context(), hosts(6), func(_ context.Context, s *fleet.Session) (int, error) {
			mu.Lock()
			at[s.Host().Name] = time.Since(began)
			mu.Unlock()
			if s.Host().Name == "r1" {
				time.Sleep(time.Minute)
			}
			return 0, nil
		}, fleet.Batch(2))
		if at["r2"] != 0 || at["r3"] != time.Minute || at["r6"] != time.Minute {
			t.Errorf("begun at %v", at)
		}
	})
}

func TestRetriesOnlyWhatIsSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := &vty.DialError{Host: "x", Phase: vty.PhaseConnect, Err: socket.ErrRefused}
		login := &vty.DialError{Host: "x", Phase: vty.PhaseLogin, Err: vty.ErrLogin}
		errs := map[string]error{"r1": refused, "r2": login, "r3": vty.ErrClosed, "r4": vty.ErrRefused}
		task := func(_ context.Context, s *fleet.Session) (int, error) {
			if s.Host().Name == "r5" && s.Attempt() == 3 {
				return 5, nil
			}
			if s.Host().Name == "r5" {
				return 0, refused
			}
			return 0, errs[s.Host().Name]
		}
		out := collect(t, t.Context(), hosts(5), task, fleet.Retries(2, 0))
		for name, want := range map[string]int{"r1": 3, "r2": 1, "r3": 1, "r4": 1, "r5": 3} {
			if got := out[name].Attempts; got != want {
				t.Errorf("%s: %d attempts, want %d", name, got, want)
			}
		}
		if o := out["r5"]; o.Err != nil || o.Value != 5 || o.Elapsed < 1500*time.Millisecond || o.Elapsed > 3*time.Second {
			t.Errorf("r5: %+v", o)
		}
		out = collect(t, t.Context(), hosts(4), task, fleet.Retries(1, 0), fleet.Repeatable())
		if out["r3"].Attempts != 2 || out["r4"].Attempts != 1 || out["r2"].Attempts != 1 {
			t.Errorf("repeatable: %+v", out)
		}
	})
}

// What was asked of a device that was reached is not asked again because it was not
// reached once more: it may have been a reload.
func TestNoRetryOnceTheDeviceWasReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(1)
		var logins atomic.Int32
		device(t, all[0], false, &logins, nil)
		out := collect(t, t.Context(), all, func(ctx context.Context, s *fleet.Session) (int, error) {
			if _, err := s.Device(ctx); err != nil {
				return 0, err
			}
			return 0, &vty.DialError{Host: "r1", Phase: vty.PhaseConnect, Err: socket.ErrRefused} // from WaitReady
		}, fleet.Retries(3, 0))
		if n := logins.Load(); n != 1 || out["r1"].Attempts != 1 {
			t.Errorf("%d logins, %+v", n, out["r1"])
		}
	})
}

// A run that is stopped, or left, waits for no host that rests before its next attempt.
func TestNobodyWaitsForARetryThatWillNotBe(t *testing.T) {
	refused := &vty.DialError{Host: "x", Phase: vty.PhaseConnect, Err: socket.ErrRefused}
	task := func(_ context.Context, s *fleet.Session) (int, error) {
		if s.Host().Name == "r1" {
			return 0, refused
		}
		time.Sleep(time.Second)
		return 0, nil
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		out := collect(t, ctx, hosts(2), task, fleet.Retries(1, time.Hour))
		if o := out["r1"]; o.Attempts != 1 || !errors.Is(o.Err, socket.ErrRefused) || time.Since(began) != 10*time.Second {
			t.Errorf("stopped: %+v after %v", o, time.Since(began))
		}
		began = time.Now()
		for range fleet.Run(t.Context(), hosts(2), task, fleet.Retries(1, time.Hour)) {
			break
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("left: after %v", took)
		}
	})
}

// Hosts that wait for the rate of their AAA servers leave the slots to others.
func TestARateHoldsNobodyElseUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(60)
		for i, h := range all {
			h.AAA = []string{"slow", "free", ""}[i/20]
		}
		began := time.Now()
		var mu sync.Mutex
		last := map[string]time.Duration{}
		collect(t, t.Context(), all, func(_ context.Context, s *fleet.Session) (int, error) {
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			last[s.Host().AAA] = time.Since(began)
			return 0, nil
		}, fleet.Sessions(10), fleet.Logins(1))
		if last["free"] > 21*time.Second || last[""] > 10*time.Second {
			t.Errorf("ended after %v", last)
		}
	})
}

func TestAStuckTaskGivesItsSlotBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		defer close(stuck)
		began := time.Now()
		out := collect(t, t.Context(), hosts(2), func(_ context.Context, s *fleet.Session) (int, error) {
			if s.Host().Name == "r1" {
				<-stuck
			}
			return 2, nil
		}, fleet.Sessions(1), fleet.HostLimit(time.Minute), fleet.Grace(time.Second))
		if err := out["r1"].Err; !errors.Is(err, fleet.ErrAbandoned) || !errors.Is(err, fleet.ErrHostLimit) {
			t.Errorf("r1: %v", err)
		}
		if out["r2"].Value != 2 || time.Since(began) != 62*time.Second {
			t.Errorf("r2: %+v after %v", out["r2"], time.Since(began))
		}
	})
}

// device makes h a simulated router; wrong makes its password another than what
// the configuration has.
func device(t *testing.T, h *fleet.Host, wrong bool, logins *atomic.Int32, wrap func(transport.Conn) transport.Conn) {
	t.Helper()
	cfg := &sim.Config{Hostname: h.Name}
	router := vtytest.Simulate(t, "cisco_iosxe", cfg)
	h.Config = vtytest.Config(router)
	if wrong {
		router = vtytest.Simulate(t, "cisco_iosxe", &sim.Config{Hostname: h.Name, Users: map[string]string{"admin": "another"}})
	}
	h.Config.Dial = func(context.Context) (transport.Conn, error) {
		logins.Add(1)
		var conn transport.Conn = router.Pipe(sim.Terminal{Login: true})
		if wrap != nil {
			conn = wrap(conn)
		}
		return conn, nil
	}
}

func TestTheBreakerStopsBeforeTheAccountIsLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(200)
		var logins atomic.Int32
		for _, h := range all {
			h.Credential = "ops"
			device(t, h, true, &logins, nil)
		}
		out := collect(t, t.Context(), all, prompt, fleet.Sessions(50), fleet.AuthFailures(3))
		if n := logins.Load(); n != 3 {
			t.Errorf("%d logins, want 3", n)
		}
		logins.Store(0)
		late := collect(t, t.Context(), all, func(ctx context.Context, s *fleet.Session) (string, error) {
			time.Sleep(10 * time.Second) // while others wait for their turn under the rate
			return prompt(ctx, s)
		}, fleet.Sessions(50), fleet.AuthFailures(3), fleet.Connections(1))
		if n := logins.Load(); n != 3 || late["r200"].Attempts != 0 {
			t.Errorf("under a rate: %d logins, want 3; %+v", n, late["r200"])
		}
		var opened *fleet.BreakerError
		if !errors.As(out["r200"].Err, &opened) || opened.Failures != 3 || !errors.Is(opened, fleet.ErrStopped) {
			t.Errorf("r200: %v", out["r200"].Err)
		}
	})
}

func TestAGoodCredentialIsNotHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(40)
		var logins atomic.Int32
		for i, h := range all {
			h.Credential = "ops"
			device(t, h, i%10 == 9, &logins, nil)
		}
		failed := 0
		for _, o := range collect(t, t.Context(), all, prompt) {
			if errors.Is(o.Err, vty.ErrLogin) {
				failed++
			} else if o.Err != nil || o.Value != o.Host.Name+"#" {
				t.Errorf("%s: %q, %v", o.Host.Name, o.Value, o.Err)
			}
		}
		if failed != 4 {
			t.Errorf("%d failed, want 4", failed)
		}
	})
}

func prompt(ctx context.Context, s *fleet.Session) (string, error) {
	dev, err := s.Device(ctx)
	if err != nil {
		return "", err
	}
	return dev.Prompt(), nil
}

// deaf is a Conn whose device says nothing any more once it is told to.
type deaf struct {
	transport.Conn
	from func() bool
	over chan struct{}
	once sync.Once
}

func (d *deaf) Read(p []byte) (int, error) {
	n, err := d.Conn.Read(p)
	if d.from() {
		<-d.over
		return 0, errors.New("closed")
	}
	return n, err
}

func (d *deaf) Close() error {
	d.once.Do(func() { close(d.over) })
	return d.Conn.Close()
}

// deafening makes h a simulated router that says nothing any more once the switch is
// set, and that only a limit of the run ends.
func deafening(t *testing.T, h *fleet.Host, logins *atomic.Int32) *atomic.Bool {
	t.Helper()
	silent := new(atomic.Bool)
	device(t, h, false, logins, func(c transport.Conn) transport.Conn {
		return &deaf{Conn: c, from: silent.Load, over: make(chan struct{})}
	})
	h.Config.Silence = -1
	return silent
}

func TestInactivity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hosts(1)
		var logins atomic.Int32
		silent := deafening(t, h[0], &logins)
		out := collect(t, t.Context(), h, func(ctx context.Context, s *fleet.Session) (string, error) {
			dev, err := s.Device(ctx)
			if err != nil {
				return "", err
			}
			silent.Store(true)
			_, err = dev.Run(ctx, "show version")
			return "partial", err
		}, fleet.Inactivity(20*time.Second))
		if o := out["r1"]; !errors.Is(o.Err, fleet.ErrInactive) || o.Value != "partial" || o.Elapsed > time.Minute {
			t.Errorf("%+v", o)
		}
	})
}

func TestInactivityIsOfSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := collect(t, t.Context(), hosts(1), func(ctx context.Context, s *fleet.Session) (int, error) {
			time.Sleep(time.Minute) // without a session that the run knows of
			return 1, context.Cause(ctx)
		}, fleet.Inactivity(time.Second))
		if o := out["r1"]; o.Err != nil || o.Value != 1 {
			t.Errorf("%+v", o)
		}
	})
}

func TestHostsOfAnInventory(t *testing.T) {
	inv, err := inventory.Parse("inv.yaml", []byte(`hosts:
  r1: {address: 192.0.2.1, user: ops, password: "env:X", jump: bastion, aaa: eu, sessions: 2}
`), "")
	if err != nil {
		t.Fatal(err)
	}
	h := fleet.Hosts(inv.Hosts(), nil)[0]
	if h.Address != "192.0.2.1" || h.Config.User != "ops" || h.Jump != "bastion" || h.AAA != "eu" || h.Sessions != 2 || h.Credential != "ops by inv.yaml:2" {
		t.Errorf("%+v", h)
	}
}
