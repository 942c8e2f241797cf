package rpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// CreateSubscription asks for notifications (RFC 5277, section 2.1.1). A session
// can have one such subscription, and without the :interleave capability no other
// operation but close-session is allowed as long as it lasts.
type CreateSubscription struct {
	Stream string // "" is NETCONF
	Filter Filter
	// Start asks for what was kept since then, first; Stop ends the subscription.
	Start, Stop time.Time
}

// Request implements Operation.
func (o CreateSubscription) Request() (*Request, error) {
	b := begin("create-subscription", notificationNS)
	b.need(Need{Use: "notifications", AnyOf: []string{NotificationCap}})
	b.leaf("stream", o.Stream)
	b.filter(o.Filter)
	if !o.Stop.IsZero() && o.Start.IsZero() {
		b.fail(errors.New("a stop time without a start time"))
	}
	b.instant("startTime", o.Start)
	b.instant("stopTime", o.Stop)
	return b.request()
}

// Do sends the operation.
func (o CreateSubscription) Do(ctx context.Context, s Session) (*Reply, error) {
	return s.Call(ctx, o)
}

// Periodic asks for updates in a rhythm (RFC 8641).
type Periodic struct {
	Period time.Duration // in hundredths of a second
	Anchor time.Time     // a moment of the rhythm; zero is any
}

// OnChange asks for updates when something changes (RFC 8641).
type OnChange struct {
	Dampening time.Duration // least time between updates, in hundredths of a second
	NoSync    bool          // leaves out the full update at the start
	// Exclude are kinds of change that do not count: "create", "delete", "insert",
	// "move", "replace".
	Exclude []string
}

// EstablishSubscription asks for notifications (RFC 8639, section 2.4.2), or for
// updates of a datastore (YANG-Push, RFC 8641). A session can have many.
type EstablishSubscription struct {
	// Stream is a stream of events: "NETCONF", for example. It and Datastore exclude
	// each other.
	Stream    string
	Datastore Datastore
	Filter    Filter
	Periodic  *Periodic // of a Datastore: this or OnChange
	OnChange  *OnChange
	Replay    time.Time // of a Stream: asks for what was kept since then, first
	Stop      time.Time
	Encoding  string // such as "encode-xml"; "" leaves it to the server
}

// Request implements Operation.
func (o EstablishSubscription) Request() (*Request, error) {
	b := begin("establish-subscription", subscribedNS)
	b.need(needModule("subscriptions", subscribedNS))
	if (o.Stream == "") == (o.Datastore == "") {
		b.fail(errors.New("want a stream or a datastore, and not both"))
	}
	b.leaf("stream", o.Stream)
	if o.Stream != "" {
		b.typed(o.Filter, "stream-subtree-filter", "stream-xpath-filter")
		b.instant("replay-start-time", o.Replay)
	} else {
		b.pushed(o.Datastore, o.Filter)
	}
	b.instant("stop-time", o.Stop)
	b.leaf("encoding", o.Encoding)
	b.triggers(o.Stream, o.Periodic, o.OnChange)
	return b.request()
}

// pushed writes what of which datastore is to be pushed.
func (b *builder) pushed(d Datastore, f Filter) {
	b.need(needModule("YANG-Push", pushNS))
	name := string(d)
	if !strings.Contains(name, ":") {
		name = "ds:" + name
	}
	b.leaf("yp:datastore", name, "xmlns:yp", pushNS, "xmlns:ds", datastoresNS)
	switch {
	case !f.set:
	case f.xpath != "":
		b.leaf("yp:datastore-xpath-filter", f.xpath, append([]string{"xmlns:yp", pushNS}, f.attrs()...)...)
	default:
		b.start("yp:datastore-subtree-filter", "xmlns:yp", pushNS)
		b.raw("filter", f.subtree)
		b.end()
	}
}

