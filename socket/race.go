package socket

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"time"
)

// errLost is why an attempt ends when another has won.
var errLost = errors.New("another address answered first")

// racer connects to the first of several addresses that answers, by the rules
// of RFC 8305, section 5, or one address after the other.
type racer struct {
	dial       func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	stagger    time.Duration
	attempt    time.Duration // the limit on an attempt; see Options.AttemptTimeout
	sequential bool
	prompt     bool // dial ends as soon as its context does
	log        *slog.Logger
}

// outcome is how the attempt at the target of that index ended. One that has
// both a connection and an error came too late.
type outcome struct {
	index int
	conn  net.Conn
	Attempt
}

// run returns the winner's connection, or nil with what came of each target.
// When it returns, every attempt has ended and every other connection is closed.
func (r *racer) run(ctx context.Context, targets []netip.AddrPort) (net.Conn, []Attempt, []netip.AddrPort) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	outcomes := make(chan outcome)
	var failed []outcome
	var winner net.Conn
	started, running := 0, 0

	next := time.NewTimer(r.stagger)
	defer next.Stop()
	start := func() {
		if started == len(targets) || ctx.Err() != nil {
			return
		}
		index, limit := started, r.limit(ctx, len(targets)-started)
		started++
		running++
		next.Reset(r.stagger)
		go func() { outcomes <- r.try(ctx, index, targets[index], limit) }()
	}

	for start(); running > 0; {
		select {
		case o := <-outcomes:
			running--
			if o.Err == nil && winner == nil {
				winner = o.conn
				cancel(errLost)
				continue
			}
			if o.conn != nil {
				_ = o.conn.Close()
			}
			if winner == nil {
				r.report(o.Attempt)
				failed = append(failed, o)
				start()
			}
		case <-next.C:
			if !r.sequential {
				start()
			}
		}
	}
	if winner != nil {
		return winner, nil, nil
	}

	slices.SortFunc(failed, func(a, b outcome) int { return cmp.Compare(a.index, b.index) })
	attempts := make([]Attempt, len(failed))
	for i, o := range failed {
		attempts[i] = o.Attempt
	}
	return nil, attempts, targets[started:]
}

// alone is run for a single target, with nothing to race with.
func (r *racer) alone(ctx context.Context, target netip.AddrPort) (net.Conn, []Attempt) {
	o := r.try(ctx, 0, target, r.limit(ctx, 1))
	if o.Err == nil {
		return o.conn, nil
	}
	if o.conn != nil {
		_ = o.conn.Close()
	}
	r.report(o.Attempt)
	return nil, []Attempt{o.Attempt}
}

// limit is the time that the next attempt may take, zero for any.
func (r *racer) limit(ctx context.Context, left int) time.Duration {
	if r.attempt != 0 || !r.sequential || left < 2 {
		return r.attempt
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	// A share too small for a round trip to a distant device helps nobody.
	return max(time.Until(deadline)/time.Duration(left), 2*time.Second)
}

func (r *racer) try(ctx context.Context, index int, to netip.AddrPort, limit time.Duration) outcome {
	begun := time.Now()
	ctx, cancel := withLimit(ctx, "attempt", limit)
	defer cancel()
	var conn net.Conn
	var err error
	if r.prompt {
		conn, err = r.open(ctx, to)
	} else {
		conn, err = await(ctx, func(ctx context.Context) (net.Conn, error) { return r.open(ctx, to) }, func(conn net.Conn) { _ = conn.Close() })
	}
	over := isOver(ctx)
	if err == nil && !over {
		return outcome{index: index, conn: conn}
	}

	// A refusal that came just as the time ran out is still a refusal; all that
	// is vaguer is the time's doing.
	cause := Other
	if err != nil {
		cause = causeOf(err)
	}
	if over && (cause == Other || cause == TimedOut || cause == Canceled) {
		err = ended(ctx)
		cause = causeOf(err)
	}
	return outcome{index: index, conn: conn, Attempt: Attempt{
		Address: to,
		Family:  familyOf(to.Addr()),
		Elapsed: time.Since(begun),
		Cause:   cause,
		Err:     err,
	}}
}

// open dials, and returns either a connection or an error.
func (r *racer) open(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	conn, err := r.dial(ctx, to)
	switch {
	case err != nil:
		return nil, err // conn may be a nil pointer in an interface
	case conn == nil:
		return nil, errors.New("the dial function gave no connection")
	}
	return conn, nil
}

// report logs a failed attempt: a warning, unless it was the caller who ended it.
func (r *racer) report(a Attempt) {
	level := slog.LevelWarn
	if a.Cause == Canceled {
		level = slog.LevelDebug
	}
	r.log.Log(context.Background(), level, "attempt failed",
		"family", a.Family.String(), "address", a.Address.Addr().String(),
		"cause", a.Cause.String(), "elapsed", a.Elapsed, "error", phrase(a.Err))
}
