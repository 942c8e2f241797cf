package netconf_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

// onBoth runs a test on a netconfd of its own, started with flags, and on a simulated
// device: what the simulated one does is what a real one does.
func onBoth(t *testing.T, flags []string, body func(t *testing.T, dial dialer)) {
	t.Run("netconfd", func(t *testing.T) { body(t, startNetconfd(t, flags...)) })
	t.Run("sim", func(t *testing.T) {
		cfg := &simnetconf.Config{}
		for _, f := range flags {
			cfg.Without = append(cfg.Without, simLacks[f]...)
		}
		body(t, simulate(t, cfg))
	})
}

// simLacks is what a simulated device must not have to be like netconfd with a flag.
var simLacks = map[string][]string{
	"--target=running": {rpc.CandidateCap, rpc.ConfirmedCommit10, rpc.ConfirmedCommit11},
}

// simulate makes a simulated device, and returns a function that begins a session with
// it.
func simulate(t *testing.T, cfg *simnetconf.Config) dialer {
	t.Helper()
	d, err := simnetconf.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return func(around ...wrapper) *netconf.Session { t.Helper(); return dialSim(t, d, around...) }
}

// dialSim begins a session with a simulated device.
func dialSim(t testing.TB, d *simnetconf.Device, around ...wrapper) *netconf.Session {
	t.Helper()
	s, err := netconf.New(t.Context(), wrapped(d.Pipe(), around), &netconf.Config{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// The part of the configuration that the tests change.
const (
	nacm  = `urn:ietf:params:xml:ns:yang:ietf-netconf-acm`
	group = "vty-test"
)

func edit(name, operation string) []byte {
	return []byte(`<nacm xmlns="` + nacm + `"><groups><group xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="` + operation + `"><name>` + name + `</name></group></groups></nacm>`)
}

// has tells whether a datastore holds the group of this name.
func has(t *testing.T, s *netconf.Session, d rpc.Datastore, name string) bool {
	t.Helper()
	reply, err := rpc.GetConfig{Source: d, Filter: rpc.Subtree(`<nacm xmlns="` + nacm + `"><groups/></nacm>`)}.Do(within(t), s)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(reply.Data(), []byte("<name>"+name+"</name>"))
}

func TestServerLocks(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		s, other := dial(), dial()
		err := netconf.WithLock(within(t), s, func(ctx context.Context) error {
			err := netconf.WithLock(ctx, other, func(context.Context) error { return nil }, rpc.Running)
			if e, ok := errors.AsType[*netconf.LockedError](err); !ok || e.Own || e.Session != s.ID() {
				t.Errorf("a second lock: %v", err)
			}
			err = netconf.WithLock(ctx, s, func(context.Context) error { return nil }, rpc.Running)
			if e, ok := errors.AsType[*netconf.LockedError](err); !ok || !e.Own {
				t.Errorf("its own lock: %v", err)
			}
			_, err = rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")}.Do(ctx, s)
			return err
		}, rpc.Running, rpc.Candidate)
		if err != nil {
			t.Error(err)
		}
		if has(t, other, rpc.Candidate, group) {
			t.Error("the candidate was left dirty")
		}
		if err := netconf.WithLock(within(t), other, func(context.Context) error { return nil }, rpc.Running, rpc.Candidate); err != nil {
			t.Errorf("a lock was left: %v", err)
		}
	})
}

func TestServerEditAndCommit(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		s := dial()
		do := func(op rpc.Operation) {
			t.Helper()
			if _, err := s.Call(within(t), op); err != nil {
				t.Fatalf("%T: %v", op, err)
			}
		}
		do(rpc.EditConfig{Target: rpc.Candidate, DefaultOperation: rpc.Merge, TestOption: rpc.TestThenSet, ErrorOption: rpc.RollbackOnError, Config: edit(group, "create")})
		if has(t, s, rpc.Running, group) || !has(t, s, rpc.Candidate, group) {
			t.Error("the edit is not in the candidate alone")
		}
		do(rpc.DiscardChanges{})
		if has(t, s, rpc.Candidate, group) {
			t.Error("the edit was not discarded")
		}
		do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")})
		do(rpc.Commit{})
		if !has(t, s, rpc.Running, group) {
			t.Error("the commit did nothing")
		}
		do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group+"-3", "create")})
		do(rpc.Commit{Confirmed: true, Timeout: time.Minute, Persist: "vty"})
		do(rpc.Commit{PersistID: "vty"})
		if !has(t, s, rpc.Running, group+"-3") {
			t.Error("what was confirmed is gone")
		}
	})
}

func TestServerCancelCommit(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		s := dial()
		for i, op := range []rpc.Operation{
			rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")},
			rpc.Commit{},
			rpc.EditConfig{Target: rpc.Candidate, Config: edit(group+"-2", "create")},
			rpc.Commit{Confirmed: true, Timeout: time.Minute},
			rpc.CancelCommit{},
		} {
			if _, err := s.Call(within(t), op); err != nil {
				t.Fatalf("%T: %v", op, err)
			}
			if there := has(t, s, rpc.Running, group+"-2"); there != (i == 3) {
				t.Errorf("after %T: the group is there: %t", op, there)
			}
		}
		if !has(t, s, rpc.Running, group) {
			t.Error("what was committed before is gone")
		}
	})
}

