package sim

import (
	"slices"
	"strings"
)

// candidate is a configuration being edited: what was changed, and how the
// whole looks with it.
type candidate struct {
	changes []change
	view    *entry // nil until the first change
}

// dirty reports whether a commit of c would change the running configuration.
// The device is locked.
func (d *Device) dirty(c *candidate) bool {
	conf := &d.model.data.Configuration
	return c != nil && c.view != nil && c.view.show(conf) != d.running.show(conf)
}

// objection is what a commit says against a line below e; "" where nothing.
func (e *entry) objection() string {
	if len(e.kids) == 0 && e.rule != nil {
		return e.rule.Fails
	}
	for _, k := range e.kids {
		if said := k.objection(); said != "" {
			return said
		}
	}
	return ""
}

// kind is how lines act in the session's mode: direct, shared, exclusive, private,
// or "".
func (s *shell) kind() string {
	if s.how != "" {
		return s.how
	}
	return s.model().data.Configuration.Modes[s.mode]
}

// edited is the candidate of the session's mode, or nil. The device is locked.
func (s *shell) edited() *candidate {
	switch s.kind() {
	case "shared", "exclusive":
		return &s.dev.shared
	case "private":
		if s.own == nil {
			s.own = &candidate{}
		}
		return s.own
	case "":
		if s.model().data.Configuration.Anywhere {
			return &s.dev.shared
		}
	}
	return nil
}

// current is the configuration that the session sees.
func (s *shell) current() *entry {
	s.dev.mu.Lock()
	defer s.dev.mu.Unlock()
	if c := s.edited(); c != nil && c.view != nil {
		return c.view.clone()
	}
	return s.dev.running.clone()
}

// change takes a configuration line.
func (s *shell) change(f fitted) {
	d := s.dev
	d.mu.Lock()
	defer d.mu.Unlock()
	c := s.edited()
	if c == nil {
		d.running.apply(f.change)
		d.renamed()
		return
	}
	if c.view == nil {
		c.view = d.running.clone()
	}
	c.view.apply(f.change)
	c.changes = append(c.changes, f.change)
}

// commit makes the candidate live; false where the device refuses it.
func (s *shell) commit() bool {
	d, conf := s.dev, &s.model().data.Configuration
	d.mu.Lock()
	said, ok := conf.Done, true
	if c := s.edited(); !d.dirty(c) {
		if conf.Nothing != "" {
			said = conf.Nothing
		}
	} else if no := c.view.objection(); no != "" {
		said, ok = no, false
	} else {
		for _, change := range c.changes {
			d.running.apply(change)
		}
		*c = candidate{}
		d.renamed()
	}
	d.mu.Unlock()
	s.say(said)
	return ok
}

// discard throws the candidate away.
func (s *shell) discard() {
	s.dev.mu.Lock()
	defer s.dev.mu.Unlock()
	if c := s.edited(); c != nil {
		*c = candidate{}
	}
}

func (s *shell) dirty() bool {
	s.dev.mu.Lock()
	defer s.dev.mu.Unlock()
	return s.dev.dirty(s.edited())
}

// here is the part of the configuration that the session stands in.
func (s *shell) here() string {
	at := s.current()
	for _, p := range s.path {
		if at = at.find(step{line: p.line, key: 1 << 8}); at == nil {
			return ""
		}
	}
	return at.show(&s.model().data.Configuration)
}

// flat is the configuration as the lines that would make it.
func (s *shell) flat() string {
	var b strings.Builder
	s.current().flat(&b, s.model().data.Configuration.Set)
	return b.String()
}

// changes are the lines that differ between candidate and running, marked + and
// -.
func (s *shell) changes() string {
	set := s.model().data.Configuration.Set
	var was, is strings.Builder
	s.current().flat(&is, set)
	s.dev.mu.Lock()
	s.dev.running.flat(&was, set)
	s.dev.mu.Unlock()
	old, now := strings.Split(was.String(), "\n"), strings.Split(is.String(), "\n")
	var b strings.Builder
	for _, l := range old {
		if !slices.Contains(now, l) {
			b.WriteString("- " + strings.TrimPrefix(l, set+" ") + "\n")
		}
	}
	for _, l := range now {
		if !slices.Contains(old, l) {
			b.WriteString("+ " + strings.TrimPrefix(l, set+" ") + "\n")
		}
	}
	return b.String()
}

// section is the part of a configuration whose lines begin with what.
func (d *Device) section(of *entry, what string) string {
	conf := &d.model.data.Configuration
	if what == "" {
		return of.show(conf)
	}
	words := strings.Fields(what)
	part := &entry{}
	for _, k := range of.kids {
		own := strings.Fields(k.line)
		if len(own) < len(words) {
			continue
		}
		same := true
		for i, w := range words {
			if i == len(words)-1 {
				if full, ok := d.model.opts.expand(w); ok {
					w = full
				}
			}
			same = same && len(w) <= len(own[i]) && strings.EqualFold(own[i][:len(w)], w)
		}
		if same {
			part.kids = append(part.kids, k)
		}
	}
	return part.show(conf)
}

func (d *Device) save() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.startup = d.running.clone()
}

func (d *Device) showStartup() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.startup.show(&d.model.data.Configuration)
}
