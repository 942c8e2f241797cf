package target

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/vtynet/vty"
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
	inv, err := inventory.Open(ctx, f.inventory, nil)
	if err != nil {
		return exit.Misused(err)
	}
	hosts := inv.Select(selector)
	if len(hosts) == 0 {
		return exit.Misused(fmt.Errorf("no host of %s is selected; it has %d hosts in the groups %v", f.inventory, len(inv.Hosts()), inv.Groups()))
	}
	for _, h := range hosts {
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
	if j := h.Field(inventory.FieldJump); j != nil && len(f.jump) == 0 {
		return nil, exit.Misused(fmt.Errorf("%s: %s.jump is not used yet: name the jump hosts with -J or in the SSH configuration", j.Origin, h.Name()))
	}
	t := &Target{Label: h.Name(), Host: Host{Name: h.Name()}, Config: *h.Config(&c.base), timeout: f.timeout}
	if a := h.Field(inventory.FieldAddress).Text(); a != "" {
		t.Host.Name = a
	}
	t.Host.Port, _ = strconv.Atoi(h.Field(inventory.FieldPort).Text())
	if f.user != "" {
		t.Config.User = f.user
	}
	if f.platform != "" || t.Config.Platform == "" {
		t.Config.Definition = c.base.Definition
	} else {
		def, err := Definition(c.s, t.Config.Platform)
		if err != nil {
			return nil, exit.Misused(fmt.Errorf("%s: %w", h.Field(inventory.FieldPlatform).Origin, err))
		}
		t.Config.Definition = def
	}
	if f.timeout > 0 {
		t.Config.OpenTimeout, t.Config.Silence = f.timeout, -1
	} else {
		t.timeout = h.Timeout()
	}
	if err := checkMode(t.Config.Definition, t.Config.Mode); err != nil {
		return nil, err
	}
	if err := c.device(ctx, t); err != nil {
		return nil, err
	}
	if t.Config.User == "" && t.Config.Transport == vty.SSH {
		return nil, exit.Misused(fmt.Errorf("%s: no user to log in to %s as: give one in the inventory, use -u, or set $%s", h.Origin(), t.Label, envUser))
	}
	return t, nil
}
