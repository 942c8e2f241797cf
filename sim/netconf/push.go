package netconf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty/netconf/rpc"
)

const hundredth = 10 * time.Millisecond

// push is what a subscription to a datastore has (RFC 8641).
type push struct {
	store     rpc.Datastore
	period    time.Duration // 0 is on change
	dampening time.Duration
	ticker    *time.Timer
	last      string // what was told last, on change
	waiting   bool   // an update is held back until the dampening is over
	quiet     time.Time
	updates   int
}

func (c *client) sub(id uint32) *subscription {
	for _, s := range c.subs {
		if s.id == id {
			return s
		}
	}
	return nil
}

// establish is establish-subscription (RFC 8639, section 2.4.2).
func (d *Device) establish(c *client, op *node) (string, *rpc.Error) {
	s := &subscription{c: c, stream: op.kid("stream") != nil}
	if s.stream && op.value("stream") != streamName {
		return "", wrong(rpc.InvalidValue, "no stream "+op.value("stream"))
	}
	if failed := d.shape(s, op); failed != nil {
		return "", failed
	}
	start, stop, failed := times(op, "replay-start-time", "stop-time")
	if failed != nil {
		return "", failed
	}
	d.lastID++
	s.id = d.lastID
	out := fmt.Sprintf(`<id xmlns="%s">%d</id>`, subscribedNS, s.id)
	earliest := d.log.created
	if d.log.aged.After(earliest) {
		earliest = d.log.aged
	}
	if !start.IsZero() && start.Before(earliest) {
		out += fmt.Sprintf(`<replay-start-time-revision xmlns="%s">%s</replay-start-time-revision>`, subscribedNS, instant(earliest))
	}
	return out, d.after(func() {
		if !start.IsZero() {
			d.replay(s, start, stop)
			s.says("replay-completed", "")
		}
		c.subs = append(c.subs, s)
		if s.push != nil {
			d.begin(s, op)
		}
		d.until(s, stop, func() {
			d.forget(s)
			s.says("subscription-completed", "")
		})
	})
}

// shape reads what is wanted of a subscription, which is left as it was where that
// fails.
func (d *Device) shape(s *subscription, op *node) *rpc.Error {
	var failed *rpc.Error
	var only filter
	if s.stream {
		if only, failed = typedFilterOf(op, "stream-subtree-filter", "stream-xpath-filter"); failed == nil {
			s.only, s.any = only, op.kid("stream-subtree-filter") == nil && op.kid("stream-xpath-filter") == nil
		}
		return failed
	}
	if only, failed = typedFilterOf(op, "datastore-subtree-filter", "datastore-xpath-filter"); failed != nil {
		return failed
	}
	p := &push{store: identity(op.value("datastore"))}
	if _, failed := d.data(p.store); failed != nil {
		return failed
	}
	switch periodic, change := op.kid("periodic"), op.kid("on-change"); {
	case periodic != nil:
		if p.period = centiseconds(periodic.value("period")); p.period <= 0 {
			return wrong(rpc.InvalidValue, "no period")
		}
	case change != nil:
		p.dampening = centiseconds(change.value("dampening-period"))
	default:
		return wrong(rpc.MissingElement, "neither periodic nor on-change")
	}
	s.only, s.push = only, p
	return nil
}

func centiseconds(text string) time.Duration {
	n, _ := strconv.ParseUint(text, 10, 31)
	return time.Duration(n) * hundredth
}

// identity is the datastore that an identity stands for.
func identity(text string) rpc.Datastore {
	return rpc.Datastore(text[strings.IndexByte(text, ':')+1:])
}

// begin starts the updates of a subscription to a datastore.
func (d *Device) begin(s *subscription, op *node) {
	p := s.push
	if p.period > 0 {
		d.tick(s, p)
		return
	}
	p.last = d.pushed(s)
	if op.kid("on-change").value("sync-on-start") != "false" {
		s.update(p.last)
	}
}

func (d *Device) tick(s *subscription, p *push) {
	s.update(d.pushed(s))
	p.ticker = time.AfterFunc(p.period, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if s.push == p && s.c.sub(s.id) == s {
			d.tick(s, p)
		}
	})
}

