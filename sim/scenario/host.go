package scenario

import (
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// Host serves a scenario to any number of sessions, each of which is a device of
// its own: for sim.ListenSSH and sim.ListenTelnet.
type Host struct {
	Scenario *Scenario
	Pace     Pace
}

var (
	_ sim.Host         = (*Host)(nil)
	_ sim.Conversation = (*Player)(nil)
)

// Password is that of the scenario's user.
func (h *Host) Password(user string) (password string, ok bool) {
	return h.Scenario.Password, user == h.Scenario.User
}

// Open makes a player.
func (h *Host) Open(sim.Terminal) sim.Conversation {
	return NewPlayer(h.Scenario, h.Pace)
}

// SSH says how the SSH server of the scenario differs from the usual.
func (s *Scenario) SSH() *sim.SSHConfig {
	cfg := s.Server
	cfg.NoAuth = s.NoAuth
	return &cfg
}

// Resize does nothing: the script has the size.
func (p *Player) Resize(transport.Size) {}

// Press is a key that comes beside the input.
func (p *Player) Press(key byte) { p.enter([]byte{key}, nil) }
