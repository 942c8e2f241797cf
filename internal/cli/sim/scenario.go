package sim

import (
	"os"

	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/sim/scenario"
)

// readScenario reads a scenario from a file.
func readScenario(file string) (*scenario.Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, exit.Misused(err)
	}
	s, err := scenario.Parse(file, text)
	if err != nil {
		return nil, exit.Misused(err)
	}
	return s, nil
}

// played is the device of a scenario.
func played(s *scenario.Scenario) *device {
	d := &device{host: &scenario.Host{Scenario: s}, config: *s.SSH(), bare: s.Plays(scenario.OverWire)}
	d.Hostname, d.Platform, d.tryAs = s.Name, s.Platform, s.Platform
	d.User, d.Password, d.Enable = s.User, s.Password, s.Secrets["enable"]
	if s.Definition != nil {
		d.Platform = s.Definition.Name
	}
	if !s.Prepare {
		d.tryAs = "generic" // the script does not await what "vty run" types on opening others
	}
	for _, op := range s.Ops {
		if op.Verb == "run" {
			d.try = op.Arg
			break
		}
	}
	return d
}