// pushed is what a subscription sees of its datastore.
func (d *Device) pushed(s *subscription) string {
	tree, failed := d.data(s.push.store)
	if failed != nil {
		return ""
	}
	return s.only(tree).String()
}

// update is a full update.
func (s *subscription) update(content string) {
	s.c.send(notification(now(), fmt.Sprintf(`<push-update xmlns="%s"><id>%d</id><datastore-contents>%s</datastore-contents></push-update>`, pushNS, s.id, content)))
}

// pushChanges tells those who subscribed to changes.
func (d *Device) pushChanges() {
	for _, c := range d.clients {
		for _, s := range c.subs {
			if s.push != nil && s.push.period == 0 {
				d.pushChange(s, s.push)
			}
		}
	}
}

func (d *Device) pushChange(s *subscription, p *push) {
	if p.waiting {
		return
	}
	if wait := time.Until(p.quiet); p.dampening > 0 && wait > 0 {
		p.waiting = true
		p.ticker = time.AfterFunc(wait, func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			p.waiting = false
			if s.push == p && s.c.sub(s.id) == s {
				d.pushChange(s, p)
			}
		})
		return
	}
	content := d.pushed(s)
	if content == p.last {
		return
	}
	p.last, p.quiet = content, time.Now().Add(p.dampening)
	p.updates++
	s.c.send(notification(now(), fmt.Sprintf(`<push-change-update xmlns="%s"><id>%d</id><datastore-changes><yang-patch><patch-id>%d</patch-id><edit><edit-id>1</edit-id><operation>replace</operation><target>/</target><value>%s</value></edit></yang-patch></datastore-changes></push-change-update>`, pushNS, s.id, p.updates, content)))
}

// says tells of a change in the subscription's state (RFC 8639, section 2.7).
func (s *subscription) says(what, more string) {
	s.c.send(notification(now(), fmt.Sprintf(`<%s xmlns="%s"><id>%d</id>%s</%[1]s>`, what, subscribedNS, s.id, more)))
}

// forget ends a subscription.
func (d *Device) forget(s *subscription) {
	if s.stop != nil {
		s.stop.Stop()
	}
	if s.push != nil && s.push.ticker != nil {
		s.push.ticker.Stop()
	}
	s.c.subs = slices.DeleteFunc(s.c.subs, func(other *subscription) bool { return other == s })
}

// idOf is the subscription's identifier in a request.
func idOf(op *node) uint32 {
	id, _ := strconv.ParseUint(op.value("id"), 10, 32)
	return uint32(id)
}

func noSuchSubscription() *rpc.Error {
	e := wrong(rpc.InvalidValue, "no such subscription")
	e.AppTag = "ietf-subscribed-notifications:no-such-subscription"
	return e
}

func (d *Device) modify(c *client, op *node) (string, *rpc.Error) {
	s := c.sub(idOf(op))
	if s == nil {
		return "", noSuchSubscription()
	}
	old := s.push
	if failed := d.shape(s, op); failed != nil {
		return "", failed
	}
	if old != nil && old.ticker != nil {
		old.ticker.Stop()
	}
	return ok, d.after(func() {
		s.says("subscription-modified", "")
		if s.push != nil {
			d.begin(s, op)
		}
	})
}

func (d *Device) deleteSubscription(c *client, op *node) (string, *rpc.Error) {
	s := c.sub(idOf(op))
	if s == nil {
		return "", noSuchSubscription()
	}
	d.forget(s)
	return ok, nil
}

func (d *Device) killSubscription(_ *client, op *node) (string, *rpc.Error) {
	for _, c := range d.clients {
		if s := c.sub(idOf(op)); s != nil {
			d.forget(s)
			s.says("subscription-terminated", "<reason>no-such-subscription</reason>")
			return ok, nil
		}
	}
	return "", noSuchSubscription()
}

func (d *Device) resync(c *client, op *node) (string, *rpc.Error) {
	s := c.sub(idOf(op))
	if s == nil || s.push == nil || s.push.period > 0 {
		return "", noSuchSubscription()
	}
	return ok, d.after(func() {
		s.push.last = d.pushed(s)
		s.update(s.push.last)
	})
}
