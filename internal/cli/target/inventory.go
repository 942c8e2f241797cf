package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/inventory"
)

// fromInventory adds the hosts that -i and -s name.
func (f *Flags) fromInventory(ctx context.Context, set *Set, c *configured) error {
	if f.inventory == "" {
		if f.selector != "" {
			return exit.Misused(errors.New("--select chooses from an inventory: name one with -i FILE"))
		}
		return nil
	}
	selector, err := inventory.ParseSelector(f.selector)
	if err != nil {
		return exit.Misused(err)
	}
	inv, err := inventory.Open(ctx, f.inventory, &inventory.Options{Platforms: Library(c.s)})
	if err != nil {
		return exit.Misused(err)
	}
	hosts := inv.Select(selector)
	if len(hosts) == 0 {
		return exit.Misused(fmt.Errorf("%s: %w", f.inventory, &inventory.NoHostError{Inventory: inv, Selector: selector}))
	}
	for _, h := range hosts {
		if file := h.SSHConfig(); file != nil {
			c.file = file
		}
		t, err := f.listed(ctx, h, c)
		if err != nil {
			return err
		}
		set.Targets = append(set.Targets, t)
	}
	return nil
}

// listed is a host of an inventory as a target. What the flags name wins over the
// inventory.
func (f *Flags) listed(ctx context.Context, h *inventory.Host, c *configured) (*Target, error) {
	t := &Target{Label: h.Name(), Listed: h, Host: Host{Name: h.Name()}, Config: *h.Config(&c.base), timeout: f.timeout}
	t.Config.Via, t.Config.SSHConfig = nil, nil // device below sees to the way, and to what the configuration says
	if h.SSHConfig() == nil {
		if h.Field(inventory.FieldJump) != nil {
			t.jump = cmp.Or(h.Jump(), "none")
		}
		t.Host.Name = cmp.Or(h.Field(inventory.FieldAddress).Text(), h.Name())
		t.Host.Port, _ = strconv.Atoi(h.Field(inventory.FieldPort).Text())
	}
	f.win(&t.Config, &c.base)
	if name := t.Config.Platform; t.Config.Definition == nil && !auto(name) {
		def, err := Definition(c.s, name)
		if err != nil {
			return nil, exit.Misused(fmt.Errorf("%s: %w", h.Field(inventory.FieldPlatform).Origin, err))
		}
		t.Config.Definition = def
	}
	if !f.set.Changed("timeout") && h.Timeout() > 0 {
		t.timeout = h.Timeout()
	}
	if err := checkMode(t.Config.Definition, t.Config.Mode); err != nil {
		return nil, err
	}
	t.who = login{user: t.Config.User, auth: t.Config.Auth,
		name: fmt.Sprint(fleet.Credential(h, t.Config.User), h.Field(inventory.FieldKeyFile))}
	if err := c.reach(ctx, t); err != nil {
		return nil, err
	}
	if err := t.fits(); err != nil {
		return nil, err
	}
	if f.lacksUser(t) {
		return nil, exit.Misused(fmt.Errorf("%s: no user to log in to %s as: give one in the inventory, use -u, or set $%s", h.Origin(), t.Label, envUser))
	}
	return t, nil
}

// win puts what flags on the command line say over what an inventory says. What
// comes from the environment or from settings stands below the inventory.
func (f *Flags) win(cfg, base *vty.Config) {
	for name, take := range map[string]func(){
		"user":          func() { cfg.User = base.User },
		"platform":      func() { cfg.Platform, cfg.Definition = base.Platform, base.Definition },
		"transport":     func() { cfg.Transport = base.Transport },
		"fallback":      func() { cfg.Fallback = base.Fallback },
		"program":       func() { cfg.Program = base.Program },
		"baud":          func() { cfg.Line.Baud = base.Line.Baud },
		"frame":         func() { cfg.Line.Frame = base.Line.Frame },
		"flow":          func() { cfg.Line.Flow = base.Line.Flow },
		"console":       func() { cfg.Console = base.Console },
		"mode":          func() { cfg.Mode = base.Mode },
		"host-key":      func() { cfg.HostKeys = base.HostKeys },
		"legacy":        func() { cfg.Legacy = base.Legacy },
		"password-file": func() { cfg.Password, cfg.Auth = base.Password, base.Auth },
		"ask-pass":      func() { cfg.Password, cfg.Auth = base.Password, base.Auth },
		"identity":      func() { cfg.Auth = base.Auth },
		"enable-file":   func() { cfg.Secrets = base.Secrets },
		"timeout":       func() { cfg.OpenTimeout, cfg.Silence = base.OpenTimeout, base.Silence },
	} {
		if f.set.Changed(name) {
			take()
		}
	}
	if f.set.Changed("known-hosts") && !f.set.Changed("host-key") {
		cfg.HostKeys = among(f.knownHosts, cfg.HostKeys)
	}
}

// among is an inventory's policy with known_hosts files of the command line: they say
// where to look, and not what to do with a key that is not there.
func among(files []string, policy auth.HostKeys) auth.HostKeys {
	switch policy := policy.(type) {
	case auth.PinnedPolicy:
		return policy
	case auth.KnownHostsPolicy:
		policy.Files = files
		return policy
	}
	return auth.KnownHosts(files...)
}
