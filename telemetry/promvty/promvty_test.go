package promvty_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/telemetry/otelvty"
	"github.com/vtynet/vty/telemetry/promvty"
	"go.opentelemetry.io/otel/trace/noop"
)

func TestEndpoint(t *testing.T) {
	endpoint, err := promvty.New()
	if err != nil {
		t.Fatal(err)
	}
	tell, err := otelvty.New(noop.NewTracerProvider(), endpoint.Metrics())
	if err != nil {
		t.Fatal(err)
	}
	drain, stop := context.WithCancel(t.Context())
	hosts := []*fleet.Host{{Name: "r1"}, {Name: "r2"}}
	for range otelvty.Run(t.Context(), tell, hosts, func(context.Context, *fleet.Session) (int, error) {
		stop()
		return 0, nil
	}, fleet.Sessions(1), fleet.Drain(drain)) {
	}
	answer := httptest.NewRecorder()
	endpoint.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	text := answer.Body.String()
	for _, want := range []string{"vty_fleet_host_duration_seconds_count 1\n", `vty_fleet_hosts_skipped_total{error_type="stopped"} 1` + "\n", "vty_fleet_hosts_active 0\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "r1") {
		t.Errorf("a host's name in\n%s", text)
	}
	if err := endpoint.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
