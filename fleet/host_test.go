package fleet_test

import (
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
)

func TestPlacesTellDevicesApart(t *testing.T) {
	exec := func(program ...string) *vty.Config { return &vty.Config{Transport: vty.Exec, Program: program} }
	one := (&fleet.Host{Name: "r1", Config: exec("docker", "exec", "-it", "a", "sh")}).Place()
	for _, c := range []struct {
		name string
		host fleet.Host
		same bool
	}{
		{"the same program", fleet.Host{Name: "r1", Config: exec("docker", "exec", "-it", "a", "sh")}, true},
		{"under another name", fleet.Host{Name: "x", Address: "r1", Config: exec("docker", "exec", "-it", "a", "sh")}, true},
		{"another program", fleet.Host{Name: "r1", Config: exec("docker", "exec", "-it", "b", "sh")}, false},
		{"no program", fleet.Host{Name: "r1"}, false},
		{"another address", fleet.Host{Name: "r2", Config: exec("docker", "exec", "-it", "a", "sh")}, false},
		{"behind a jump host", fleet.Host{Name: "r1", Jump: "gate", Config: exec("docker", "exec", "-it", "a", "sh")}, false},
	} {
		if same := c.host.Place() == one; same != c.same {
			t.Errorf("%s: %q and %q, want the same: %v", c.name, c.host.Place(), one, c.same)
		}
	}
}
