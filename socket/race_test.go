package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

const never = time.Hour

var (
	refused     = syscall.ECONNREFUSED
	unreachable = syscall.EHOSTUNREACH
)

// Every rule of RFC 8305 by the clock: who is dialled when, who wins, and how
// long it took. At the end no connection but the winner's is open, and no dial
// function still runs.
func TestRace(t *testing.T) {
	four := "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2"
	for _, test := range []struct {
		name    string
		addrs   string
		answers map[string]answer
		opts    Options
		dialled string
		winner  string // empty for none
		elapsed time.Duration
		text    string // of the error
	}{
		{
			name: "the first answers at once", addrs: four,
			dialled: "2001:db8::1@0s", winner: "2001:db8::1",
		},
		{
			name: "the first is slow but wins", addrs: four,
			answers: map[string]answer{
				"2001:db8::1": {after: 400 * time.Millisecond},
				"192.0.2.1":   {after: 200 * time.Millisecond},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@250ms", winner: "2001:db8::1", elapsed: 400 * time.Millisecond,
		},
		{
			name: "a black hole costs one stagger", addrs: four,
			answers: map[string]answer{"2001:db8::1": {after: never}},
			dialled: "2001:db8::1@0s 192.0.2.1@250ms", winner: "192.0.2.1", elapsed: 250 * time.Millisecond,
		},
		{
			name: "a failure starts the next at once", addrs: four,
			answers: map[string]answer{
				"2001:db8::1": {after: 30 * time.Millisecond, err: refused},
				"192.0.2.1":   {after: 40 * time.Millisecond, err: refused},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@30ms 2001:db8::2@70ms", winner: "2001:db8::2", elapsed: 70 * time.Millisecond,
		},
		{
			name: "after a failure the stagger counts anew", addrs: four,
			answers: map[string]answer{
				"2001:db8::1": {after: 100 * time.Millisecond, err: refused},
				"192.0.2.1":   {after: never},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@100ms 2001:db8::2@350ms", winner: "2001:db8::2", elapsed: 350 * time.Millisecond,
		},
		{
			name: "all silent but the last", addrs: four,
			answers: map[string]answer{"2001:db8::1": {after: never}, "192.0.2.1": {after: never}, "2001:db8::2": {after: never}},
			dialled: "2001:db8::1@0s 192.0.2.1@250ms 2001:db8::2@500ms 192.0.2.2@750ms",
			winner:  "192.0.2.2", elapsed: 750 * time.Millisecond,
		},
		{
			name: "in a race nobody is cut short", addrs: four,
			answers: map[string]answer{
				"2001:db8::1": {after: 29 * time.Second}, "192.0.2.1": {after: never},
				"2001:db8::2": {after: never}, "192.0.2.2": {after: never},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@250ms 2001:db8::2@500ms 192.0.2.2@750ms",
			winner:  "2001:db8::1", elapsed: 29 * time.Second,
		},
		{
			name: "another stagger", addrs: four, opts: Options{Stagger: time.Second},
			answers: map[string]answer{"2001:db8::1": {after: never}},
			dialled: "2001:db8::1@0s 192.0.2.1@1s", winner: "192.0.2.1", elapsed: time.Second,
		},
		{
			name: "no stagger under 10 ms", addrs: four, opts: Options{Stagger: time.Nanosecond},
			answers: map[string]answer{"2001:db8::1": {after: never}},
			dialled: "2001:db8::1@0s 192.0.2.1@10ms", winner: "192.0.2.1", elapsed: 10 * time.Millisecond,
		},
		{
			name: "two answer at the same instant", addrs: "192.0.2.1 192.0.2.2",
			answers: map[string]answer{
				"192.0.2.1": {after: 300 * time.Millisecond},
				"192.0.2.2": {after: 50 * time.Millisecond},
			},
			dialled: "192.0.2.1@0s 192.0.2.2@250ms", winner: "192.0.2.", elapsed: 300 * time.Millisecond,
		},
		{
			name: "a loser that minds no context", addrs: "192.0.2.1 192.0.2.2",
			answers: map[string]answer{"192.0.2.1": {after: time.Second, deaf: true}},
			dialled: "192.0.2.1@0s 192.0.2.2@250ms", winner: "192.0.2.2", elapsed: 250*time.Millisecond + grace,
		},
		{
			name: "all fail", addrs: four,
			answers: map[string]answer{
				"2001:db8::1": {err: refused}, "192.0.2.1": {err: unreachable},
				"2001:db8::2": {err: refused}, "192.0.2.2": {after: time.Second, err: errOdd},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@0s 2001:db8::2@0s 192.0.2.2@0s", elapsed: time.Second,
			text: "open r1:22: none of 4 addresses answered in 1s: connection refused: 2001:db8::1, 2001:db8::2; " +
				"no route to host: 192.0.2.1; the cable is on fire: 192.0.2.2",
		},
		{
			name: "attempt limit", addrs: four, opts: Options{AttemptTimeout: 600 * time.Millisecond},
			answers: map[string]answer{
				"2001:db8::1": {after: never}, "192.0.2.1": {after: never},
				"2001:db8::2": {after: never}, "192.0.2.2": {after: never},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@250ms 2001:db8::2@500ms 192.0.2.2@600ms", elapsed: 1200 * time.Millisecond,
			text: "open r1:22: none of 4 addresses answered in 1.2s: " +
				"no answer within the attempt limit of 600ms: 2001:db8::1, 192.0.2.1, 2001:db8::2, 192.0.2.2",
		},
		{
			name: "total limit", addrs: four, opts: Options{Timeout: 600 * time.Millisecond},
			answers: map[string]answer{
				"2001:db8::1": {after: never}, "192.0.2.1": {after: 10 * time.Millisecond, err: refused},
				"2001:db8::2": {after: never}, "192.0.2.2": {after: never},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@250ms 2001:db8::2@260ms 192.0.2.2@510ms", elapsed: 600 * time.Millisecond,
			text: "open r1:22: none of 4 addresses answered in 600ms: " +
				"no answer within the total limit of 600ms: 2001:db8::1, 2001:db8::2, 192.0.2.2; connection refused: 192.0.2.1",
		},
		{
			name: "sequential", addrs: four, opts: Options{Sequential: true},
			answers: map[string]answer{
				"2001:db8::1": {after: 5 * time.Second, err: refused},
				"192.0.2.1":   {after: 2 * time.Second},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@5s", winner: "192.0.2.1", elapsed: 7 * time.Second,
		},
		{
			name: "sequential shares out the time", addrs: four, opts: Options{Sequential: true, Timeout: 20 * time.Second},
			answers: map[string]answer{
				"2001:db8::1": {after: never}, "192.0.2.1": {after: never}, "2001:db8::2": {after: never},
			},
			dialled: "2001:db8::1@0s 192.0.2.1@5s 2001:db8::2@10s 192.0.2.2@15s", winner: "192.0.2.2", elapsed: 15 * time.Second,
		},
		{
			name: "no share is under 2 s", addrs: four, opts: Options{Sequential: true, Timeout: 3 * time.Second},
			answers: map[string]answer{"2001:db8::1": {after: never}, "192.0.2.1": {after: never}},
			dialled: "2001:db8::1@0s 192.0.2.1@2s", elapsed: 3 * time.Second,
			text: "open r1:22: none of 4 addresses answered in 3s: no answer within the attempt limit of 2s: 2001:db8::1; " +
				"no answer within the total limit of 3s: 192.0.2.1; not tried: 2001:db8::2, 192.0.2.2",
		},
		{
			name: "sequential without shares", addrs: four, opts: Options{Sequential: true, AttemptTimeout: -1, Timeout: 3 * time.Second},
			answers: map[string]answer{"2001:db8::1": {after: never}},
			dialled: "2001:db8::1@0s", elapsed: 3 * time.Second,
			text: "open r1:22: none of 4 addresses answered in 3s: no answer within the total limit of 3s: 2001:db8::1; " +
				"not tried: 192.0.2.1, 2001:db8::2, 192.0.2.2",
		},
		{
			name: "no limit at all", addrs: "192.0.2.1", opts: Options{Timeout: -1},
			answers: map[string]answer{"192.0.2.1": {after: never}},
			dialled: "192.0.2.1@0s", winner: "192.0.2.1", elapsed: never,
		},
		{
			name: "the default limit", addrs: "192.0.2.1",
			answers: map[string]answer{"192.0.2.1": {after: never}},
			dialled: "192.0.2.1@0s", elapsed: 30 * time.Second,
			text: "open r1:22: 192.0.2.1: no answer within the total limit of 30s",
		},
		{
			name: "a deaf dial function holds nobody up", addrs: "192.0.2.1", opts: Options{Timeout: time.Second},
			answers: map[string]answer{"192.0.2.1": {after: 2 * time.Second, deaf: true}},
			dialled: "192.0.2.1@0s", elapsed: time.Second + grace,
			text: "open r1:22: 192.0.2.1: no answer within the total limit of 1s",
		},
		{
			name: "a connection that comes in the grace is too late", addrs: "192.0.2.1", opts: Options{Timeout: time.Second},
			answers: map[string]answer{"192.0.2.1": {after: time.Second + grace/2, deaf: true}},
			dialled: "192.0.2.1@0s", elapsed: time.Second + grace/2,
			text: "open r1:22: 192.0.2.1: no answer within the total limit of 1s",
		},
		{
			name: "a dial function that gives nothing", addrs: "192.0.2.1",
			answers: map[string]answer{"192.0.2.1": {empty: true}},
			dialled: "192.0.2.1@0s",
			text:    "open r1:22: 192.0.2.1: the dial function gave no connection after 0s",
		},
		{
			name: "IPv6 only", addrs: four, opts: Options{Family: IPv6Only},
			answers: map[string]answer{"2001:db8::1": {err: refused}},
			dialled: "2001:db8::1@0s 2001:db8::2@0s", winner: "2001:db8::2",
		},
		{
			name: "the source chooses the family", addrs: four, opts: Options{Source: netip.MustParseAddr("192.0.2.77")},
			answers: map[string]answer{"192.0.2.1": {err: refused}},
			dialled: "192.0.2.1@0s 192.0.2.2@0s", winner: "192.0.2.2",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := newNetwork(test.answers)
				opts := test.opts
				opts.Resolver, opts.Dial = book{"r1": test.addrs}, network.dial

				conn, err := Dial(t.Context(), "r1", 22, &opts)
				if elapsed := time.Since(network.begun); elapsed != test.elapsed {
					t.Errorf("it took %v, want %v", elapsed, test.elapsed)
				}
				if got := network.log(); got != test.dialled {
					t.Errorf("dialled\n%s, want\n%s", got, test.dialled)
				}
				switch {
				case test.winner != "" && err != nil:
					t.Errorf("%s should have won: %v", test.winner, err)
				case test.winner != "":
					if host := conn.(*counted).host; !strings.HasPrefix(host, test.winner) {
						t.Errorf("%s won, want %s", host, test.winner)
					}
					_ = conn.Close()
				case err == nil:
					t.Error("it was opened")
					_ = conn.Close()
				default:
					if got := opened(t, err).Error(); got != test.text {
						t.Errorf("the error reads\n%s, want\n%s", got, test.text)
					}
				}

				deaf := false
				for _, a := range test.answers {
					deaf = deaf || a.deaf
				}
				if _, running := network.counts(); running > 0 && !deaf {
					t.Errorf("%d dial functions survived", running)
				}
				time.Sleep(10 * time.Second) // let the deaf ones return
				if open, running := network.counts(); open != 0 || running != 0 {
					t.Errorf("%d connections and %d dial functions left", open, running)
				}
			})
		})
	}
}

// Of connections made before any could be told of another, one is kept and the
// others are closed.
func TestRaceDeadHeat(t *testing.T) {
	const runners = 16
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			network := newNetwork(nil)
			var started atomic.Int32
			finish := make(chan struct{})
			race := racer{
				stagger: minStagger,
				log:     silent,
				dial: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
					if started.Add(1) == runners {
						close(finish)
					}
					<-finish
					return network.dial(context.WithoutCancel(ctx), "tcp4", to.String())
				},
			}
			targets := make([]netip.AddrPort, runners)
			for i := range targets {
				targets[i] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 22)
			}
			conn, failed, untried := race.run(t.Context(), targets)
			if conn == nil || len(failed)+len(untried) > 0 {
				t.Fatalf("%v, %v, %v", conn, failed, untried)
			}
			if open, running := network.counts(); open != 1 || running != 0 {
				t.Errorf("%d connections, %d dial functions", open, running)
			}
			must(t, conn.Close())
		})
	}
}

