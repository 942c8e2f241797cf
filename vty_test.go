package vty_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// simulated opens a session with a simulated device over a pipe.
func simulated(t *testing.T, dev *sim.Device, cfg *vty.Config) *vty.Device {
	t.Helper()
	user, password, enable := dev.Credentials()
	c := *cfg
	c.Platform, c.User = dev.Platform(), user
	c.Password = auth.Literal(password)
	c.Secrets = map[string]auth.Source{"enable": auth.Literal(enable)}
	d, err := vty.Open(t.Context(), dev.Pipe(sim.Terminal{}), "sim", &c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestEveryPlatform(t *testing.T) {
	for _, name := range sim.Names() {
		t.Run(name, func(t *testing.T) {
			dev, err := sim.New(name, nil)
			if err != nil {
				t.Fatal(err)
			}
			d := simulated(t, dev, &vty.Config{})
			def, err := platform.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			if def.Default != "" && d.Mode() != def.Default {
				t.Errorf("opened in mode %q, want %q", d.Mode(), def.Default)
			}
			home := d.Mode()
			for _, m := range def.Modes {
				if err := d.Enter(t.Context(), m.Name); err != nil {
					t.Errorf("to mode %s: %v", m.Name, err)
				}
				if err := d.Enter(t.Context(), home); err != nil {
					t.Errorf("back from mode %s: %v", m.Name, err)
				}
			}
			res, err := d.Run(t.Context(), "frobnicate the network")
			if name != "generic" {
				var refused *vty.CommandError
				if !errors.As(err, &refused) || !res.Failed {
					t.Errorf("refused command: %v", err)
				}
			}
			_ = strings.TrimSpace
		})
	}
}
