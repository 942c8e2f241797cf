package fleet

import (
	"cmp"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/inventory"
)

// Host is one host of a run.
type Host struct {
	Name    string
	Address string      // as vty.Dial takes it; "" means Name
	Config  *vty.Config // nil is the zero Config

	// What limits go by; each may be empty, and then nothing limits it.

	Groups []string // for GroupSessions
	Jump   string   // the jump host, for JumpSessions
	AAA    string   // the servers that check its logins, for Logins
	// Credential stands for the account that logs in, for the breaker. It is a
	// name and never the secret.
	Credential string
	// Profile names the way in which Config logs in, for a Pool: hosts of the same
	// place and profile use each other's sessions, whichever Config opened them, so
	// that it must tell apart what leads elsewhere (a transport, a program) or logs in
	// otherwise (a user, a mode). "" means that only hosts with the very same Config do.
	Profile string
	// Sessions is how many sessions the device bears at once; 0 means the run's.
	Sessions int
}

func (h *Host) address() string { return cmp.Or(h.Address, h.Name) }

// Place tells devices apart: behind different jump hosts the same address is
// another device, and so is what different programs reach.
func (h *Host) Place() string {
	place := h.Jump + " " + h.address()
	if h.Config != nil && h.Config.Transport == vty.Exec {
		place += " " + strings.Join(h.Config.Program, " ")
	}
	return place
}

// Hosts are the hosts of an inventory, each with base and what the inventory says
// of it. Their credential is the user and the place where the password was
// written.
func Hosts(hosts []*inventory.Host, base *vty.Config) []*Host {
	out := make([]*Host, len(hosts))
	for i, h := range hosts {
		cfg := h.Config(base)
		out[i] = &Host{
			Name: h.Name(), Address: h.Address(), Config: cfg, Groups: h.Groups(),
			Jump: h.Jump(), AAA: h.Field(inventory.FieldAAA).Text(),
			Credential: Credential(h, cmp.Or(cfg.User, h.Field(inventory.FieldUser).Text())), Sessions: h.Sessions(),
		}
	}
	return out
}

// Credential names the account that logs in to a host of an inventory as user.
func Credential(h *inventory.Host, user string) string {
	if v := h.Field(inventory.FieldPassword); v != nil {
		return user + " by " + v.Origin.String()
	}
	return user
}
