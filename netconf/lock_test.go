package netconf_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

var candidateCaps = []string{rpc.Base10, rpc.Base11, rpc.CandidateCap, rpc.Validate11, rpc.ConfirmedCommit10, rpc.ConfirmedCommit11, rpc.PartialLockCap}

// recorded answers <ok/> to all but what answer says, and keeps what was asked.
type recorded struct {
	asked  []string
	answer func(name string, s *netconftest.Session, r *netconftest.Request) bool
}

func (h *recorded) Handle(s *netconftest.Session, r *netconftest.Request) {
	name := r.Name
	for _, d := range []string{"running", "candidate"} {
		if _, ok := r.Element("target", d); ok {
			name += " " + d
		}
	}
	h.asked = append(h.asked, name)
	if h.answer == nil || !h.answer(name, s, r) {
		_ = s.Reply(r, "<ok/>")
	}
}

func (h *recorded) Ended(*netconftest.Session) {}

func (h *recorded) session(t *testing.T) *netconf.Session {
	t.Helper()
	s, err := netconf.New(t.Context(), (&netconftest.Server{Capabilities: candidateCaps, Handler: h}).Pipe(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWithLockLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := errors.New("failed")
		for name, f := range map[string]func(context.CancelFunc) error{
			"well":      func(context.CancelFunc) error { return nil },
			"failed":    func(context.CancelFunc) error { return failed },
			"cancelled": func(cancel context.CancelFunc) error { cancel(); return context.Canceled },
		} {
			h := &recorded{}
			s := h.session(t)
			ctx, cancel := context.WithCancel(t.Context())
			err := netconf.WithLock(ctx, s, func(context.Context) error { return f(cancel) }, rpc.Running, rpc.Candidate)
			cancel()
			_ = s.Close()
			want := []string{"lock running", "lock candidate", "discard-changes", "unlock candidate", "unlock running"}
			if !slices.Equal(h.asked, want) || (err == nil) != (name == "well") {
				t.Errorf("%s: %q, %v", name, h.asked, err)
			}
		}
	})
}

func TestWithLockThatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		holder := "7"
		h := &recorded{answer: func(name string, s *netconftest.Session, r *netconftest.Request) bool {
			if name != "lock candidate" {
				return false
			}
			_ = s.Reply(r, "<rpc-error><error-tag>lock-denied</error-tag><error-severity>error</error-severity><error-info><session-id>"+holder+"</session-id></error-info></rpc-error>")
			return true
		}}
		s := h.session(t)
		defer s.Close()
		lock := func() error {
			return netconf.WithLock(t.Context(), s, func(context.Context) error { t.Error("called"); return nil }, rpc.Running, rpc.Candidate)
		}
		e, ok := errors.AsType[*netconf.LockedError](lock())
		if !ok || e.Session != 7 || e.Own || !strings.Contains(e.Error(), "candidate is locked by session 7") {
			t.Errorf("%v", e)
		}
		if want := []string{"lock running", "lock candidate", "unlock running"}; !slices.Equal(h.asked, want) {
			t.Errorf("%q", h.asked)
		}
		holder = "1"
		if e, ok := errors.AsType[*netconf.LockedError](lock()); !ok || !e.Own {
			t.Errorf("%v", e)
		}
	})
}

func TestWithLockCancelledWhileAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &recorded{answer: func(name string, s *netconftest.Session, r *netconftest.Request) bool {
			if name == "lock running" {
				time.Sleep(time.Minute) // the server takes its time, and grants it
			}
			return false
		}}
		s := h.session(t)
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		err := netconf.WithLock(ctx, s, func(context.Context) error { t.Error("called"); return nil }, rpc.Running)
		if !errors.Is(err, context.DeadlineExceeded) || !slices.Equal(h.asked, []string{"lock running", "unlock running"}) {
			t.Errorf("%v, %q", err, h.asked)
		}
	})
}

func TestWithLockOnAServerThatFallsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &recorded{answer: func(name string, _ *netconftest.Session, _ *netconftest.Request) bool {
			return strings.HasPrefix(name, "unlock")
		}}
		s := h.session(t)
		started := time.Now()
		err := netconf.WithLock(t.Context(), s, func(context.Context) error { return nil }, rpc.Running)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > time.Minute {
			t.Errorf("after %v: %v", time.Since(started), err)
		}
		<-s.Done() // and with it the lock
		_ = s.Close()
	})
}