// However many addresses, and however they answer: the first to complete wins,
// an error names every address once, and nothing is left.
func TestRaceAnything(t *testing.T) {
	for seed := range 300 {
		synctest.Test(t, func(t *testing.T) {
			var names []string
			answers := map[string]answer{}
			best, clock := time.Duration(-1), time.Duration(0)
			state := uint32(seed)*2654435761 + 1
			random := func(n uint32) uint32 { // a small generator, so that a seed is a case
				state = state*1664525 + 1013904223
				return state >> 8 % n
			}
			for i := range 1 + random(9) {
				name := fmt.Sprintf("192.0.2.%d", i)
				a := answer{after: time.Duration(1+random(900)) * time.Millisecond}
				if random(3) > 0 {
					a.err = refused
				}
				names = append(names, name)
				answers[name] = a
			}
			// With a stagger above every delay the race is a queue.
			for _, name := range names {
				clock += answers[name].after
				if answers[name].err == nil {
					best = clock
					break
				}
			}
			network := newNetwork(answers)
			conn, err := Dial(t.Context(), "r1", 22, &Options{
				Resolver: book{"r1": strings.Join(names, " ")}, Dial: network.dial, Stagger: time.Second,
			})
			if elapsed := time.Since(network.begun); best >= 0 && (err != nil || elapsed != best) {
				t.Errorf("seed %d: %v after %v, want a connection after %v", seed, err, elapsed, best)
			}
			if best < 0 {
				open := opened(t, err)
				if len(open.Attempts) != len(names) {
					t.Errorf("seed %d: %d attempts told of %d", seed, len(open.Attempts), len(names))
				}
				for i, a := range open.Attempts {
					if want := answers[names[i]]; a.Address.Addr().String() != names[i] || a.Elapsed != want.after {
						t.Errorf("seed %d: attempt %d is %v, want %s after %v", seed, i, a, names[i], want.after)
					}
				}
			}
			if conn != nil {
				_ = conn.Close()
			}
			if open, running := network.counts(); open != 0 || running != 0 {
				t.Errorf("seed %d: %d connections, %d dial functions left", seed, open, running)
			}
		})
	}
}

