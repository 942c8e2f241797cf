package fleet

import (
	"context"
	"log/slog"
	"time"
)

// Option sets one thing about a run.
type Option func(*settings)

type settings struct {
	sessions    int
	perGroup    map[string]int
	perJump     int
	perDevice   int
	connections float64
	logins      float64
	failures    int // of one credential
	retries     int
	backoff     time.Duration
	repeatable  bool
	limit       time.Duration
	inactive    time.Duration
	grace       time.Duration
	canary      int
	batch       int
	tolerated   int
	drain       context.Context
	pool        Pool
	observe     []func(Event)
}

func defaults() settings {
	return settings{
		sessions: 20, perDevice: 1, failures: 3, backoff: time.Second, grace: 10 * time.Second,
		tolerated: -1, drain: context.Background(),
	}
}

// Sessions limits the hosts that are worked on at once. 20 unless stated.
func Sessions(n int) Option { return func(s *settings) { s.sessions = max(n, 1) } }

// GroupSessions limits the hosts of one group that are worked on at once.
func GroupSessions(group string, n int) Option {
	return func(s *settings) {
		if s.perGroup == nil {
			s.perGroup = map[string]int{}
		}
		s.perGroup[group] = max(n, 1)
	}
}

// JumpSessions limits the hosts behind each jump host that are worked on at once; 0
// means no limit of its own.
func JumpSessions(n int) Option { return func(s *settings) { s.perJump = n } }

// DeviceSessions limits the sessions with one device, where several hosts of a run
// have its address. 1 unless stated.
func DeviceSessions(n int) Option { return func(s *settings) { s.perDevice = max(n, 1) } }

// Connections limits new connections, in all, to so many a second; 0 means no
// limit. They are spread evenly: no burst.
func Connections(perSecond float64) Option { return func(s *settings) { s.connections = perSecond } }

// Logins limits the logins that each group of AAA servers sees to so many a second;
// 0 means no limit.
func Logins(perSecond float64) Option { return func(s *settings) { s.logins = perSecond } }

// AuthFailures is how many logins in a row one credential may fail before no more
// hosts are tried with it: their outcome is a *BreakerError. Until a login has
// succeeded, no more are under way than may still fail. 3 unless stated; 0 means no
// limit.
func AuthFailures(n int) Option { return func(s *settings) { s.failures = n } }

// Retries is how often a host is tried again whose failure is SafeToRetry and may
// pass. Before each further attempt stands a pause between half of and the whole
// of backoff, which doubles each time; 0 means a second. A host that pauses holds
// no slot.
func Retries(n int, backoff time.Duration) Option {
	return func(s *settings) {
		s.retries = n
		if backoff > 0 {
			s.backoff = backoff
		}
	}
}

// Repeatable says that the task may be repeated from its beginning, whatever it has
// done: it only reads. Sessions that are lost in the middle are then tried again
// too.
func Repeatable() Option { return func(s *settings) { s.repeatable = true } }

// HostLimit bounds one attempt at a host, waiting for its turn not counted. 0 means
// no limit.
func HostLimit(d time.Duration) Option { return func(s *settings) { s.limit = d } }

// Inactivity bounds how long no byte may come or go while a session is open. 0
// means no limit.
func Inactivity(d time.Duration) Option { return func(s *settings) { s.inactive = d } }

// Grace is how long a task may go on once its context has ended; after that its
// session is closed under it, and after as long again its goroutine is left to
// itself and its slot given on. 10 s unless stated.
func Grace(d time.Duration) Option { return func(s *settings) { s.grace = d } }

// Canary does the first n hosts before all others. If one of them fails, no more
// are begun.
func Canary(n int) Option { return func(s *settings) { s.canary = n } }

// Batch does the hosts n at a time: the next n begin when the last of those before
// has ended. 0 means all in one.
func Batch(n int) Option { return func(s *settings) { s.batch = n } }

// Tolerate stops the run once more than n hosts have failed: no more are begun.
// Without it, or with a negative n, no number of failures does.
func Tolerate(n int) Option { return func(s *settings) { s.tolerated = n } }

// Drain begins no more hosts once ctx has ended, whose cause is then part of their
// error; those that run go on.
func Drain(ctx context.Context) Option { return func(s *settings) { s.drain = ctx } }

// Observe hears of every event, on the goroutine that it happens on: it must be
// quick, and safe for concurrent use.
func Observe(hear func(Event)) Option {
	return func(s *settings) { s.observe = append(s.observe, hear) }
}

// Log writes the events to a logger: failures as warnings, the others as debug
// messages.
func Log(l *slog.Logger) Option {
	return Observe(func(e Event) {
		level := slog.LevelDebug
		if e.Err != nil {
			level = slog.LevelWarn
		}
		attrs := []slog.Attr{slog.String("host", e.Host.Name), slog.Int("attempt", e.Attempt), slog.Duration("elapsed", e.Elapsed)}
		if e.Reused {
			attrs = append(attrs, slog.Bool("reused", true))
		}
		if e.Err != nil {
			attrs = append(attrs, slog.Any("error", e.Err))
		}
		l.LogAttrs(context.Background(), level, string(e.Kind), attrs...)
	})
}

// Event is something that happened to a host.
type Event struct {
	Kind    Kind
	Host    *Host
	Attempt int           // from 1; 0 where none was made
	Elapsed time.Duration // of what ended
	Err     error
	Reused  bool // of Connected: the session was waiting in a pool
}

// Kind is the kind of an Event.
type Kind string

// The kinds.
const (
	Started   Kind = "started"   // an attempt begins
	Connected Kind = "connected" // a session is open, or Err says why not
	Ended     Kind = "ended"     // the last attempt ended
	Retrying  Kind = "retrying"  // an attempt failed with Err, and there will be another
	Skipped   Kind = "skipped"   // the host is not begun, for the reason Err
)