// TestStaleLock has a session break in a way that the server does not notice, which
// keeps its lock, and the next session come upon it.
func TestStaleLock(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		first, other := dial(), dial()
		if _, err := (rpc.Lock{Target: rpc.Running}).Do(within(t), first); err != nil {
			t.Fatal(err)
		}
		lock := func(s *netconf.Session) *netconf.LockedError {
			t.Helper()
			err := netconf.WithLock(within(t), s, func(context.Context) error { return nil }, rpc.Running)
			e, _ := errors.AsType[*netconf.LockedError](err)
			if e == nil && err != nil {
				t.Error(err)
			}
			return e
		}
		// A holder that lives is no stale one, whoever follows it.
		other.Follows(first)
		e := lock(other)
		if e == nil || e.Stale || e.Own || e.Session != first.ID() || e.Holder == nil || !e.Holder.Ours || e.Holder.User == "" || time.Since(e.Holder.Since).Abs() > time.Hour {
			t.Fatalf("%+v", e)
		}
		if text := e.Error(); !strings.Contains(text, "if it was left behind, kill-session ends it") || !strings.Contains(text, e.Holder.User+" from ") {
			t.Error(text)
		}
	})
}

// TestStaleLockOfABrokenSession has the server keep the session that has broken: a
// connection that is dead at our end only.
func TestStaleLockOfABrokenSession(t *testing.T) {
	d, err := simnetconf.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	half := &halfDead{Conn: d.Pipe(), dead: make(chan struct{})}
	first, err := netconf.New(t.Context(), half, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (rpc.Lock{Target: rpc.Running}).Do(within(t), first); err != nil {
		t.Fatal(err)
	}
	close(half.dead)
	<-first.Done()
	second, third, stranger := dialSim(t, d), dialSim(t, d), dialSim(t, d)
	second.Follows(first)
	third.Follows(second)
	for _, s := range []*netconf.Session{second, third, stranger} {
		err := netconf.WithLock(within(t), s, func(context.Context) error { return nil }, rpc.Running)
		e, ok := errors.AsType[*netconf.LockedError](err)
		if !ok || e.Stale != (s != stranger) || e.Session != first.ID() {
			t.Fatalf("%+v", err)
		}
		if e.Stale && !strings.Contains(e.Error(), "a session of ours that has broken: kill-session ends it") {
			t.Error(e)
		}
	}
	if _, err := (rpc.KillSession{Session: first.ID()}).Do(within(t), second); err != nil {
		t.Fatal(err)
	}
	if err := netconf.WithLock(within(t), second, func(context.Context) error { return nil }, rpc.Running); err != nil {
		t.Error(err)
	}
	// One that took leave has left nothing: its number may be another's by now.
	_ = third.Close()
	fourth := dialSim(t, d)
	fourth.Follows(third)
	_ = netconf.WithLock(within(t), second, func(context.Context) error {
		err := netconf.WithLock(within(t), fourth, func(context.Context) error { return nil }, rpc.Running)
		if e, ok := errors.AsType[*netconf.LockedError](err); !ok || e.Stale {
			t.Errorf("%+v", err)
		}
		return nil
	}, rpc.Running)
}

// halfDead is a connection that dies at this end without the other being told.
type halfDead struct {
	*memnet.Conn
	dead chan struct{}
	once sync.Once
}

func (h *halfDead) Read(p []byte) (int, error) {
	h.once.Do(func() {
		go func() {
			<-h.dead
			_ = h.SetReadDeadline(time.Unix(1, 0))
		}()
	})
	return h.Conn.Read(p)
}

func (h *halfDead) Close() error { return nil }

// TestLockThatComesTooLate has a server that neither grants a lock nor answers its
// unlocking, until nobody waits any longer: it must not be left with a lock.
func TestLockThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &recorded{answer: func(string, *netconftest.Session, *netconftest.Request) bool { return true }}
		s := h.session(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := netconf.WithLock(ctx, s, func(context.Context) error { return nil }, rpc.Running)
		if !errors.Is(err, context.DeadlineExceeded) || s.Err() == nil || !slices.Equal(h.asked, []string{"lock running", "unlock running"}) {
			t.Errorf("%v, session %v, %q", err, s.Err(), h.asked)
		}
		_ = s.Close()
	})
}