// The caller's context ends it at once, and its error says how.
func TestDialContext(t *testing.T) {
	reason := errors.New("the window closes")
	for _, test := range []struct {
		name     string
		context  func(context.Context) (context.Context, context.CancelFunc)
		is       []error
		isNot    []error
		cause    Cause
		readings string
	}{
		{
			"canceled", func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(400*time.Millisecond, cancel)
				return ctx, cancel
			},
			[]error{context.Canceled}, []error{ErrTimedOut, context.DeadlineExceeded}, Canceled,
			"open r1:22: none of 2 addresses answered in 400ms: context canceled: 192.0.2.1, 192.0.2.2",
		},
		{
			"canceled for a reason", func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(400*time.Millisecond, func() { cancel(reason) })
				return ctx, func() { cancel(nil) }
			},
			[]error{context.Canceled, reason}, []error{ErrTimedOut, context.DeadlineExceeded}, Canceled,
			"open r1:22: none of 2 addresses answered in 400ms: context canceled: the window closes: 192.0.2.1, 192.0.2.2",
		},
		{
			"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 400*time.Millisecond)
			},
			[]error{context.DeadlineExceeded, ErrTimedOut}, []error{context.Canceled}, TimedOut,
			"open r1:22: none of 2 addresses answered in 400ms: no answer before the context's deadline: 192.0.2.1, 192.0.2.2",
		},
		{
			"deadline for a reason", func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeoutCause(ctx, 400*time.Millisecond, reason)
			},
			[]error{context.DeadlineExceeded, ErrTimedOut, reason}, []error{context.Canceled}, TimedOut,
			"open r1:22: none of 2 addresses answered in 400ms: " +
				"no answer before the context's deadline: the window closes: 192.0.2.1, 192.0.2.2",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := newNetwork(map[string]answer{"192.0.2.1": {after: never}, "192.0.2.2": {after: never}})
				ctx, cancel := test.context(t.Context())
				defer cancel()
				log := &lines{}
				_, err := Dial(ctx, "r1", 22, &Options{
					Resolver: book{"r1": "192.0.2.1 192.0.2.2"}, Dial: network.dial, Logger: log.logger(),
				})
				if elapsed := time.Since(network.begun); elapsed != 400*time.Millisecond {
					t.Errorf("it took %v", elapsed)
				}
				open := opened(t, err)
				if open.Error() != test.readings {
					t.Errorf("it reads\n%s, want\n%s", open, test.readings)
				}
				for _, is := range test.is {
					if !errors.Is(err, is) {
						t.Errorf("%v is not %v", err, is)
					}
				}
				for _, not := range test.isNot {
					if errors.Is(err, not) {
						t.Errorf("%v is %v", err, not)
					}
				}
				for _, a := range open.Attempts {
					if a.Cause != test.cause {
						t.Errorf("attempt %v has cause %v, want %v", a, a.Cause, test.cause)
					}
				}
				if warned := strings.Contains(log.String(), "level=WARN"); warned != (test.cause == TimedOut) {
					t.Errorf("warnings in\n%s", log)
				}
			})
		})
	}
}

