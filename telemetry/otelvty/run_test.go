package otelvty_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/fleet/pool"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/telemetry/otelvty"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/vtytest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// hosts are simulated routers r1, r2 and so on.
func hosts(t *testing.T, n int, told *vty.Trace) []*fleet.Host {
	var all []*fleet.Host
	for i := range n {
		dev := vtytest.Simulate(t, "cisco_iosxe", &sim.Config{Hostname: fmt.Sprint("r", i+1)})
		cfg := vtytest.Config(dev)
		cfg.Trace = told
		cfg.Dial = func(context.Context) (transport.Conn, error) { return dev.Pipe(sim.Terminal{}), nil }
		all = append(all, &fleet.Host{Name: dev.Hostname(), Config: cfg})
	}
	return all
}

func TestSpansAndMetrics(t *testing.T) {
	spans, metrics := tracetest.NewInMemoryExporter(), sdkmetric.NewManualReader()
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	tell, err := otelvty.New(traces, sdkmetric.NewMeterProvider(sdkmetric.WithReader(metrics)))
	if err != nil {
		t.Fatal(err)
	}
	p := pool.New(nil)
	stop, err := tell.Pool(p)
	if err != nil {
		t.Fatal(err)
	}
	task := func(ctx context.Context, s *fleet.Session) (int, error) {
		dev, err := s.Device(ctx)
		if err != nil {
			return 0, err
		}
		switch s.Host().Name {
		case "r2":
			_, err = dev.Run(ctx, "show nonsense")
			return 0, err
		case "r3":
			panic("boom")
		}
		if _, err := dev.Run(ctx, "show version"); err != nil {
			return 0, err
		}
		_, err = dev.Run(ctx, "snmp-server community hunter2")
		if !errors.Is(err, vty.ErrRefused) {
			return 0, err
		}
		if err := dev.Rollback(ctx, 1); !errors.Is(err, vty.ErrUnsupported) {
			return 0, err
		}
		return 1, dev.Save(ctx)
	}
	outcomes := 0
	for range otelvty.Run(t.Context(), tell, hosts(t, 3, tell.Trace()), task, fleet.Reuse(p), fleet.Tolerate(5)) {
		outcomes++
	}
	if outcomes != 3 {
		t.Errorf("%d outcomes", outcomes)
	}
	byName := map[string][]tracetest.SpanStub{}
	for _, s := range spans.GetSpans() {
		byName[s.Name] = append(byName[s.Name], s)
		if text := fmt.Sprint(s.Attributes, s.Events, s.Status); strings.Contains(text, "hunter2") {
			t.Errorf("a secret in the span %s: %s", s.Name, text)
		}
	}
	if len(byName["run"]) != 1 || len(byName["host"]) != 3 || len(byName["login"]) != 3 || len(byName["command"]) != 3 || len(byName["save"]) != 1 || len(byName["rollback"]) != 1 {
		t.Fatalf("spans %v", byName)
	}
	run := byName["run"][0]
	parents := map[string]string{}
	for _, s := range spans.GetSpans() {
		parents[s.SpanContext.SpanID().String()] = s.Name
	}
	errored := 0
	for name, parent := range map[string]string{"host": "run", "login": "host", "command": "host", "save": "host", "rollback": "host"} {
		for _, s := range byName[name] {
			if got := parents[s.Parent.SpanID().String()]; got != parent || s.SpanContext.TraceID() != run.SpanContext.TraceID() {
				t.Errorf("a span %s beneath %q, want %q", name, got, parent)
			}
			if name == "host" && s.Status.Code == codes.Error {
				errored++
			}
		}
	}
	if errored != 2 || run.Status.Code != codes.Error {
		t.Errorf("%d hosts in error, the run %v", errored, run.Status)
	}
	var commands []string
	for _, s := range byName["command"] {
		for _, a := range s.Attributes {
			if a.Key == "vty.command" {
				commands = append(commands, a.Value.AsString())
			}
		}
	}
	slices.Sort(commands)
	if !slices.Equal(commands, []string{"show nonsense", "show version"}) {
		t.Errorf("commands %q", commands)
	}

	var all metricdata.ResourceMetrics
	if err := metrics.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, point := range data.DataPoints {
					kind, _ := point.Attributes.Value("error.type")
					counts[m.Name+"/"+kind.AsString()] += point.Count
					bounded(t, m.Name, point.Attributes.ToSlice())
				}
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					counts[m.Name] += uint64(point.Value)
					bounded(t, m.Name, point.Attributes.ToSlice())
				}
			case metricdata.Gauge[int64]:
				for _, point := range data.DataPoints {
					state, _ := point.Attributes.Value("vty.session.state")
					counts[m.Name+"/"+state.AsString()] += uint64(point.Value)
				}
			}
		}
	}
	for name, want := range map[string]uint64{
		"vty.session.open.duration/": 3, "vty.operation.duration/": 2, "vty.operation.duration/unsupported": 1, "vty.operation.duration/refused": 2,
		"vty.fleet.host.duration/": 1, "vty.fleet.host.duration/refused": 1, "vty.fleet.host.duration/panic": 1,
		"vty.fleet.hosts.active": 0, "vty.pool.sessions/idle": 2, "vty.pool.sessions/lent": 0,
	} {
		if counts[name] != want {
			t.Errorf("%s is %d, want %d", name, counts[name], want)
		}
	}
	if err := errors.Join(stop(), p.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// bounded checks that a metric has attributes of few values only.
func bounded(t *testing.T, name string, attrs []attribute.KeyValue) {
	t.Helper()
	few := []attribute.Key{"error.type", "vty.transport", "vty.platform", "vty.operation.kind", "vty.session.state"}
	for _, a := range attrs {
		if !slices.Contains(few, a.Key) {
			t.Errorf("%s has the attribute %s", name, a.Key)
		}
	}
}
