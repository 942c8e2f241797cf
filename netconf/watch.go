package netconf

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"time"

	"github.com/vtynet/vty/netconf/rpc"
)

// Watch is a subscription that outlives its sessions: where one breaks, another is
// begun, subscribed anew, and what happened in between is replayed.
type Watch struct {
	// Dial begins a session. It is called again after a break.
	Dial func(context.Context) (*Session, error)
	// Subscription is what to subscribe to (RFC 5277); the zero one is all of the stream
	// NETCONF.
	Subscription rpc.CreateSubscription
	// Establish, where not nil, is subscribed to instead (RFC 8639). A subscription to
	// a datastore is not replayed: the server begins it with a full update.
	Establish *rpc.EstablishSubscription
	// Pause is the time before the second attempt to reach the server again; it
	// doubles up to a minute. 0 is 1 s.
	Pause time.Duration
}

const longestPause = time.Minute

// Notifications hands over notifications, each once and in order, until the context
// ends, the server refuses the subscription, or it says that the subscription's stop
// time has come, after which there is no error. Only the first attempt to reach the
// server may fail; later ones are repeated.
//
// A notification whose Uncertain is set is the first after a break about which the
// server cannot tell all: it has no replay, or keeps too little, or has restarted.
func (w *Watch) Notifications(ctx context.Context) iter.Seq2[*Notification, error] {
	return func(yield func(*Notification, error) bool) {
		at := &watched{w: w, yield: yield}
		pause := time.Duration(0)
		for {
			heard, err := at.session(ctx)
			switch {
			case at.over:
				return
			case ctx.Err() != nil:
				yield(nil, context.Cause(ctx))
				return
			case !at.begun || refused(err) || errors.As(err, new(*rpc.UnsupportedError)):
				yield(nil, err)
				return
			}
			if heard {
				pause = 0
			}
			wait := time.NewTimer(pause)
			select {
			case <-wait.C:
			case <-ctx.Done():
				wait.Stop()
			}
			pause = min(max(2*pause, cmp.Or(w.Pause, time.Second)), longestPause)
		}
	}
}

// watched is how far a Watch has come.
type watched struct {
	w     *Watch
	yield func(*Notification, error) bool
	begun bool // there was a subscription
	over  bool

	// last is when the latest notification was that was handed over, and same are those
	// of that moment: a replay begins with them.
	last time.Time
	same map[string]int

	uncertain bool
	replaying bool           // what comes may have been handed over
	again     map[string]int // what of same the replay has not shown yet
}

// session is one session of a Watch. It tells whether the subscription was made, and
// why it has ended.
func (at *watched) session(ctx context.Context) (subscribed bool, err error) {
	s, err := at.w.Dial(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = s.Close() }()
	if err := at.subscribe(ctx, s); err != nil {
		return false, err
	}
	at.begun = true
	for n, err := range s.Notifications(ctx) {
		if err != nil {
			return true, err
		}
		if at.take(n); at.over {
			break
		}
	}
	return true, nil
}

// subscribe subscribes, with a replay after a break.
func (at *watched) subscribe(ctx context.Context, s *Session) error {
	op, start := at.operation()
	if start.IsZero() {
		at.uncertain = at.begun && !at.pushed()
		_, err := s.Call(ctx, op)
		return err
	}
	kept := at.w.Establish != nil || keptSince(ctx, s, at.w.Subscription.Stream, start)
	reply, err := s.Call(ctx, op)
	if refused(err) {
		// No replay, perhaps: what comes from now on is better than nothing.
		at.last = time.Time{}
		return at.subscribe(ctx, s)
	}
	if err != nil {
		return err
	}
	if at.w.Establish != nil {
		for range reply.Elements("replay-start-time-revision") {
			kept = false
		}
	}
	at.uncertain = at.uncertain || !kept
	at.replaying, at.again = true, at.same
	at.same = make(map[string]int)
	for event, n := range at.again {
		at.same[event] = n
	}
	return nil
}

func (at *watched) pushed() bool { return at.w.Establish != nil && at.w.Establish.Stream == "" }

// operation is what subscribes, and from when on it replays after a break.
func (at *watched) operation() (op rpc.Operation, start time.Time) {
	if at.w.Establish == nil {
		o := at.w.Subscription
		if at.begun && !at.last.IsZero() {
			o.Start, start = at.last, at.last
		}
		return o, start
	}
	o := *at.w.Establish
	if at.begun && !at.last.IsZero() && !at.pushed() {
		o.Replay, start = at.last, at.last
	}
	return o, start
}

// take hands a notification over, unless that was done before.
func (at *watched) take(n *Notification) {
	event := string(n.event.Bytes())
	switch {
	case n.Name() == "replayComplete" || n.Name() == "replay-completed":
		if at.replaying {
			at.replaying = false
			return
		}
	case n.Name() == "notificationComplete" || n.Name() == "subscription-completed":
		at.over = true
		return
	case at.replaying && n.Time.Before(at.last) && !n.Time.IsZero():
		return // older than what was asked for
	case at.replaying && n.Time.Equal(at.last) && at.again[event] > 0:
		at.again[event]--
		return
	case n.Time.After(at.last):
		at.last, at.same = n.Time, map[string]int{event: 1}
		at.again = nil
	case n.Time.Equal(at.last):
		at.same[event]++
	}
	n.Uncertain, at.uncertain = at.uncertain, false
	at.over = !at.yield(n, nil)
}

// keptSince tells whether the server's log has all of a stream since start (RFC 5277,
// section 3.2.5.1). The log must reach back beyond start; one that says nothing of
// itself is not trusted.
func keptSince(ctx context.Context, s *Session, stream string, start time.Time) bool {
	reply, err := rpc.Get{Filter: rpc.Subtree(`<netconf xmlns="urn:ietf:params:xml:ns:netmod:notification"><streams/></netconf>`)}.Do(ctx, s)
	if err != nil {
		return false
	}
	var v struct {
		Streams []struct {
			Name    string    `xml:"name"`
			Replay  string    `xml:"replaySupport"`
			Created time.Time `xml:"replayLogCreationTime"`
			Aged    time.Time `xml:"replayLogAgedTime"`
		} `xml:"netconf>streams>stream"`
	}
	if reply.Decode(&v) != nil {
		return false
	}
	for _, one := range v.Streams {
		if one.Name == cmp.Or(stream, "NETCONF") {
			return one.Replay == "true" && !one.Created.IsZero() && !one.Created.After(start) && one.Aged.Before(start)
		}
	}
	return false
}
