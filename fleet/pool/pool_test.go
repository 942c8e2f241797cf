package pool_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/fleet/pool"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/vtytest"
)

// router is a simulated device and what is known of the sessions with it.
type router struct {
	host  *fleet.Host
	dials atomic.Int32
	open  atomic.Int32 // now
	most  atomic.Int32 // at once
	fail  atomic.Bool  // refuses connections
	mu    sync.Mutex
	lines []*line
}

// line is a session as its device sees it.
type line struct {
	transport.Conn
	r     *router
	once  sync.Once
	dumb  atomic.Bool // the device has gone without a word
	wake  chan struct{}
	typed atomic.Int32
	slow  atomic.Bool // an answer takes a second
}

func newRouter(t testing.TB, name, platform string) *router {
	t.Helper()
	dev := vtytest.Simulate(t, platform, &sim.Config{Hostname: name})
	r := &router{host: &fleet.Host{Name: name, Config: vtytest.Config(dev)}}
	r.host.Config.OpenTimeout = 20 * time.Second
	r.host.Config.Dial = func(context.Context) (transport.Conn, error) {
		r.dials.Add(1)
		if r.fail.Load() {
			return nil, errors.New("refused")
		}
		n := r.open.Add(1)
		for m := r.most.Load(); n > m && !r.most.CompareAndSwap(m, n); m = r.most.Load() {
		}
		l := &line{Conn: dev.Pipe(sim.Terminal{}), r: r, wake: make(chan struct{})}
		r.mu.Lock()
		r.lines = append(r.lines, l)
		r.mu.Unlock()
		return l, nil
	}
	return r
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if l.slow.Load() {
		time.Sleep(time.Second)
	}
	if l.dumb.Load() {
		<-l.wake
		return 0, errors.New("closed")
	}
	return n, err
}

func (l *line) Write(p []byte) (int, error) {
	l.typed.Add(1)
	if l.dumb.Load() {
		return len(p), nil
	}
	return l.Conn.Write(p)
}

func (l *line) Close() error {
	l.once.Do(func() {
		close(l.wake)
		l.r.open.Add(-1)
	})
	return l.Conn.Close()
}

// closed reports whether our side has ended the session.
func (l *line) closed() bool {
	select {
	case <-l.wake:
		return true
	default:
		return false
	}
}

// Alive is what TCP knows: that the device has hung up, and not that it is gone.
func (l *line) Alive() bool { return l.dumb.Load() || l.Conn.(transport.Aliver).Alive() }

func (r *router) last() *line {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines[len(r.lines)-1]
}

func acquire(t *testing.T, p *pool.Pool, h *fleet.Host) *vty.Device {
	t.Helper()
	dev, err := p.Acquire(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dev.Run(t.Context(), "show version"); err != nil {
		t.Fatalf("a session that cannot be used: %v", err)
	}
	return dev
}

// drained closes a pool and checks that nothing is left of it.
func drained(t *testing.T, p *pool.Pool, routers ...*router) {
	t.Helper()
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if s := p.Stats(); s != (pool.Stats{}) {
		t.Errorf("a closed pool has %+v", s)
	}
	for _, r := range routers {
		if n := r.open.Load(); n != 0 {
			t.Errorf("%d sessions with %s are open", n, r.host.Name)
		}
	}
}

func TestASessionIsUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRouter(t, "r1", "cisco_iosxe"), pool.New(nil)
		first := acquire(t, p, r.host)
		if err := first.Enter(t.Context(), "configuration"); err != nil {
			t.Fatal(err)
		}
		p.Release(first)
		if s := p.Stats(); s.Idle != 1 || s.Lent != 0 {
			t.Errorf("%+v", s)
		}
		second := acquire(t, p, r.host)
		if second != first || second.Mode() != "privileged" {
			t.Errorf("another session, or in mode %s", second.Mode())
		}
		p.Release(second)
		p.Release(second) // to no effect
		other := *r.host
		other.Config = &vty.Config{}
		*other.Config = *r.host.Config
		if third := acquire(t, p, &other); third == first {
			t.Error("a session of another configuration was lent")
		} else {
			p.Release(third)
		}
		if n, most := r.dials.Load(), r.most.Load(); n != 2 || most != 1 {
			t.Errorf("%d dials, %d at once", n, most)
		}
		drained(t, p, r)
	})
}

