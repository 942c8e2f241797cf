package netconf_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

// watch collects what a Watch of a device hands over: names, with a ? before those
// that are uncertain.
func watch(t *testing.T, d *simnetconf.Device, w netconf.Watch) (seen func() string, end func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	w.Dial = func(ctx context.Context) (*netconf.Session, error) { return netconf.New(ctx, d.Pipe(), nil) }
	var names []string
	ended := make(chan error, 1)
	go func() {
		var last error
		for n, err := range w.Notifications(ctx) {
			if last = err; err != nil {
				break
			}
			if n.Uncertain {
				names = append(names, "?"+n.Name())
			} else if !strings.HasPrefix(n.Name(), "netconf-session") {
				names = append(names, n.Name())
			}
		}
		ended <- last
	}()
	return func() string {
			synctest.Wait()
			all := strings.Join(names, " ")
			names = nil
			return all
		}, func() error {
			cancel()
			return <-ended
		}
}

func happen(d *simnetconf.Device, names ...string) {
	for _, name := range names {
		d.Notify("<" + name + " xmlns='urn:e'/>")
	}
}

func TestWatchReplaysWhatItMissed(t *testing.T) {
	for name, w := range map[string]netconf.Watch{
		"RFC 5277": {},
		"RFC 8639": {Establish: &rpc.EstablishSubscription{Stream: "NETCONF"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			d, err := simnetconf.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			seen, end := watch(t, d, w)
			synctest.Wait()
			time.Sleep(time.Second)
			happen(d, "a", "b", "b") // all at the same moment, to be told apart after the break
			before := seen()
			d.HangUp()
			happen(d, "b", "c")
			time.Sleep(time.Minute)
			happen(d, "d")
			if got := before + " " + seen(); got != "a b b b c d" {
				t.Errorf("%s: %s", name, got)
			}
			// The watch is not there while its second session breaks at once.
			d.Fail(simnetconf.Fault{Operation: map[string]string{"RFC 5277": "create-subscription", "RFC 8639": "establish-subscription"}[name], Times: 2, NotDone: true, HangUp: true})
			d.HangUp()
			happen(d, "e")
			time.Sleep(time.Minute)
			happen(d, "f")
			if got := seen(); got != "e f" {
				t.Errorf("%s: %s", name, got)
			}
			if err := end(); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
}

func TestWatchTellsWhatItCannotKnow(t *testing.T) {
	for name, bad := range map[string]func(*simnetconf.Device){
		"the server restarts": func(d *simnetconf.Device) { d.Restart() },
		"its log is short": func(d *simnetconf.Device) {
			d.Fail(simnetconf.Fault{Operation: "create-subscription", Times: 1, NotDone: true, HangUp: true})
			d.HangUp()
			for i := range 20 {
				d.Notify(fmt.Sprintf("<x%d xmlns='urn:e'/>", i))
				time.Sleep(time.Microsecond)
			}
		},
		"it refuses the replay": func(d *simnetconf.Device) {
			d.Fail(simnetconf.Fault{Operation: "create-subscription", Times: 1, NotDone: true, Reply: simnetconf.Failure("operation-failed", "no replay")})
			d.HangUp()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			d, err := simnetconf.New(&simnetconf.Config{LogSize: 5})
			if err != nil {
				t.Fatal(err)
			}
			seen, end := watch(t, d, netconf.Watch{})
			synctest.Wait()
			time.Sleep(time.Second)
			happen(d, "a")
			if got := seen(); got != "a" {
				t.Errorf("%s: %s", name, got)
			}
			time.Sleep(time.Second)
			bad(d)
			time.Sleep(time.Minute)
			happen(d, "b")
			if got := seen(); strings.Count(got, "?") != 1 || !strings.HasSuffix(got, "b") {
				t.Errorf("%s: %s", name, got)
			}
			_ = end()
		})
	}
}

func TestWatchEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := simnetconf.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now().Add(-time.Second)
		_, end := watch(t, d, netconf.Watch{Subscription: rpc.CreateSubscription{Start: start, Stop: time.Now().Add(time.Minute)}})
		time.Sleep(2 * time.Minute)
		if err := end(); err != nil {
			t.Errorf("at its stop time: %v", err)
		}
		_, end = watch(t, d, netconf.Watch{Subscription: rpc.CreateSubscription{Stream: "none"}})
		synctest.Wait()
		if err := end(); !errors.As(err, new(*netconf.RPCError)) {
			t.Errorf("a stream that is not there: %v", err)
		}
		unreachable := errors.New("unreachable")
		w := netconf.Watch{Dial: func(context.Context) (*netconf.Session, error) { return nil, unreachable }}
		for _, err := range w.Notifications(t.Context()) {
			if err != unreachable {
				t.Error(err)
			}
		}
	})
}

// TestServerWatch has the sessions of a watch killed while the configuration changes.
func TestServerWatch(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		s := dial()
		sessions := make(chan *netconf.Session, 10)
		w := netconf.Watch{Pause: 10 * time.Millisecond, Dial: func(context.Context) (*netconf.Session, error) {
			one := dial()
			sessions <- one
			return one, nil
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		events := make(chan *netconf.Notification, 1000)
		go func() {
			defer close(events)
			for n, err := range w.Notifications(ctx) {
				if err != nil {
					return
				}
				events <- n
			}
		}()
		current := <-sessions
		commit := func(name string) {
			for _, op := range []rpc.Operation{rpc.EditConfig{Target: rpc.Candidate, Config: edit(name, "create")}, rpc.Commit{}} {
				if _, err := s.Call(ctx, op); err != nil {
					t.Error(err)
				}
			}
		}
		changes := 0
		until := func(want int) {
			for n := range events {
				if n.Name() == "netconf-config-change" {
					changes++
				}
				if n.Uncertain || n.Lost > 0 {
					t.Errorf("uncertain %t, lost %d: %s", n.Uncertain, n.Lost, n.Bytes())
				}
				if changes == want {
					return
				}
			}
			t.Errorf("%d changes seen of %d", changes, want)
		}
		_, _ = rpc.Get{Filter: rpc.Subtree("<none/>")}.Do(ctx, current) // the subscription was asked for before
		commit("w1")
		until(1)
		if _, err := (rpc.KillSession{Session: current.ID()}).Do(ctx, s); err != nil {
			t.Fatal(err)
		}
		commit("w2")
		<-sessions
		commit("w3")
		until(3)
	})
}
