package pool_test

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
	"github.com/vtynet/vty/fleet/pool"
	"github.com/vtynet/vty/transport"
)

// lineOf is the session of a device as the device sees it.
func lineOf(dev *vty.Device) *line {
	conn := dev.Conn()
	for {
		if l, ok := conn.(*line); ok {
			return l
		}
		conn = conn.(interface{ Unwrap() transport.Conn }).Unwrap()
	}
}

// Users and devices do what they like: sessions are left in every state, and lost at
// every moment. No session has two users, the limits hold, what is lent is alive and
// in order, and in the end nothing is left.
func TestWhateverUsersAndDevicesDo(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { whatever(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func whatever(t *testing.T, draw *rand.Rand) {
	cfg := &pool.Config{
		Sessions: draw.IntN(5), PerDevice: 1 + draw.IntN(2), Trust: []time.Duration{-1, 10 * time.Second}[draw.IntN(2)], Check: 2 * time.Second,
		Idle: time.Duration(1+draw.IntN(20)) * time.Second, Age: time.Duration(5+draw.IntN(60)) * time.Second,
	}
	p := pool.New(cfg)
	var routers []*router
	for i := range 4 {
		r := newRouter(t, fmt.Sprint("r", i), []string{"cisco_iosxe", "juniper_junos"}[i%2])
		if i == 3 {
			r.host.Sessions = 3
		}
		routers = append(routers, r)
	}
	var mu sync.Mutex
	users := map[*vty.Device]int{}
	hurt := map[*line]time.Time{}
	var lent, most atomic.Int32
	over := make(chan struct{})
	var all sync.WaitGroup
	chaos := rand.New(rand.NewPCG(draw.Uint64(), 2))
	all.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(time.Duration(200+chaos.IntN(2000)) * time.Millisecond):
			}
			r := routers[chaos.IntN(len(routers))]
			r.fail.Store(chaos.IntN(4) == 0)
			r.mu.Lock()
			if n := len(r.lines); n > 0 {
				l := r.lines[n-1-chaos.IntN(min(n, 3))]
				mu.Lock()
				if hurt[l].IsZero() {
					hurt[l] = time.Now()
				}
				mu.Unlock()
				if chaos.IntN(2) == 0 {
					l.dumb.Store(true)
				} else {
					go func() { _ = l.Conn.Close() }()
				}
			}
			r.mu.Unlock()
		}
	})
	var working sync.WaitGroup
	for range 10 {
		own := rand.New(rand.NewPCG(draw.Uint64(), 3))
		working.Go(func() {
			for range 8 {
				time.Sleep(time.Duration(own.IntN(3000)) * time.Millisecond)
				r := routers[own.IntN(len(routers))]
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+own.IntN(30))*time.Second)
				asked := time.Now()
				var dev *vty.Device
				var err error
				if own.IntN(4) == 0 {
					dev = p.Idle(ctx, r.host)
				} else {
					dev, err = p.Acquire(ctx, r.host)
				}
				if dev == nil {
					if err != nil && ctx.Err() == nil && !errors.As(err, new(*vty.DialError)) {
						t.Errorf("Acquire: %v", err)
					}
					cancel()
					continue
				}
				l := lineOf(dev)
				mu.Lock()
				users[dev]++
				if users[dev] != 1 {
					t.Error("a session has two users")
				}
				trusted := cfg.Trust > 0 && l.dumb.Load() // its transport does not know
				if at := hurt[l]; !at.IsZero() && at.Before(asked) && !trusted {
					t.Errorf("a session was lent that died %v before it was asked for", asked.Sub(at))
				}
				mu.Unlock()
				if n := lent.Add(1); n > most.Load() {
					most.Store(n)
				}
				if l.r != r {
					t.Errorf("a session with %s for %s", l.r.host.Name, r.host.Name)
				}
				home := dev.Platform().Default
				res, err := dev.Run(ctx, "show version")
				mu.Lock()
				if whole := hurt[l].IsZero(); whole && ctx.Err() == nil && (err != nil || res.Mode != home) {
					t.Errorf("a session in mode %s that is not in order: %v", dev.Mode(), err)
				}
				mu.Unlock()
				unfit := false
				switch own.IntN(8) {
				case 0:
					unfit = dev.Enter(ctx, "configuration") == nil && dev.Platform().Name == "juniper_junos" // a candidate
				case 1:
					_, _ = dev.Configure(ctx, "nonsense")
				case 2:
					_ = dev.Close()
				case 3:
					go func() { _, _ = dev.Run(t.Context(), "show version") }()
				case 4:
					time.Sleep(time.Duration(own.IntN(10)) * time.Second)
				}
				mu.Lock()
				users[dev]--
				mu.Unlock()
				lent.Add(-1)
				if own.IntN(6) == 0 {
					p.Discard(dev)
				} else {
					p.Release(dev)
				}
				if unfit && !l.closed() {
					t.Error("a session that is not fit for another user is kept")
				}
				cancel()
			}
		})
	}
	working.Wait()
	close(over)
	all.Wait()
	if n := int(most.Load()); cfg.Sessions > 0 && n > cfg.Sessions {
		t.Errorf("%d sessions at once, of %d", n, cfg.Sessions)
	}
	for i, r := range routers {
		limit := cfg.PerDevice
		if i == 3 {
			limit = 3
		}
		if n := int(r.most.Load()); n > limit {
			t.Errorf("%d sessions with %s at once, of %d", n, r.host.Name, limit)
		}
	}
	drained(t, p, routers...)
}