// Hosts that are made anew for each run find the sessions of the one before by
// their profile, and of another profile none.
func TestHostsOfOneProfileShareSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRouter(t, "r1", "cisco_iosxe"), pool.New(nil)
		as := func(profile string) *fleet.Host {
			cfg := *r.host.Config
			return &fleet.Host{Name: "r1", Config: &cfg, Profile: profile}
		}
		first := acquire(t, p, as("ops"))
		p.Release(first)
		for _, c := range []struct {
			host *fleet.Host
			same bool
		}{{as("ops"), true}, {as(""), false}, {as("audit"), false}, {as("ops"), false}} {
			dev := acquire(t, p, c.host)
			if (dev == first) != c.same {
				t.Errorf("profile %q: the session of the first host: %t", c.host.Profile, !c.same)
			}
			p.Release(dev)
		}
		if n, most := r.dials.Load(), r.most.Load(); n != 4 || most != 1 {
			t.Errorf("%d dials, %d at once", n, most)
		}
		drained(t, p, r)
	})
}

// What is not as it was is closed, and the next user gets a new session.
func TestADirtySessionIsNotLent(t *testing.T) {
	dirty := map[string]func(t *testing.T, p *pool.Pool, r *router, dev *vty.Device){
		"an operation under way": func(t *testing.T, _ *pool.Pool, r *router, dev *vty.Device) {
			r.last().dumb.Store(true)
			go func() { _, _ = dev.Run(t.Context(), "show version") }()
			synctest.Wait()
		},
		"a candidate": func(t *testing.T, _ *pool.Pool, _ *router, dev *vty.Device) {
			if _, err := dev.Do(t.Context(), vty.Command{Line: "set system host-name x", Mode: "configuration"}); err != nil {
				t.Error(err)
			}
		},
		"a lock": func(t *testing.T, _ *pool.Pool, _ *router, dev *vty.Device) {
			if err := dev.Enter(t.Context(), "configuration"); err != nil {
				t.Error(err)
			}
		},
		"it is closed":     func(_ *testing.T, _ *pool.Pool, _ *router, dev *vty.Device) { _ = dev.Close() },
		"it was discarded": func(_ *testing.T, p *pool.Pool, _ *router, dev *vty.Device) { p.Discard(dev) },
		"a person had it": func(t *testing.T, _ *pool.Pool, _ *router, dev *vty.Device) {
			_ = dev.Attach(t.Context(), strings.NewReader("show version\r"), new(strings.Builder))
		},
	}
	for name, use := range dirty {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, p := newRouter(t, "r1", "juniper_junos"), pool.New(nil)
				dev := acquire(t, p, r.host)
				use(t, p, r, dev)
				p.Release(dev)
				next := acquire(t, p, r.host)
				if next == dev || r.dials.Load() != 2 || r.open.Load() != 1 {
					t.Errorf("it was lent again; %d dials, %d open", r.dials.Load(), r.open.Load())
				}
				p.Release(next)
				drained(t, p, r)
			})
		})
	}
}

