package otelvty

import (
	"context"
	"fmt"
	"iter"

	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/fleet/pool"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Run is fleet.Run with a span of the run, one beneath it for each attempt at a
// host, and the metrics of its hosts. What the task does with the context it is
// given has its spans beneath that of the host, where the Config of the host has
// Trace.
func Run[T any](ctx context.Context, t *Telemetry, hosts []*fleet.Host, task fleet.Task[T], opts ...fleet.Option) iter.Seq[fleet.Outcome[T]] {
	return func(yield func(fleet.Outcome[T]) bool) {
		ctx, span := t.tracer.Start(ctx, "run", trace.WithAttributes(attribute.Int("vty.hosts", len(hosts))))
		failures, skipped := 0, 0
		defer func() {
			span.SetAttributes(attribute.Int("vty.hosts.failed", failures), attribute.Int("vty.hosts.skipped", skipped))
			if n := failures + skipped; n > 0 {
				span.SetStatus(codes.Error, fmt.Sprintf("%d hosts of %d", n, len(hosts)))
			}
			span.End()
		}()
		for out := range fleet.Run(ctx, hosts, attempt(t, task), append(opts[:len(opts):len(opts)], t.Metrics())...) {
			switch {
			case out.Attempts == 0:
				skipped++
			case out.Err != nil:
				failures++
			}
			if !yield(out) {
				return
			}
		}
	}
}

// attempt is a task with a span around it.
func attempt[T any](t *Telemetry, task fleet.Task[T]) fleet.Task[T] {
	return func(ctx context.Context, s *fleet.Session) (value T, err error) {
		ctx, span := t.tracer.Start(ctx, "host", trace.WithAttributes(
			attribute.String("vty.host", s.Host().Name), attribute.Int("vty.attempt", s.Attempt())))
		t.active.Add(ctx, 1)
		returned := false
		defer func() {
			t.active.Add(ctx, -1)
			if returned {
				failed(span, err, nil)
			} else {
				failed(span, &fleet.PanicError{}, nil)
			}
			span.End()
		}()
		value, err = task(ctx, s)
		returned = true
		return value, err
	}
}

// Pool watches a pool: how many sessions it has, in which state, and how many users
// wait for one. It goes on until the function it returns is called.
func (t *Telemetry) Pool(p *pool.Pool) (stop func() error, err error) {
	sessions, err := t.meter.Int64ObservableGauge("vty.pool.sessions", metric.WithUnit("{session}"), metric.WithDescription("Sessions of a pool."))
	if err != nil {
		return nil, err
	}
	waiting, err := t.meter.Int64ObservableGauge("vty.pool.waiting", metric.WithUnit("{user}"), metric.WithDescription("Users that wait for a session."))
	if err != nil {
		return nil, err
	}
	reg, err := t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		now := p.Stats()
		for state, n := range map[string]int{"lent": now.Lent, "idle": now.Idle, "busy": now.Busy} {
			o.ObserveInt64(sessions, int64(n), metric.WithAttributes(attribute.String("vty.session.state", state)))
		}
		o.ObserveInt64(waiting, int64(now.Waiting))
		return nil
	}, sessions, waiting)
	if err != nil {
		return nil, err
	}
	return reg.Unregister, nil
}
