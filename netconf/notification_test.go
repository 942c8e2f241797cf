package netconf_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/netconftest"
	"github.com/vtynet/vty/netconf/rpc"
)

func note(i int) string {
	return fmt.Sprintf(`<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><eventTime>2026-05-04T12:00:00.5Z</eventTime><tick xmlns="urn:t"><n>%d</n></tick></notification>`, i)
}

// ticker sends n notifications, the first before the reply, with a sentinel
// operation's answer after the last.
func ticker(n int) netconftest.HandlerFunc {
	return func(s *netconftest.Session, r *netconftest.Request) {
		if r.Name != "subscribe" {
			_ = s.Reply(r, "<ok/>")
			return
		}
		_ = s.Send(note(0))
		_ = s.Reply(r, "<ok/>")
		var batch []byte
		for i := 1; i < n; i++ {
			batch, _ = framing.Append(batch, s.Version, []byte(note(i)))
			if len(batch) > 32<<10 || i == n-1 {
				if s.Write(batch) != nil {
					return
				}
				batch = batch[:0]
			}
		}
	}
}

func number(t testing.TB, n *netconf.Notification) int {
	t.Helper()
	var v struct {
		N int `xml:"urn:t n"`
	}
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v.N
}

func TestNotificationsInOrder(t *testing.T) {
	const n = 5_000
	s := open(t, &netconftest.Server{Handler: ticker(n)}, nil)
	if _, err := rpc.Raw("<subscribe/>").Do(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	i := 0
	for note, err := range s.Notifications(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if got := number(t, note); got != i || note.Lost != 0 || note.Name() != "tick" || !note.Time.Equal(time.Date(2026, 5, 4, 12, 0, 0, 5e8, time.UTC)) {
			t.Fatalf("%d is %d, lost %d: %s", i, got, note.Lost, note.Bytes())
		}
		if i++; i == n {
			break
		}
	}
	if s.Lost() != 0 {
		t.Errorf("%d lost", s.Lost())
	}
}

func TestDroppedNotificationsAreCounted(t *testing.T) {
	const n, room = 1000, 10
	s := open(t, &netconftest.Server{Handler: ticker(n)}, &netconf.Config{MaxNotifications: room})
	if _, err := rpc.Raw("<subscribe/>").Do(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	// The answer to this comes after the last notification.
	if _, err := rpc.Raw("<other/>").Do(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for i := n - room; i < n; i++ {
		note, err := s.Notification(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lost := uint64(0)
		if i == n-room {
			lost = n - room
		}
		if number(t, note) != i || note.Lost != lost {
			t.Errorf("%d is %d, lost %d", i, number(t, note), note.Lost)
		}
	}
	if s.Lost() != n-room {
		t.Errorf("%d lost", s.Lost())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.Notification(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestNotificationsOutliveTheSession(t *testing.T) {
	server := &netconftest.Server{Handler: netconftest.HandlerFunc(func(s *netconftest.Session, _ *netconftest.Request) {
		_ = s.Send(note(0))
		_ = s.Send("<notification><nonsense")
		_ = s.Send(`<notification><eventTime>x</eventTime><push-update xmlns="urn:p"><id> 7 </id></push-update></notification>`)
		s.Close()
	})}
	s := open(t, server, nil)
	_, _ = rpc.Get{}.Do(t.Context(), s)
	<-s.Done()
	var got []*netconf.Notification
	var last error
	for n, err := range s.Notifications(t.Context()) {
		if last = err; err == nil {
			got = append(got, n)
		}
	}
	if !errors.Is(last, netconf.ErrClosed) || len(got) != 3 {
		t.Fatalf("%d, then %v", len(got), last)
	}
	if got[1].Name() != "" || got[2].Subscription != 7 || !got[2].HasSubscription || !got[2].Time.IsZero() || got[0].HasSubscription {
		t.Errorf("%+v", got)
	}
}

func BenchmarkNotifications(b *testing.B) {
	s := open(b, &netconftest.Server{Handler: ticker(b.N)}, &netconf.Config{MaxNotifications: b.N + 1})
	if _, err := rpc.Raw("<subscribe/>").Do(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if _, err := s.Notification(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notifications/s")
}
