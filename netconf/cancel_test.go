package netconf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
	"github.com/vtynet/vty/transport"
)

// tripwire calls trip right before or after one of the operations is written to the
// server.
type tripwire struct {
	transport.Conn

	mu     sync.Mutex
	left   int // operations until then
	before bool
	trip   context.CancelFunc // nil once it was called
}

func (w *tripwire) set(operations int, before bool, trip context.CancelFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left, w.before, w.trip = operations, before, trip
}

// sprung tells that the wire was touched, and takes it away.
func (w *tripwire) sprung() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	still := w.trip != nil
	w.trip = nil
	return !still
}

func (w *tripwire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left -= bytes.Count(p, []byte("</rpc>"))
	touched := w.trip != nil && w.left <= 0
	trip := w.trip
	if touched {
		w.trip = nil
	}
	if touched && w.before {
		trip()
	}
	n, err := w.Conn.Write(p)
	if touched && !w.before {
		trip()
	}
	return n, err
}

// TestServerCancelledAnywhere ends the context of a transaction at each of its
// operations, right before it is written and right after. The session lives on, and
// each time nothing is locked, the candidate is what running is, and the change was
// made or not, as the error says.
func TestServerCancelledAnywhere(t *testing.T) {
	for _, change := range []struct {
		name  string
		check func(context.Context) error
	}{
		{"confirmed", func(context.Context) error { return nil }},
		{"unchecked", nil},
		{"undone", func(context.Context) error { return errUndo }},
	} {
		t.Run(change.name, func(t *testing.T) {
			onBoth(t, nil, func(t *testing.T, dial dialer) {
				wire := &tripwire{}
				s := dial(func(c transport.Conn) transport.Conn { wire.Conn = c; return wire })
				other := dial()
				operations := 0
				for sprung := true; sprung; operations++ {
					for _, before := range []bool{true, false} {
						name := fmt.Sprintf("%s-%d-%t", group, operations+1, before)
						ctx, cancel := context.WithCancel(within(t))
						wire.set(operations+1, before, cancel)
						err := netconf.Transaction(ctx, s, netconf.Change{Edits: []rpc.EditConfig{{Config: edit(name, "create")}}, Check: change.check})
						cancel()
						sprung = wire.sprung()
						what := fmt.Sprintf("operation %d, before it %t: %v", operations+1, before, err)
						if s.Err() != nil {
							t.Fatalf("%s: %v", what, s.Err())
						}
						if made := has(t, other, rpc.Running, name); made != (err == nil) {
							t.Errorf("%s: the change was made: %t", what, made)
						}
						if has(t, other, rpc.Candidate, name) != (err == nil) {
							t.Errorf("%s: the candidate is not what running is", what)
						}
						if err := netconf.WithLock(within(t), other, func(context.Context) error { return nil }, rpc.Running, rpc.Candidate); err != nil {
							t.Errorf("%s: a lock was left: %v", what, err)
						}
						if !sprung && (err != nil) != (change.name == "undone") {
							t.Errorf("not cancelled: %v", err)
						}
					}
				}
				if operations < 8 {
					t.Errorf("cancelled at %d operations only", operations-1)
				}
			})
		})
	}
}

var errUndo = errors.New("undo")
