package vty_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/sim"
)

func TestTraceOfOperations(t *testing.T) {
	var opened []vty.Opening
	var done []vty.Operation
	type key struct{}
	cfg := credentials(newSim(t, "cisco_iosxe", nil), vty.Config{Trace: &vty.Trace{
		Opened: func(_ context.Context, o vty.Opening) { opened = append(opened, o) },
		Done: func(ctx context.Context, o vty.Operation) {
			if ctx.Value(key{}) != "caller's" {
				t.Error("not the caller's context")
			}
			done = append(done, o)
		},
	}})
	dev := newSim(t, "cisco_iosxe", nil)
	d, err := vty.Open(t.Context(), dev.Pipe(sim.Terminal{}), "r1", &cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	ctx := context.WithValue(t.Context(), key{}, "caller's")
	_, _ = d.Run(ctx, "show version")
	_, _ = d.Run(ctx, "show nonsense")
	_, _ = d.Run(ctx, "username x secret 0 hunter2")
	for range d.Stream(ctx, "show version") {
	}
	if _, err := d.Configure(ctx, "hostname r2", "interface GigabitEthernet1"); err != nil {
		t.Error(err)
	}
	if err := d.Save(ctx); err != nil {
		t.Error(err)
	}
	asked := []error{d.Confirm(ctx), d.Cancel(ctx), d.Rollback(ctx, 1)}
	if len(opened) != 1 || opened[0].Host != "r1" || opened[0].Platform != "cisco_iosxe" || opened[0].Err != nil || opened[0].Elapsed <= 0 {
		t.Errorf("opened %+v", opened)
	}
	want := []struct {
		kind    vty.OperationKind
		command string
		lines   int
		refused bool
	}{
		{vty.OperationCommand, "show version", 0, false}, {vty.OperationCommand, "show nonsense", 0, true},
		{vty.OperationCommand, "", 0, true}, {vty.OperationStream, "show version", 0, false}, {vty.OperationConfigure, "", 2, false},
		{vty.OperationSave, "", 0, false}, {vty.OperationConfirm, "", 0, true}, {vty.OperationCancel, "", 0, true}, {vty.OperationRollback, "", 0, false},
	}
	if len(done) != len(want) {
		t.Fatalf("%d operations: %+v", len(done), done)
	}
	for i, w := range want {
		o := done[i]
		if o.Kind != w.kind || o.Command != w.command || o.Lines != w.lines || errors.Is(o.Err, vty.ErrRefused) != w.refused || o.Host != "r1" || o.Elapsed <= 0 {
			t.Errorf("operation %d: %+v, want %+v", i, o, w)
		}
	}
	for i, err := range asked {
		if o := done[len(done)-len(asked)+i]; o.Err != err || err == nil {
			t.Errorf("%s: %v was told, and %v returned", o.Kind, o.Err, err)
		}
	}
	if _, err := vty.Dial(t.Context(), "127.0.0.1:1", &cfg); err == nil || len(opened) != 2 || opened[1].Err != err || opened[1].Transport != vty.SSH {
		t.Errorf("%v, %+v", err, opened)
	}
}
