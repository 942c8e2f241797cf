// Package promvty is an endpoint for Prometheus with the metrics of package otelvty:
//
//	endpoint, err := promvty.New()
//	t, err := otelvty.New(nil, endpoint.Metrics())
//	http.Handle("/metrics", endpoint)
//
// The names are those of OpenTelemetry in Prometheus' form:
// vty_operation_duration_seconds, vty_fleet_hosts_skipped_total and so on.
package promvty

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

// Endpoint answers Prometheus. It is safe for concurrent use.
type Endpoint struct {
	http.Handler
	provider *sdk.MeterProvider
}

// New makes an endpoint with a registry of its own, for what is told to Metrics
// alone.
func New() (*Endpoint, error) {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo())
	if err != nil {
		return nil, err
	}
	return &Endpoint{
		Handler:  promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		provider: sdk.NewMeterProvider(sdk.WithReader(reader)),
	}, nil
}

// Metrics is where metrics go that the endpoint shows.
func (e *Endpoint) Metrics() metric.MeterProvider { return e.provider }

// Close ends the collecting; the endpoint shows nothing after that.
func (e *Endpoint) Close(ctx context.Context) error { return e.provider.Shutdown(ctx) }
