package inventory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/vtynet/vty/platform"
)

// Check looks for what will go wrong: platforms that nobody knows and modes that
// they do not have, hosts that are one and the same device, secrets that cannot be
// had, key files that are not there, and what was strange when the inventory was
// read. It asks for each secret once. What is not sure to go wrong is a warning.
func (inv *Inventory) Check(ctx context.Context) []Problem {
	c := &checker{
		inv: inv, problems: slices.Clone(inv.problems),
		devices: map[string]*Host{}, asked: map[Origin]bool{},
	}
	for _, h := range inv.hosts {
		c.platform(h)
		c.device(h)
		c.secrets(ctx, h)
		c.keyFiles(h)
	}
	return c.problems
}

type checker struct {
	inv      *Inventory
	problems []Problem
	devices  map[string]*Host // by address
	asked    map[Origin]bool  // secrets and files
}

func (c *checker) add(at Origin, h *Host, field, format string, args ...any) *Problem {
	c.problems = append(c.problems, Problem{Origin: at, Field: "hosts." + h.name + "." + field, Text: fmt.Sprintf(format, args...)})
	return &c.problems[len(c.problems)-1]
}

func (c *checker) platform(h *Host) {
	name := h.values[FieldPlatform].Text()
	if name == "" || name == "auto" || strings.ContainsAny(name, `./\`) { // a definition file
		return
	}
	at := h.values[FieldPlatform].Origin
	def, err := c.inv.library.Load(name)
	if unknown, ok := errors.AsType[*platform.UnknownError](err); ok {
		like := ""
		if len(unknown.Near) > 0 {
			like = "; did you mean " + unknown.Near[0] + "?"
		}
		c.add(at, h, FieldPlatform, "%q is no platform that vty knows%s", name, like)
		return
	}
	if err != nil {
		c.add(at, h, FieldPlatform, "%q cannot be used: %v", name, err)
		return
	}
	if mode := h.values[FieldMode]; mode != nil {
		if wanted, _ := platform.Target(mode.Text()); !slices.ContainsFunc(def.Modes, func(m platform.Mode) bool { return m.Name == wanted }) {
			c.add(mode.Origin, h, FieldMode, "%q is no mode of %s", wanted, def.Name)
		}
	}
}

// device finds hosts that are one device: at the same address and port, behind the
// same jump hosts, or reached by the same program.
func (c *checker) device(h *Host) {
	name, port, err := net.SplitHostPort(h.Address())
	if err != nil {
		name, port = strings.Trim(h.Address(), "[]"), "22"
		if h.values[FieldTransport].Text() == "telnet" {
			port = "23"
		}
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		name = ip.Unmap().String()
	}
	place := strings.ToLower(net.JoinHostPort(name, port)) + " " + h.Jump() + " " + h.values[FieldProgram].Text()
	first := c.devices[place]
	if first == nil {
		c.devices[place] = h
		return
	}
	at := h.origin
	if a := h.values[FieldAddress]; a != nil {
		at = a.Origin
	}
	c.add(at, h, FieldAddress, "is %s, as that of %s at %s", h.Address(), first.name, first.origin).Warning = true
}

func (c *checker) secrets(ctx context.Context, h *Host) {
	for _, field := range []string{FieldPassword, FieldEnable, FieldPassphrase} {
		src := h.secret(field)
		if src == nil || c.asked[h.values[field].Origin] {
			continue
		}
		at := h.values[field].Origin
		c.asked[at] = true
		if _, err := src.Secret(ctx); err != nil {
			c.add(at, h, field, "cannot be had: %v", err)
		}
	}
}

func (c *checker) keyFiles(h *Host) {
	v := h.values[FieldKeyFile]
	if v == nil || c.asked[v.Origin] || h.ssh != nil { // ssh_config may name keys that are not there
		return
	}
	c.asked[v.Origin] = true
	for _, file := range v.files() {
		if _, err := os.Stat(file); err != nil {
			c.add(v.Origin, h, FieldKeyFile, "cannot be read: %v", err)
		}
	}
}
