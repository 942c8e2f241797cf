package otelvty_test

import (
	"context"
	"fmt"
	"log"

	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/telemetry/otelvty"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/vtytest"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// A run over one router, and the spans that come of it: here they stay in memory,
// where a program would have an exporter such as OTLP's.
func Example() {
	ctx := context.Background()
	spans := tracetest.NewInMemoryExporter()
	t, err := otelvty.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)), sdkmetric.NewMeterProvider())
	if err != nil {
		log.Fatal(err)
	}
	router, err := sim.New("cisco_iosxe", &sim.Config{Hostname: "r1"})
	if err != nil {
		log.Fatal(err)
	}
	cfg := vtytest.Config(router)
	cfg.Dial = func(context.Context) (transport.Conn, error) { return router.Pipe(sim.Terminal{}), nil }
	cfg.Trace = t.Trace()
	version := func(ctx context.Context, s *fleet.Session) (string, error) {
		dev, err := s.Device(ctx)
		if err != nil {
			return "", err
		}
		res, err := dev.Run(ctx, "show version")
		return res.Text(), err
	}
	for out := range otelvty.Run(ctx, t, []*fleet.Host{{Name: "r1", Config: cfg}}, version) {
		fmt.Println(out.Host.Name, out.Err)
	}
	for _, s := range spans.GetSpans() {
		fmt.Println(s.Name)
	}
	// Output:
	// r1 <nil>
	// login
	// command
	// host
	// run
}
