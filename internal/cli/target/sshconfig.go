package target

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/ssh"
)

// configured makes configurations of hosts: the flags first, then what the SSH
// configuration says of the host, then what is usual.
type configured struct {
	flags *Flags
	s     *streams.Streams
	base  vty.Config
	file  *sshconfig.Config
	told  map[sshconfig.Warning]bool

	known ssh.KnownFiles
	who   login // as the flags have it
	pool  *jump.Pool
	hops  map[string]jump.Hop // so that hops that are written alike are one
	every []jump.Hop          // that -J names
}

// configured reads the SSH configuration, and prepares the jump hosts that -J
// names. They end with the set.
func (f *Flags) configured(ctx context.Context, set *Set, base vty.Config, s *streams.Streams) (*configured, error) {
	c := &configured{flags: f, s: s, base: base, file: &sshconfig.Config{}, told: map[sshconfig.Warning]bool{},
		who: login{user: base.User, auth: base.Auth}, pool: &jump.Pool{}, hops: map[string]jump.Hop{}}
	var err error
	switch {
	case f.sshConfig == "none", f.hosts == nil && f.inventory == "":
	case f.sshConfig == "":
		c.file, err = sshconfig.Default()
	default:
		c.file, err = sshconfig.Load(f.sshConfig)
	}
	if err != nil {
		return nil, exit.Misused(fmt.Errorf("%w (-F names another file, -F none uses none)", err))
	}
	c.warn(c.file.Warnings())
	set.closers = append(set.closers, c.pool)
	return c, c.jumpHosts(ctx)
}

// warn says each thing once.
func (c *configured) warn(warnings []sshconfig.Warning) {
	for _, w := range warnings {
		if !c.told[w] {
			c.told[w] = true
			_, _ = fmt.Fprintf(c.s.Err, "vty: warning: %v\n", w)
		}
	}
}

// resolve asks the SSH configuration for a host.
func (c *configured) resolve(ctx context.Context, h Host, user string) (*sshconfig.Host, error) {
	said, err := c.file.Resolve(ctx, sshconfig.Query{Host: h.Name, User: user, Port: h.Port, Exec: c.flags.matchExec})
	if err != nil {
		return nil, exit.Misused(err)
	}
	c.warn(said.Warnings())
	if said.IdentityAgent == "" {
		said.IdentityAgent = c.s.Env("SSH_AUTH_SOCK")
		if said.IdentityAgent == "" && os.PathSeparator == '/' {
			said.IdentityAgent = "none"
		}
	}
	return said, nil
}

// localUser is the last resort for the name to log in as.
func (c *configured) localUser() string { return cmp.Or(c.s.Env("USER"), c.s.Env("USERNAME")) }

// reach completes the configuration of a device that the command line or an inventory
// names.
func (c *configured) reach(ctx context.Context, t *Target) error {
	if c.flags.hop.host != "" {
		return c.byHop(ctx, t)
	}
	return c.device(ctx, t)
}

// device completes the configuration of a device.
func (c *configured) device(ctx context.Context, t *Target) error {
	if t.Config.Transport == vty.Serial {
		t.Config.User = cmp.Or(t.Config.User, c.localUser())
		return nil
	}
	if t.Config.Transport == vty.OpenSSH {
		c.bySystem(t)
		return nil
	}
	if t.Config.Transport != vty.SSH {
		t.Config.User = cmp.Or(t.Config.User, c.localUser())
		return c.through(ctx, t, nil)
	}
	said, err := c.resolve(ctx, t.Host, t.Config.User)
	if err != nil {
		return err
	}
	s, err := t.Config.ForSSH().With(said, env(c.s, envPassphrase))
	if err != nil {
		return exit.Misused(err)
	}
	s.KnownFiles = &c.known
	t.SSHConfig, t.Config.SSH = said, s
	t.Host.Name, t.Host.Port = said.HostName, said.Port
	t.Config.User = cmp.Or(s.User, c.localUser())
	t.Config.Auth, t.Config.HostKeys, t.Config.Socket = s.Auth, s.HostKeys, s.Socket
	return c.through(ctx, t, said)
}

// through says by which way a device is reached: through the jump hosts of -J, or
// else as the inventory or the SSH configuration has it.
func (c *configured) through(ctx context.Context, t *Target, said *sshconfig.Host) error {
	hops, err := c.every, error(nil)
	switch {
	case hops != nil:
		t.Jump = strings.Join(c.flags.jump, ",")
	case t.jump == "none":
	case t.jump != "":
		named, bad := sshconfig.ParseJumps(t.jump)
		if bad != nil {
			return exit.Misused(bad)
		}
		t.Jump = t.jump
		hops, err = c.chain(ctx, named, t.who, 0)
	case said != nil && said.ProxyCommand != "":
		t.Config.Via = byCommand(said.ProxyCommand)
	case said != nil:
		t.Jump = written(said.ProxyJump)
		hops, err = c.chain(ctx, said.ProxyJump, t.who, 0)
	}
	if hops != nil {
		t.Config.Via = c.pool.Dialer(hops...)
	}
	return err
}

// byCommand reaches a host by a proxy command.
func byCommand(line string) func(context.Context, string, int) (net.Conn, error) {
	return func(ctx context.Context, _ string, _ int) (net.Conn, error) { return jump.Command(ctx, line) }
}

// hostKeys is what the flags say; nil where they say nothing.
func (f *Flags) hostKeys() auth.HostKeys {
	if f.hostKey.text == "" && f.knownHosts == nil {
		return nil
	}
	return f.hostKey.policy(f.knownHosts)
}
