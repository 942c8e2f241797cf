package target

import (
	"cmp"
	"fmt"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/ssh"
)

// throughJumpHosts has every device be reached through the jump hosts that -J
// names. All share one connection to each, which ends with the set.
func (f *Flags) throughJumpHosts(set *Set, base *vty.Config, s *streams.Streams) error {
	if len(f.jump) == 0 {
		return nil
	}
	methods := base.Auth
	if _, given := s.LookupEnv(envJumpPassword); given {
		var err error
		if methods, err = f.methods(s, env(s, envJumpPassword)); err != nil {
			return err
		}
	}
	var hops []jump.Hop
	for _, text := range f.jump {
		h, err := ParseHost(text)
		if err != nil {
			return exit.Misused(fmt.Errorf("--jump: %w", err))
		}
		user := cmp.Or(h.User, base.User)
		if user == "" {
			return exit.Misused(fmt.Errorf("--jump: no user to log in to %s as: write USER@%s", h.Address(), h.Address()))
		}
		hops = append(hops, jump.Hop{Host: h.Name, Port: h.Port, SSH: &ssh.Config{
			User: user, Auth: methods, HostKeys: jumpHostKeys(base.HostKeys, f),
			Socket: base.Socket, Legacy: base.Legacy, Logger: base.Logger,
		}})
	}
	pool := &jump.Pool{}
	set.closers = append(set.closers, pool)
	base.Via = pool.Dialer(hops...)
	return nil
}

// jumpHostKeys is the policy for the keys of jump hosts: the devices', but for a
// pinned key, which is a device's own.
func jumpHostKeys(devices auth.HostKeys, f *Flags) auth.HostKeys {
	if _, pinned := devices.(auth.PinnedPolicy); pinned {
		return auth.KnownHosts(f.knownHosts...)
	}
	return devices
}