func TestADeadSessionIsNotLent(t *testing.T) {
	dies := map[string]struct {
		how   func(*line)
		after time.Duration
		check time.Duration // how long that takes to find out
	}{
		"it hangs up":                   {func(l *line) { _ = l.Conn.Close() }, 0, 0},
		"it goes without a word":        {func(l *line) { l.dumb.Store(true) }, time.Minute, 3 * time.Second},
		"it goes, and is never trusted": {func(l *line) { l.dumb.Store(true) }, time.Millisecond, 3 * time.Second},
	}
	for name, c := range dies {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := &pool.Config{Check: 3 * time.Second}
				if c.after < time.Second {
					cfg.Trust = -1
				}
				r, p := newRouter(t, "r1", "cisco_iosxe"), pool.New(cfg)
				dev := acquire(t, p, r.host)
				p.Release(dev)
				c.how(r.last())
				time.Sleep(c.after)
				began := time.Now()
				next := acquire(t, p, r.host)
				if took := time.Since(began); next == dev || took < c.check || took > c.check+10*time.Second {
					t.Errorf("lent again, or found out after %v", took)
				}
				p.Release(next)
				drained(t, p, r)
			})
		})
	}
}

// A session that was used a moment ago is lent without a round trip, and otherwise
// one prompt is asked for.
func TestTheCheckIsCheap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRouter(t, "r1", "cisco_iosxe"), pool.New(&pool.Config{Trust: time.Second})
		p.Release(acquire(t, p, r.host))
		for _, c := range []struct {
			idle  time.Duration
			typed int32
		}{{0, 0}, {time.Minute, 1}} {
			time.Sleep(c.idle)
			before := r.last().typed.Load()
			dev, err := p.Acquire(t.Context(), r.host)
			if err != nil {
				t.Fatal(err)
			}
			if n := r.last().typed.Load() - before; n != c.typed {
				t.Errorf("after %v idle %d lines were typed, want %d", c.idle, n, c.typed)
			}
			p.Release(dev)
		}
		drained(t, p, r)
	})
}

func TestIdleAndAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRouter(t, "r1", "cisco_iosxe"), pool.New(&pool.Config{Idle: time.Minute, Age: 150 * time.Second})
		began := time.Now()
		p.Release(acquire(t, p, r.host))
		time.Sleep(59 * time.Second)
		if n := r.open.Load(); n != 1 {
			t.Fatalf("%d open before the limit", n)
		}
		p.Release(acquire(t, p, r.host)) // which begins its idling anew
		time.Sleep(59 * time.Second)
		p.Release(acquire(t, p, r.host))
		if n := r.dials.Load(); n != 1 {
			t.Fatalf("%d dials", n)
		}
		time.Sleep(40 * time.Second) // now it is too old, though it has not idled for long
		if n, age := r.open.Load(), time.Since(began); n != 0 || age > 160*time.Second {
			t.Errorf("%d open at the age of %v", n, age)
		}
		dev := acquire(t, p, r.host)
		time.Sleep(200 * time.Second)
		p.Release(dev)
		if n := r.open.Load(); n != 0 {
			t.Errorf("%d open, too old when it came back", n)
		}
		p.Release(acquire(t, p, r.host))
		time.Sleep(61 * time.Second)
		if n := r.open.Load(); n != 0 {
			t.Errorf("%d open after it idled for a minute", n)
		}
		drained(t, p, r)
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, c := newRouter(t, "a", "cisco_iosxe"), newRouter(t, "b", "cisco_iosxe"), newRouter(t, "c", "cisco_iosxe")
		c.host.Sessions = 2
		p := pool.New(&pool.Config{Sessions: 3})
		first := acquire(t, p, a.host)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := p.Acquire(ctx, a.host); !errors.Is(err, context.DeadlineExceeded) || a.dials.Load() != 1 {
			t.Errorf("a second session with a: %v", err)
		}
		var got atomic.Int32
		for range 3 {
			go func() {
				dev := acquire(t, p, a.host)
				got.Add(1)
				time.Sleep(time.Second)
				p.Release(dev)
			}()
		}
		synctest.Wait()
		p.Release(first)
		time.Sleep(10 * time.Second)
		if n := got.Load(); n != 3 || a.dials.Load() != 1 {
			t.Errorf("%d of three waiters got the one session, in %d dials", n, a.dials.Load())
		}
		one, two, three := acquire(t, p, b.host), acquire(t, p, c.host), acquire(t, p, c.host) // a makes room
		if a.open.Load() != 0 || c.open.Load() != 2 {
			t.Errorf("%d open with a, %d with c", a.open.Load(), c.open.Load())
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := p.Acquire(ctx, a.host); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a fourth session: %v", err)
		}
		for _, dev := range []*vty.Device{one, two, three} {
			p.Release(dev)
		}
		drained(t, p, a, b, c)
	})
}

