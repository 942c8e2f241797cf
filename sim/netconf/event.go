package netconf

import (
	"fmt"
	"time"

	"github.com/vtynet/vty/netconf/rpc"
)

const (
	notificationNS = "urn:ietf:params:xml:ns:netconf:notification:1.0"
	netmodNS       = "urn:ietf:params:xml:ns:netmod:notification"
	eventsNS       = "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"
	defaultLogSize = 1000
	streamName     = "NETCONF"
)

// event is what happened, as it is kept for replay.
type event struct {
	at   time.Time
	body string
	tree *node // body, parsed when a filter first wants it
}

func (e *event) message() string { return notification(e.at, e.body) }

func notification(at time.Time, body string) string {
	return `<notification xmlns="` + notificationNS + `"><eventTime>` + instant(at) + `</eventTime>` + body + `</notification>`
}

func instant(t time.Time) string { return t.Format(time.RFC3339Nano) }

// eventLog keeps the last events.
type eventLog struct {
	size    int
	created time.Time
	aged    time.Time // when the last one was that is no longer kept
	events  []*event
}

func (l *eventLog) init(size int) {
	if size == 0 {
		size = defaultLogSize
	}
	*l = eventLog{size: size, created: now()}
}

func (l *eventLog) add(e *event) {
	l.events = append(l.events, e)
	if len(l.events) > l.size {
		l.aged = l.events[0].at
		l.events = l.events[1:]
	}
}

// Notify tells all who have subscribed to the stream NETCONF of events, each an
// element, in order.
func (d *Device) Notify(events ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := now()
	made := make([]*event, len(events))
	for i, body := range events {
		made[i] = &event{at: at, body: body}
		d.log.add(made[i])
	}
	d.tell(made)
}

// event is Notify of one event, with the device's lock held.
func (d *Device) event(body string) {
	e := &event{at: now(), body: body}
	d.log.add(e)
	d.tell([]*event{e})
}

func (d *Device) tell(events []*event) {
	for _, c := range d.clients {
		if c.events != nil {
			c.events.tell(events)
		}
		for _, s := range c.subs {
			if s.stream {
				s.tell(events)
			}
		}
	}
}

// subscription is a client's.
type subscription struct {
	c      *client
	id     uint32 // 0 of create-subscription
	only   filter
	any    bool // there is no filter
	stream bool // of events; of a datastore otherwise
	stop   *time.Timer
	push   *push
}

// tell sends those of the events that the filter selects.
func (s *subscription) tell(events []*event) {
	messages := make([]string, 0, len(events))
	for _, e := range events {
		if s.wants(e) {
			messages = append(messages, e.message())
		}
	}
	if len(messages) > 0 {
		s.c.send(messages...)
	}
}

func (s *subscription) wants(e *event) bool {
	if s.any {
		return true
	}
	if e.tree == nil {
		tree, err := parse([]byte(e.body))
		if err != nil {
			return true
		}
		e.tree = tree
	}
	return len(s.only(e.tree).kids) > 0
}

// replay sends what is kept since start.
func (d *Device) replay(s *subscription, start, stop time.Time) {
	var kept []*event
	for _, e := range d.log.events {
		if !e.at.Before(start) && (stop.IsZero() || e.at.Before(stop)) {
			kept = append(kept, e)
		}
	}
	s.tell(kept)
}

// createSubscription is RFC 5277's.
func (d *Device) createSubscription(c *client, op *node) (string, *rpc.Error) {
	if c.events != nil {
		return "", wrong(rpc.OperationFailed, "this session has a subscription")
	}
	if name := op.value("stream"); name != "" && name != streamName {
		return "", wrong(rpc.InvalidValue, "no stream "+name)
	}
	only, failed := filterOf(op)
	if failed != nil {
		return "", failed
	}
	start, stop, failed := times(op, "startTime", "stopTime")
	if failed != nil {
		return "", failed
	}
	s := &subscription{c: c, only: only, any: op.kid("filter") == nil, stream: true}
	return ok, d.after(func() {
		if !start.IsZero() {
			d.replay(s, start, stop)
			c.send(notification(now(), `<replayComplete xmlns="`+netmodNS+`"/>`))
		}
		c.events = s
		d.until(s, stop, func() {
			c.events = nil
			c.send(notification(now(), `<notificationComplete xmlns="`+netmodNS+`"/>`))
		})
	})
}

// until ends a subscription at its stop time.
func (d *Device) until(s *subscription, stop time.Time, end func()) {
	if stop.IsZero() {
		return
	}
	s.stop = time.AfterFunc(time.Until(stop), func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if s.c.events == s || s.c.sub(s.id) == s {
			end()
		}
	})
}

func times(op *node, startName, stopName string) (start, stop time.Time, failed *rpc.Error) {
	for name, at := range map[string]*time.Time{startName: &start, stopName: &stop} {
		text := op.value(name)
		if text == "" {
			continue
		}
		var err error
		if *at, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return start, stop, wrong(rpc.BadElement, name+": "+text)
		}
	}
	if start.After(now()) {
		return start, stop, wrong(rpc.BadElement, startName+" lies in the future")
	}
	return start, stop, nil
}

// streams is what the device says of its streams.
func (d *Device) streams() string {
	l := &d.log
	aged := ""
	if !l.aged.IsZero() {
		aged = "<replayLogAgedTime>" + instant(l.aged) + "</replayLogAgedTime>"
	}
	return fmt.Sprintf(`<netconf xmlns="%s"><streams><stream><name>%s</name><description>events of the device</description><replaySupport>true</replaySupport><replayLogCreationTime>%s</replayLogCreationTime>%s</stream></streams></netconf>`, netmodNS, streamName, instant(l.created), aged)
}
