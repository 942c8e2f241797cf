package netconf

import (
	"bytes"
	"context"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/netconf/element"
)

// Notification is what a server tells unasked, once a subscription asked for it
// (RFC 5277).
type Notification struct {
	// Time is when it happened; zero where the server's time cannot be read.
	Time time.Time
	// Lost is how many notifications before this one were dropped, since the one
	// that was read before it, because nobody read them in time.
	Lost uint64
	// Uncertain is set by a Watch: notifications before this one may be missing that
	// the server could not replay after a break, and nobody knows how many.
	Uncertain bool
	// Subscription is the subscription that a YANG-Push update, or a change in a
	// subscription's state, is about (RFC 8639, RFC 8641), where HasSubscription is
	// set.
	Subscription    uint32
	HasSubscription bool

	raw   []byte
	event element.Element
}

// Bytes is the message, exactly as it came.
func (n *Notification) Bytes() []byte { return n.raw }

// Event is the event itself: the element after <eventTime>.
func (n *Notification) Event() element.Element { return n.event }

// Name is the event's name, without prefix: "netconf-config-change", for example.
func (n *Notification) Name() string { return n.event.Local() }

// Decode decodes the event as encoding/xml does.
func (n *Notification) Decode(v any) error { return n.event.Decode(v) }

// queue holds notifications until somebody reads them. When it is full the oldest
// go, and are counted: those at hand are about the present.
type queue struct {
	mu    sync.Mutex
	items []queued
	bytes int
	limit int
	gap   uint64        // dropped after the last item
	total uint64        // dropped ever
	ready chan struct{} // holds one token while there are items
}

type queued struct {
	raw  []byte
	lost uint64 // dropped right before it
}

func (q *queue) init(limit int) {
	q.limit, q.ready = limit, make(chan struct{}, 1)
}

func (q *queue) put(raw []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, queued{raw, q.gap})
	q.gap = 0
	q.bytes += len(raw)
	for len(q.items) > q.limit || q.bytes > maxNotificationBytes {
		lost := q.take().lost + 1
		q.total++
		if len(q.items) > 0 {
			q.items[0].lost += lost
		} else {
			q.gap += lost
		}
	}
	q.signal()
}

// drop counts a notification that was too large to be held.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gap++
	q.total++
}

func (q *queue) take() queued {
	first := q.items[0]
	q.items[0] = queued{}
	q.items = q.items[1:]
	q.bytes -= len(first.raw)
	return first
}

func (q *queue) signal() {
	if len(q.items) == 0 {
		return
	}
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// next takes the oldest.
func (q *queue) next() (item queued, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return queued{}, false
	}
	item = q.take()
	q.signal()
	return item, true
}

// Lost is how many notifications were dropped since the session began, because
// nobody read them in time.
func (s *Session) Lost() uint64 {
	s.notes.mu.Lock()
	defer s.notes.mu.Unlock()
	return s.notes.total
}

// Notification waits for the next notification. They come in the order in which
// the server sent them, those before the reply to their subscription too. When
// the session is over and all have been read, the error is the session's.
func (s *Session) Notification(ctx context.Context) (*Notification, error) {
	for {
		if item, ok := s.notes.next(); ok {
			n := parseNotification(item.raw)
			n.Lost = item.lost
			return n, nil
		}
		select {
		case <-s.notes.ready:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-s.over:
			// The reader puts nothing in any more; what it put in last is there by now.
			s.notes.mu.Lock()
			empty := len(s.notes.items) == 0
			s.notes.mu.Unlock()
			if empty {
				return nil, s.Err()
			}
		}
	}
}

// Notifications hands over notifications until the context or the session ends,
// which is the error that comes last.
func (s *Session) Notifications(ctx context.Context) iter.Seq2[*Notification, error] {
	return func(yield func(*Notification, error) bool) {
		for {
			n, err := s.Notification(ctx)
			if !yield(n, err) || err != nil {
				return
			}
		}
	}
}

// parseNotification reads what can be read of a notification; one that makes no
// sense is handed over all the same.
func parseNotification(raw []byte) *Notification {
	n := &Notification{raw: raw}
	text, err := element.Text(raw, element.Replace)
	if err != nil {
		return n
	}
	s := element.Scan(text, []string{"eventTime"}, []string{"*"})
	s.MaxElement = len(text)
	for {
		e, err := s.Next()
		if err != nil {
			return n
		}
		if e.Path == 1 {
			n.event = e
			n.subscription()
			return n
		}
		n.Time, _ = time.Parse(time.RFC3339Nano, innerText(e))
	}
}

// subscription finds the identifier in the notifications that carry one.
func (n *Notification) subscription() {
	switch n.Name() {
	case "push-update", "push-change-update", "subscription-started", "subscription-modified", "subscription-suspended",
		"subscription-resumed", "subscription-completed", "subscription-terminated", "replay-completed":
	default:
		return
	}
	for e, err := range element.Within(n.event.Bytes(), "id") {
		if err != nil {
			return
		}
		id, err := strconv.ParseUint(innerText(e), 10, 32)
		n.Subscription, n.HasSubscription = uint32(id), err == nil
		return
	}
}

func innerText(e element.Element) string {
	if text := e.Inner(); !bytes.ContainsAny(text, "&<") {
		return string(bytes.TrimSpace(text))
	}
	var text string
	if e.Decode(&text) != nil {
		return ""
	}
	return strings.TrimSpace(text)
}