// A device that cannot be reached fails its user alone, and keeps no room.
func TestAFailedDialGivesItsRoomBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRouter(t, "r1", "cisco_iosxe"), pool.New(nil)
		r.fail.Store(true)
		for range 3 {
			if _, err := p.Acquire(t.Context(), r.host); !errors.As(err, new(*vty.DialError)) {
				t.Error(err)
			}
		}
		if s := p.Stats(); s != (pool.Stats{}) {
			t.Errorf("%+v", s)
		}
		r.fail.Store(false)
		p.Release(acquire(t, p, r.host))
		drained(t, p, r)
	})
}

func TestCloseDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s := newRouter(t, "r1", "cisco_iosxe"), newRouter(t, "r2", "cisco_iosxe")
		p := pool.New(nil)
		dev := acquire(t, p, r.host)
		p.Release(acquire(t, p, s.host))
		waiting := make(chan error)
		go func() { _, err := p.Acquire(t.Context(), r.host); waiting <- err }()
		synctest.Wait()
		closed := make(chan error)
		go func() { closed <- p.Close(t.Context()) }()
		if err := <-waiting; !errors.Is(err, pool.ErrClosed) {
			t.Errorf("one who waited: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err := p.Acquire(t.Context(), s.host); !errors.Is(err, pool.ErrClosed) || s.open.Load() != 0 {
			t.Errorf("a closed pool: %v; %d open", err, s.open.Load())
		}
		select {
		case err := <-closed:
			t.Fatalf("Close did not wait for the session that is lent: %v", err)
		default:
		}
		if _, err := dev.Run(t.Context(), "show version"); err != nil {
			t.Error(err)
		}
		p.Release(dev)
		if err := <-closed; err != nil {
			t.Error(err)
		}
		drained(t, p, r, s)
	})
}

// A pool that is closed while a session is being checked lends it to nobody.
func TestCloseWhileASessionIsChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRouter(t, "r1", "cisco_iosxe"), pool.New(&pool.Config{Trust: -1})
		p.Release(acquire(t, p, r.host))
		r.last().slow.Store(true)
		asked := make(chan error)
		go func() {
			dev, err := p.Acquire(t.Context(), r.host)
			if dev != nil {
				err = errors.New("it was lent")
			}
			asked <- err
		}()
		synctest.Wait()
		closed := make(chan error)
		go func() { closed <- p.Close(t.Context()) }()
		if err := <-asked; !errors.Is(err, pool.ErrClosed) {
			t.Errorf("%v", err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		drained(t, p, r)
	})
}

func TestCloseInTheEndClosesWhatIsLent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s, p := newRouter(t, "r1", "cisco_iosxe"), newRouter(t, "r2", "cisco_iosxe"), pool.New(nil)
		dev := acquire(t, p, r.host)
		opening := make(chan error)
		s.host.Config.Dial = func(ctx context.Context) (transport.Conn, error) { <-ctx.Done(); return nil, context.Cause(ctx) }
		s.host.Config.OpenTimeout = time.Hour
		go func() { _, err := p.Acquire(t.Context(), s.host); opening <- err }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() {
			if err := <-opening; !errors.Is(err, pool.ErrClosed) {
				t.Errorf("what was being opened: %v", err)
			}
		}()
		if err := p.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if _, err := dev.Run(t.Context(), "show version"); !errors.Is(err, vty.ErrClosed) || r.open.Load() != 0 {
			t.Errorf("a session of a closed pool: %v", err)
		}
		p.Release(dev)
		synctest.Wait()
		drained(t, p, r, s)
	})
}
