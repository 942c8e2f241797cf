package fleet_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/fleet/pool"
)

func TestRunsShareSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := hosts(10)
		var logins atomic.Int32
		for _, h := range all {
			h.Credential, h.AAA = "ops", "tacacs"
			device(t, h, false, &logins, nil)
		}
		p := pool.New(nil)
		opts := []fleet.Option{fleet.Reuse(p), fleet.Logins(1), fleet.Connections(5)}
		began := time.Now()
		collect(t, t.Context(), all, prompt, opts...)
		if took := time.Since(began); took < 9*time.Second || logins.Load() != 10 {
			t.Errorf("%d logins in %v", logins.Load(), took)
		}
		began = time.Now()
		for name, o := range collect(t, t.Context(), all, prompt, opts...) {
			if o.Err != nil || o.Value != name+"#" {
				t.Errorf("%s: %q, %v", name, o.Value, o.Err)
			}
		}
		if took := time.Since(began); took > 2*time.Second || logins.Load() != 10 {
			t.Errorf("sessions that idle waited for a rate: %d logins in %v", logins.Load(), took)
		}
		// What a task has panicked in, or was left in by force, nobody gets.
		stuck := make(chan struct{})
		for _, o := range collect(t, t.Context(), all[:2], func(ctx context.Context, s *fleet.Session) (string, error) {
			if _, err := s.Device(ctx); err != nil {
				return "", err
			}
			if s.Host().Name == "r1" {
				panic("boom")
			}
			<-stuck
			return "", nil
		}, append(opts, fleet.HostLimit(time.Second), fleet.Grace(time.Second))...) {
			if o.Err == nil {
				t.Errorf("%s: no error", o.Host.Name)
			}
		}
		if s := p.Stats(); s.Idle != 8 || s.Lent != 0 {
			t.Errorf("%+v", s)
		}
		close(stuck)
		synctest.Wait()
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The limit on inactivity is the run's own, whoever opened the session.
func TestInactivityOfASessionThatWasKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hosts(1)
		var logins atomic.Int32
		silent := deafening(t, h[0], &logins)
		p := pool.New(&pool.Config{Idle: -1, Age: -1, Trust: time.Hour})
		dev, err := p.Acquire(t.Context(), h[0])
		if err != nil {
			t.Fatal(err)
		}
		p.Release(dev)
		time.Sleep(10 * time.Minute)
		out := collect(t, t.Context(), h, func(ctx context.Context, s *fleet.Session) (string, error) {
			dev, err := s.Device(ctx)
			if err != nil {
				return "", err
			}
			time.Sleep(15 * time.Second)
			silent.Store(true)
			_, err = dev.Run(ctx, "show version")
			return "partial", err
		}, fleet.Inactivity(20*time.Second), fleet.Reuse(p))
		if o := out["r1"]; !errors.Is(o.Err, fleet.ErrInactive) || o.Value != "partial" || o.Elapsed > time.Minute || logins.Load() != 1 {
			t.Errorf("%+v after %d logins", o, logins.Load())
		}
		if err := p.Close(t.Context()); err != nil || p.Stats() != (pool.Stats{}) {
			t.Errorf("%v, %+v", err, p.Stats())
		}
	})
}

// A session that is over goes to nobody who asks late.
func TestNoDeviceAfterTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hosts(1)
		var logins atomic.Int32
		device(t, h[0], false, &logins, nil)
		late := make(chan error, 1)
		collect(t, t.Context(), h, func(_ context.Context, s *fleet.Session) (int, error) {
			time.AfterFunc(time.Minute, func() {
				_, err := s.Device(context.WithoutCancel(t.Context()))
				late <- err
			})
			return 0, nil
		})
		if err := <-late; !errors.Is(err, vty.ErrClosed) || logins.Load() != 0 {
			t.Errorf("%v after %d logins", err, logins.Load())
		}
	})
}
