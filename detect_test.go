package vty_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// Every platform is found out on a simulated device of it, over a line that says
// nothing of the server.
func TestEveryPlatformIsDetected(t *testing.T) {
	for def := range platform.All() {
		t.Run(def.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dev := newSim(t, def.Name, nil)
				cfg := credentials(dev, vty.Config{})
				cfg.Platform = vty.Auto
				cfg.Secrets = map[string]auth.Source{}
				for name, secret := range dev.Secrets() {
					cfg.Secrets[name] = auth.Literal(secret)
				}
				d, err := vty.Open(t.Context(), dev.Pipe(sim.Terminal{Size: small}), "sim", &cfg)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = d.Close() }()
				found := d.Detection()
				knowable := def.Detect.SSH != nil || def.Detect.Banner != nil || def.Detect.Says != nil
				switch {
				case found.Platform == def.Name && found.Confidence != platform.Unsure:
				case !knowable && found.Confidence == platform.Unsure:
					t.Logf("nothing is known that gives it away: %v", found)
				case found.Confidence == platform.Unsure && slices.Contains(found.Others, def.Name):
					t.Errorf("not told apart: %v", found)
				default:
					t.Errorf("%v", found)
				}
				if d.Platform().Name != found.Platform || len(found.Evidence) == 0 {
					t.Errorf("it goes on as %s", d.Platform().Name)
				}
				if res, err := d.Run(t.Context(), "show lines 100"); err != nil || strings.Count(res.Text(), "\n") < 99 {
					if def.Name != "linux" {
						t.Errorf("the session does not go on: %v", err)
					}
				}
			})
		})
	}
}
