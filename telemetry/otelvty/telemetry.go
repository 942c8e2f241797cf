package otelvty

import (
	"context"
	"errors"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// scope names this package in what it tells.
const scope = "github.com/vtynet/vty/telemetry/otelvty"

// Telemetry tells OpenTelemetry. It is safe for concurrent use.
type Telemetry struct {
	tracer trace.Tracer
	meter  metric.Meter

	opens      metric.Float64Histogram
	operations metric.Float64Histogram
	hosts      metric.Float64Histogram
	active     metric.Int64UpDownCounter
	retries    metric.Int64Counter
	skipped    metric.Int64Counter
	reused     metric.Int64Counter
}

// New makes a Telemetry. A nil provider means the global one of OpenTelemetry.
func New(traces trace.TracerProvider, metrics metric.MeterProvider) (*Telemetry, error) {
	if traces == nil {
		traces = otel.GetTracerProvider()
	}
	if metrics == nil {
		metrics = otel.GetMeterProvider()
	}
	t := &Telemetry{tracer: traces.Tracer(scope), meter: metrics.Meter(scope)}
	var errs []error
	histogram := func(to *metric.Float64Histogram, name, what string, bounds ...float64) {
		var err error
		*to, err = t.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(what), metric.WithExplicitBucketBoundaries(bounds...))
		errs = append(errs, err)
	}
	counter := func(to *metric.Int64Counter, name, unit, what string) {
		var err error
		*to, err = t.meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(what))
		errs = append(errs, err)
	}
	histogram(&t.opens, "vty.session.open.duration", "From the name lookup to a device that is ready.", .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)
	histogram(&t.operations, "vty.operation.duration", "Commands, streams, configurations and what else is done with their commits.", .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300)
	histogram(&t.hosts, "vty.fleet.host.duration", "Hosts of runs, from the first attempt to the end of the last.", .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900)
	counter(&t.retries, "vty.fleet.retries", "{attempt}", "Attempts that failed and are made once more.")
	counter(&t.skipped, "vty.fleet.hosts.skipped", "{host}", "Hosts that were not begun.")
	counter(&t.reused, "vty.fleet.sessions.reused", "{session}", "Sessions that were waiting in a pool.")
	var err error
	t.active, err = t.meter.Int64UpDownCounter("vty.fleet.hosts.active", metric.WithUnit("{host}"), metric.WithDescription("Hosts that are worked on."))
	return t, errors.Join(append(errs, err)...)
}

// failed gives a span and the attributes of a metric what an error says.
func failed(span trace.Span, err error, attrs []attribute.KeyValue) []attribute.KeyValue {
	if err == nil {
		return attrs
	}
	kind := attribute.String("error.type", kindOf(err))
	if span != nil {
		span.SetAttributes(kind)
		span.SetStatus(codes.Error, kindOf(err)) // its text may quote the device
	}
	return append(attrs, kind)
}

// Trace is for the Config of devices: it makes a span of every opening and every
// operation, beneath that of the context they are given, and takes their time.
func (t *Telemetry) Trace() *vty.Trace {
	return &vty.Trace{Opened: t.opened, Done: t.done}
}

func (t *Telemetry) opened(ctx context.Context, o vty.Opening) {
	attrs := []attribute.KeyValue{attribute.String("vty.transport", string(o.Transport))}
	_, span := t.tracer.Start(ctx, "login", trace.WithTimestamp(o.Started), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(append(attrs, attribute.String("server.address", o.Host), attribute.Int("server.port", o.Port), attribute.String("vty.platform", o.Platform))...))
	attrs = failed(span, o.Err, attrs)
	span.End(trace.WithTimestamp(o.Started.Add(o.Elapsed)))
	t.opens.Record(ctx, o.Elapsed.Seconds(), metric.WithAttributes(attrs...))
}

func (t *Telemetry) done(ctx context.Context, o vty.Operation) {
	attrs := []attribute.KeyValue{attribute.String("vty.operation.kind", string(o.Kind)), attribute.String("vty.platform", o.Platform)}
	_, span := t.tracer.Start(ctx, string(o.Kind), trace.WithTimestamp(o.Started), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(append(attrs, attribute.String("server.address", o.Host))...))
	if o.Command != "" {
		span.SetAttributes(attribute.String("vty.command", o.Command))
	}
	if o.Kind == vty.OperationConfigure {
		span.SetAttributes(attribute.Int("vty.configuration.lines", o.Lines))
	}
	attrs = failed(span, o.Err, attrs)
	span.End(trace.WithTimestamp(o.Started.Add(o.Elapsed)))
	t.operations.Record(ctx, o.Elapsed.Seconds(), metric.WithAttributes(attrs...))
}

// Metrics is the option of a run that counts its hosts; Run has it already.
func (t *Telemetry) Metrics() fleet.Option {
	ctx := context.Background()
	return fleet.Observe(func(e fleet.Event) {
		switch e.Kind {
		case fleet.Connected:
			if e.Reused {
				t.reused.Add(ctx, 1)
			}
		case fleet.Retrying:
			t.retries.Add(ctx, 1, metric.WithAttributes(failed(nil, e.Err, nil)...))
		case fleet.Ended:
			t.hosts.Record(ctx, e.Elapsed.Seconds(), metric.WithAttributes(failed(nil, e.Err, nil)...))
		case fleet.Skipped:
			t.skipped.Add(ctx, 1, metric.WithAttributes(failed(nil, e.Err, nil)...))
		}
	})
}