func TestServerConfirmTimer(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		s, watcher := dial(), dial()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if _, err := (rpc.CreateSubscription{}).Do(ctx, watcher); err != nil {
			t.Fatal(err)
		}
		do := func(op rpc.Operation) {
			t.Helper()
			if _, err := s.Call(ctx, op); err != nil {
				t.Fatalf("%T: %v", op, err)
			}
		}
		do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")})
		do(rpc.Commit{})
		do(rpc.EditConfig{Target: rpc.Candidate, Config: edit(group+"-2", "create")})
		started := time.Now()
		do(rpc.Commit{Confirmed: true, Timeout: time.Second})
		for n, err := range watcher.Notifications(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			if n.Name() == "netconf-confirmed-commit" && bytes.Contains(n.Bytes(), []byte(">timeout<")) {
				break
			}
		}
		if took := time.Since(started); took < 900*time.Millisecond {
			t.Errorf("the timer took %v", took)
		}
		if has(t, s, rpc.Running, group+"-2") || !has(t, s, rpc.Running, group) {
			t.Error("the server did not go back")
		}
	})
}

func TestServerStartupAndURLs(t *testing.T) {
	onBoth(t, []string{"--with-startup=true"}, func(t *testing.T, dial dialer) {
		s := dial()
		for _, op := range []rpc.Operation{
			rpc.EditConfig{Target: rpc.Candidate, Config: edit(group, "create")},
			rpc.Commit{},
			rpc.CopyConfig{Target: rpc.Startup, Source: rpc.Running},
			rpc.CopyConfig{Target: "file:///copy.xml", Source: rpc.Running},
			rpc.Validate{Config: edit(group, "merge")},
			rpc.DeleteConfig{Target: "file:///copy.xml"},
		} {
			if _, err := s.Call(within(t), op); err != nil {
				t.Errorf("%T: %v", op, err)
			}
		}
		if !has(t, s, rpc.Startup, group) {
			t.Error("the startup datastore has not what was copied")
		}
		if _, err := (rpc.DeleteConfig{Target: rpc.Startup}).Do(within(t), s); err != nil {
			t.Error(err)
		}
	})
}

func TestServerWritableRunning(t *testing.T) {
	onBoth(t, []string{"--target=running"}, func(t *testing.T, dial dialer) {
		s := dial()
		if _, err := (rpc.EditConfig{Target: rpc.Running, Config: edit(group, "create")}).Do(within(t), s); err != nil {
			t.Fatal(err)
		}
		if !has(t, s, rpc.Running, group) {
			t.Error("the edit did nothing")
		}
		_, err := rpc.EditConfig{Target: rpc.Running, Config: edit(group, "create")}.Do(within(t), s)
		if e, ok := errors.AsType[*netconf.RPCError](err); !ok || e.Tag != rpc.DataExists {
			t.Errorf("created twice: %v", err)
		}
		_, err = rpc.Commit{}.Do(within(t), s)
		if !errors.As(err, new(*rpc.UnsupportedError)) {
			t.Errorf("commit without a candidate: %v", err)
		}
	})
}

func TestServerNMDA(t *testing.T) {
	onBoth(t, []string{"--with-nmda=true"}, func(t *testing.T, dial dialer) {
		s := dial()
		reply, err := rpc.GetData{Datastore: rpc.Operational, Filter: rpc.Subtree(`<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"/>`)}.Do(within(t), s)
		if err != nil || !bytes.Contains(reply.Bytes(), []byte("<sessions>")) {
			t.Errorf("get-data: %v", err)
		}
	})
}

func TestServerNotificationsAndKill(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		s, victim := dial(), dial()
		if _, err := (rpc.CreateSubscription{Stream: "NETCONF"}).Do(within(t), s); err != nil {
			t.Fatal(err)
		}
		// It is there for others once it was answered: each side goes on after its own hello.
		if _, err := (rpc.GetConfig{Source: rpc.Running}).Do(within(t), victim); err != nil {
			t.Fatal(err)
		}
		if _, err := (rpc.KillSession{Session: victim.ID()}).Do(within(t), s); err != nil {
			t.Fatal(err)
		}
		<-victim.Done()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for n, err := range s.Notifications(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			var v struct {
				Session uint32 `xml:"session-id"`
				Killed  uint32 `xml:"killed-by"`
				Reason  string `xml:"termination-reason"`
			}
			if n.Name() == "netconf-session-end" && n.Decode(&v) == nil && v.Session == victim.ID() {
				if v.Reason != "killed" || v.Killed != s.ID() || time.Since(n.Time).Abs() > time.Hour {
					t.Errorf("%s", n.Bytes())
				}
				return
			}
		}
	})
}

func TestServerTransaction(t *testing.T) {
	onBoth(t, nil, func(t *testing.T, dial dialer) {
		s, other := dial(), dial()
		if err := netconf.Transaction(within(t), s, netconf.Change{Edits: []rpc.EditConfig{{Config: edit(group, "create")}}}); err != nil {
			t.Fatal(err)
		}
		seen := false
		err := netconf.Transaction(within(t), s, netconf.Change{
			Edits: []rpc.EditConfig{{Config: edit(group+"-2", "create")}},
			Check: func(context.Context) error { seen = has(t, other, rpc.Running, group+"-2"); return nil },
		})
		if err != nil || !seen || !has(t, other, rpc.Running, group+"-2") || !has(t, other, rpc.Running, group) {
			t.Errorf("seen by the check: %t, %v", seen, err)
		}
		undo := errors.New("undo")
		err = netconf.Transaction(within(t), s, netconf.Change{
			Edits: []rpc.EditConfig{{Config: edit(group+"-3", "create")}},
			Check: func(context.Context) error { return undo },
		})
		if !errors.Is(err, undo) || has(t, other, rpc.Running, group+"-3") || has(t, other, rpc.Candidate, group+"-3") || !has(t, other, rpc.Running, group+"-2") {
			t.Errorf("what failed its check was not undone: %v", err)
		}
		if err := netconf.WithLock(within(t), other, func(context.Context) error { return nil }, rpc.Running, rpc.Candidate); err != nil {
			t.Errorf("a lock was left: %v", err)
		}
	})
}
