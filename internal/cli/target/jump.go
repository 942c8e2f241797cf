package target

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/ssh"
)

// maxHops bounds how long a chain may get by jump hosts that have jump hosts.
const maxHops = 16

// login is who logs in to jump hosts that say nothing of it: whoever does to the
// device behind them.
type login struct {
	name string // tells the logins of an inventory apart
	user string
	auth []auth.Method
}

// jumpHosts prepares the jump hosts that -J names, which every device is reached
// through.
func (c *configured) jumpHosts(ctx context.Context) error {
	var named []sshconfig.Jump
	for _, text := range c.flags.jump {
		h, err := ParseHost(text)
		if err != nil {
			return exit.Misused(fmt.Errorf("--jump: %w", err))
		}
		named = append(named, sshconfig.Jump{User: h.User, Host: h.Name, Port: h.Port})
	}
	var err error
	c.every, err = c.chain(ctx, named, c.who, 0)
	return err
}

// written is jump hosts as ssh -J takes them.
func written(named []sshconfig.Jump) string {
	var texts []string
	for _, j := range named {
		texts = append(texts, j.String())
	}
	return strings.Join(texts, ",")
}

// chain makes hops of jump hosts. The first may itself be reached through others,
// as the SSH configuration has it.
func (c *configured) chain(ctx context.Context, named []sshconfig.Jump, who login, depth int) ([]jump.Hop, error) {
	if depth > maxHops {
		return nil, exit.Misused(fmt.Errorf("the jump host %v is reached through itself", named[0]))
	}
	var hops []jump.Hop
	for i, j := range named {
		hop, said, err := c.hop(ctx, j, who)
		if err != nil {
			return nil, err
		}
		if i == 0 && said.ProxyJump != nil {
			if hops, err = c.chain(ctx, said.ProxyJump, who, depth+1); err != nil {
				return nil, err
			}
		}
		hops = append(hops, hop)
	}
	return hops, nil
}

// hop is a jump host as the SSH configuration knows it. Hops that are written
// alike and that the same account logs in to are one, so that they share their
// connection.
func (c *configured) hop(ctx context.Context, j sshconfig.Jump, who login) (jump.Hop, *sshconfig.Host, error) {
	said, err := c.resolve(ctx, Host{Name: j.Host, Port: j.Port}, cmp.Or(j.User, who.user))
	if err != nil {
		return jump.Hop{}, nil, err
	}
	key := j.String() + " as " + who.name
	if hop, ok := c.hops[key]; ok {
		return hop, said, nil
	}
	methods := who.auth
	if _, given := c.s.LookupEnv(envJumpPassword); given {
		if methods, err = c.flags.methods(c.s, env(c.s, envJumpPassword)); err != nil {
			return jump.Hop{}, nil, err
		}
	}
	open := ssh.Config{
		User: cmp.Or(j.User, who.user), Auth: methods, HostKeys: jumpHostKeys(c.base.HostKeys, c.flags),
		Socket: c.base.Socket, Legacy: c.base.Legacy, Logger: c.base.Logger,
	}
	cfg, err := open.With(said, env(c.s, envPassphrase))
	if err != nil {
		return jump.Hop{}, nil, exit.Misused(fmt.Errorf("jump host %v: %w", j, err))
	}
	if line := said.ProxyCommand; line != "" {
		cfg.Dial = byCommand(line)
	}
	if cfg.User = cmp.Or(cfg.User, c.localUser()); cfg.User == "" {
		return jump.Hop{}, nil, exit.Misused(fmt.Errorf("no user to log in to the jump host %v as: write USER@%v", j, j))
	}
	hop := jump.Hop{Host: said.HostName, Port: said.Port, SSH: cfg}
	c.hops[key] = hop
	return hop, said, nil
}

// jumpHostKeys is the policy for the keys of jump hosts: the devices', but for a
// pinned key, which is a device's own.
func jumpHostKeys(devices auth.HostKeys, f *Flags) auth.HostKeys {
	if _, pinned := devices.(auth.PinnedPolicy); pinned {
		if f.knownHosts == nil {
			return nil // as the SSH configuration says
		}
		return auth.KnownHosts(f.knownHosts...)
	}
	return devices
}
