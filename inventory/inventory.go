package inventory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sshconfig"
)

// Inventory is hosts, resolved: each has the values of its own, of its groups and
// of the defaults. It is read-only and safe for concurrent use.
type Inventory struct {
	hosts    []*Host
	byName   map[string]*Host
	problems []Problem
	library  *platform.Library
}

// Hosts are all hosts, in the order in which they were written.
func (inv *Inventory) Hosts() []*Host { return inv.hosts }

// Host is the host of a name, nil where there is none.
func (inv *Inventory) Host(name string) *Host { return inv.byName[name] }

// Groups are the names of all groups that have hosts, sorted.
func (inv *Inventory) Groups() []string {
	seen := map[string]bool{}
	for _, h := range inv.hosts {
		for _, g := range h.groups {
			seen[g] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Select are the hosts that a selector is true of, in the inventory's order. A nil
// selector selects all.
func (inv *Inventory) Select(s *Selector) []*Host {
	var out []*Host
	for _, h := range inv.hosts {
		if s.Matches(h) {
			out = append(out, h)
		}
	}
	return out
}

// entry is a host, a group or the defaults as written: not yet resolved.
type entry struct {
	name   string
	origin Origin
	groups []string // of a group: its parents
	values map[string]*Value
	data   map[string]*Value
}

func newEntry(name string, origin Origin) *entry {
	return &entry{name: name, origin: origin, values: map[string]*Value{}, data: map[string]*Value{}}
}

// book is an inventory as written, before it is resolved. Every reader makes one.
type book struct {
	hosts    []*entry
	groups   map[string]*entry
	defaults *entry
	library  *platform.Library
	problems []Problem
	ssh      *sshconfig.Config // where the inventory is one
	// order gives the groups of a host, nearest first; nil means depth first in
	// the order in which they are written, as nornir has it.
	order func(b *book, host *entry) []string
}

func newBook(library *platform.Library) *book {
	return &book{library: library, groups: map[string]*entry{}, defaults: newEntry("defaults", Origin{})}
}

func (b *book) fail(at Origin, field, format string, args ...any) {
	b.problems = append(b.problems, Problem{Origin: at, Field: field, Text: fmt.Sprintf(format, args...)})
}

func (b *book) warn(at Origin, field, format string, args ...any) {
	b.problems = append(b.problems, Problem{Origin: at, Field: field, Text: fmt.Sprintf(format, args...), Warning: true})
}

// resolve makes an Inventory of what is written.
func (b *book) resolve() (*Inventory, error) {
	b.checkGroups()
	inv := &Inventory{byName: map[string]*Host{}, library: b.library}
	for _, e := range b.hosts {
		if first := inv.byName[e.name]; first != nil {
			b.fail(e.origin, "hosts."+e.name, "is given twice, first at %s", first.origin)
			continue
		}
		if strings.ContainsFunc(e.name, unicode.IsControl) {
			b.fail(e.origin, "", "the name of a host holds control characters: %q", e.name)
			continue
		}
		h := b.host(e)
		inv.hosts = append(inv.hosts, h)
		inv.byName[h.name] = h
	}
	var fatal []Problem
	for _, p := range b.problems {
		if p.Warning {
			inv.problems = append(inv.problems, p)
		} else {
			fatal = append(fatal, p)
		}
	}
	if fatal != nil {
		return nil, &InvalidError{Problems: fatal}
	}
	return inv, nil
}

// checkGroups finds groups that nobody wrote and groups that contain themselves.
func (b *book) checkGroups() {
	entries := slices.Clone(b.hosts)
	for _, name := range slices.Sorted(maps.Keys(b.groups)) {
		entries = append(entries, b.groups[name])
	}
	for _, e := range entries {
		for _, g := range e.groups {
			if b.groups[g] == nil {
				b.fail(e.origin, e.name+".groups", "names the group %q, which does not exist", g)
			}
		}
	}
	const entered, left = 1, 2
	state := map[string]int{}
	var visit func(name string)
	visit = func(name string) {
		e := b.groups[name]
		if e == nil || state[name] == left {
			return
		}
		if state[name] == entered {
			b.fail(e.origin, "groups."+name, "contains itself")
			return
		}
		state[name] = entered
		for _, g := range e.groups {
			visit(g)
		}
		state[name] = left
	}
	for _, name := range slices.Sorted(maps.Keys(b.groups)) {
		visit(name)
	}
}

// depthFirst is the groups of an entry: each followed by those it is in.
func (b *book) depthFirst(e *entry) []string {
	var out []string
	seen := map[string]bool{}
	var visit func(groups []string)
	visit = func(groups []string) {
		for _, g := range groups {
			if seen[g] || b.groups[g] == nil {
				continue
			}
			seen[g] = true
			out = append(out, g)
			visit(b.groups[g].groups)
		}
	}
	visit(e.groups)
	return out
}

// host resolves a host.
func (b *book) host(e *entry) *Host {
	h := &Host{name: e.name, origin: e.origin, ssh: b.ssh, values: map[string]*Value{}, data: map[string]*Value{}}
	if b.order != nil {
		h.groups = b.order(b, e)
	} else {
		h.groups = b.depthFirst(e)
	}
	take := func(from *entry, layer string) {
		for k, v := range from.values {
			if h.values[k] == nil {
				h.values[k] = v.under(layer)
			}
		}
		for k, v := range from.data {
			if h.data[k] == nil {
				h.data[k] = v.under(layer)
			}
		}
	}
	take(e, "host "+e.name)
	for _, g := range h.groups {
		take(b.groups[g], "group "+g)
	}
	take(b.defaults, "defaults")
	return h
}

// set sets a field of an entry, after a look at its value.
func (b *book) set(e *entry, at, field string, v *Value) {
	if why := valid(field, v); why != "" {
		b.fail(v.Origin, at+"."+field, "%s", why)
		return
	}
	e.values[field] = v
}