// Our own limits are not the context's.
func TestLimitIsNotTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork(map[string]answer{"192.0.2.1": {after: never}})
		_, err := Dial(t.Context(), "192.0.2.1", 22, &Options{Dial: network.dial, Timeout: time.Second})
		if open := opened(t, err); !errors.Is(err, ErrTimedOut) || !open.Timeout() {
			t.Errorf("%v is no timeout", err)
		}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			t.Errorf("%v claims that the context ended", err)
		}
	})
}

// Failed attempts are warnings with host, port and family; losers are none.
func TestRaceLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork(map[string]answer{
			"2001:db8::1": {after: 10 * time.Millisecond, err: refused},
			"192.0.2.1":   {after: never},
			"192.0.2.2":   {after: 5 * time.Millisecond},
		})
		log := &lines{}
		conn, err := Dial(t.Context(), "r1.example.net", 22, &Options{
			Resolver: book{"r1.example.net": "2001:db8::1 192.0.2.1 192.0.2.2"}, Dial: network.dial, Logger: log.logger(),
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		want := strings.Join([]string{
			`level=DEBUG msg=opening host=r1.example.net port=22`,
			`level=DEBUG msg=resolved host=r1.example.net port=22 addresses="[[2001:db8::1]:22 192.0.2.1:22 192.0.2.2:22]"`,
			`level=WARN msg="attempt failed" host=r1.example.net port=22 family=IPv6 address=2001:db8::1 cause=refused elapsed=10ms error="connection refused"`,
			`level=DEBUG msg=opened host=r1.example.net port=22 address=pipe elapsed=265ms`,
		}, "\n") + "\n"
		if got := log.String(); got != want {
			t.Errorf("the log reads\n%swant\n%s", got, want)
		}
	})
}