func (b *builder) triggers(stream string, p *Periodic, c *OnChange) {
	switch {
	case stream != "" && (p != nil || c != nil):
		b.fail(errors.New("a stream is neither periodic nor on change"))
	case p != nil && c != nil:
		b.fail(errors.New("both periodic and on change"))
	case p != nil:
		b.start("yp:periodic", "xmlns:yp", pushNS)
		if p.Period <= 0 {
			b.fail(errors.New("no period"))
		}
		b.centiseconds("yp:period", p.Period)
		b.instant("yp:anchor-time", p.Anchor)
		b.end()
	case c != nil:
		b.start("yp:on-change", "xmlns:yp", pushNS)
		if c.Dampening > 0 {
			b.centiseconds("yp:dampening-period", c.Dampening)
		}
		if c.NoSync {
			b.leaf("yp:sync-on-start", "false")
		}
		for _, change := range c.Exclude {
			b.leaf("yp:excluded-change", change)
		}
		b.end()
	}
}

func (b *builder) centiseconds(name string, d time.Duration) {
	const hundredth = 10 * time.Millisecond
	if d%hundredth != 0 {
		b.fail(fmt.Errorf("%v is not a number of hundredths of a second", d))
	}
	b.number(name, uint64(d/hundredth))
}

// Do sends the operation and returns the subscription's identifier, which its
// notifications carry.
func (o EstablishSubscription) Do(ctx context.Context, s Session) (uint32, error) {
	reply, err := s.Call(ctx, o)
	if err != nil {
		return 0, err
	}
	var v struct {
		ID string `xml:"id"`
	}
	if err := reply.Decode(&v); err != nil {
		return 0, err
	}
	id, err := strconv.ParseUint(strings.TrimSpace(v.ID), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("establish-subscription: the reply has no id: %w", err)
	}
	return uint32(id), nil
}

// ModifySubscription changes a subscription of this session's (RFC 8639, section
// 2.4.3). What it does not set is set to the default.
type ModifySubscription struct {
	ID        uint32
	Datastore Datastore // of a subscription to a datastore, its own
	Filter    Filter
	Periodic  *Periodic
	OnChange  *OnChange
	Stop      time.Time
}

// Request implements Operation.
func (o ModifySubscription) Request() (*Request, error) {
	b := begin("modify-subscription", subscribedNS)
	b.need(needModule("subscriptions", subscribedNS))
	b.number("id", uint64(o.ID))
	stream := ""
	if o.Datastore != "" {
		b.pushed(o.Datastore, o.Filter)
	} else {
		stream = "any"
		b.typed(o.Filter, "stream-subtree-filter", "stream-xpath-filter")
	}
	b.instant("stop-time", o.Stop)
	b.triggers(stream, o.Periodic, o.OnChange)
	return b.request()
}

// Do sends the operation.
func (o ModifySubscription) Do(ctx context.Context, s Session) (*Reply, error) {
	return s.Call(ctx, o)
}

// DeleteSubscription ends a subscription of this session's (RFC 8639, section
// 2.4.4).
type DeleteSubscription struct{ ID uint32 }

// Request implements Operation.
func (o DeleteSubscription) Request() (*Request, error) {
	b := begin("delete-subscription", subscribedNS)
	b.need(needModule("subscriptions", subscribedNS))
	b.number("id", uint64(o.ID))
	return b.request()
}

// Do sends the operation.
func (o DeleteSubscription) Do(ctx context.Context, s Session) (*Reply, error) {
	return s.Call(ctx, o)
}

// KillSubscription ends anybody's subscription (RFC 8639, section 2.4.5).
type KillSubscription struct{ ID uint32 }

// Request implements Operation.
func (o KillSubscription) Request() (*Request, error) {
	b := begin("kill-subscription", subscribedNS)
	b.need(needModule("subscriptions", subscribedNS))
	b.number("id", uint64(o.ID))
	return b.request()
}

// Do sends the operation.
func (o KillSubscription) Do(ctx context.Context, s Session) (*Reply, error) {
	return s.Call(ctx, o)
}

// ResyncSubscription asks for a full update of an on-change subscription (RFC
// 8641, section 4.3.1).
type ResyncSubscription struct{ ID uint32 }

// Request implements Operation.
func (o ResyncSubscription) Request() (*Request, error) {
	b := begin("resync-subscription", pushNS)
	b.need(needModule("YANG-Push", pushNS))
	b.number("id", uint64(o.ID))
	return b.request()
}

// Do sends the operation.
func (o ResyncSubscription) Do(ctx context.Context, s Session) (*Reply, error) {
	return s.Call(ctx, o)
}
