package sim

import (
	"slices"
	"strings"
)

// entry is one line of a configuration and the lines within it.
type entry struct {
	line string
	rule *rule // of the line; nil for a group's outer lines
	last int   // the rule's order, which is where the line stands
	kids []*entry
	body []string // the lines that belong to it, such as a banner's
}

// step is one level of the way to a line.
type step struct {
	line string
	rule *rule
	key  int // so many words identify it among its siblings
	body []string
}

// change is one accepted configuration line.
type change struct {
	path   []step   // contexts
	steps  []step   // the line, by groups; empty where Remove
	remove []string // words that a removed line begins with

	instead []string // words that begin the line's opposite, which goes
}

func (e *entry) clone() *entry {
	c := *e
	c.kids = make([]*entry, len(e.kids))
	for i, k := range e.kids {
		c.kids[i] = k.clone()
	}
	return &c
}

// apply carries out a change below e.
func (e *entry) apply(c change) {
	if c.remove != nil {
		at := e
		for _, s := range c.path {
			if at = at.find(s); at == nil {
				return
			}
		}
		at.drop(c.remove)
		return
	}
	at := e
	for _, s := range c.path {
		at = at.put(s)
	}
	if len(c.instead) > 0 {
		at.drop(c.instead)
	}
	for _, s := range c.steps {
		at = at.put(s)
	}
}

func (e *entry) find(s step) *entry {
	want := head(s.line, s.key)
	for _, k := range e.kids {
		if head(k.line, s.key) == want {
			return k
		}
	}
	return nil
}

// put finds or makes the line of s, in its rule's place.
func (e *entry) put(s step) *entry {
	if k := e.find(s); k != nil {
		k.line, k.body = s.line, s.body
		return k
	}
	k := &entry{line: s.line, rule: s.rule, last: s.rule.order, body: s.body}
	at, _ := slices.BinarySearchFunc(e.kids, k, func(a, b *entry) int {
		if a.last <= b.last { // after its equals
			return -1
		}
		return 1
	})
	e.kids = slices.Insert(e.kids, at, k)
	return k
}

// drop removes the lines whose words, with those of the groups around them,
// begin with words. Groups that are left empty go too.
func (e *entry) drop(words []string) {
	e.kids = slices.DeleteFunc(e.kids, func(k *entry) bool {
		own := strings.Fields(k.line)
		n := min(len(own), len(words))
		if !slices.Equal(own[:n], words[:n]) {
			return false
		}
		if len(words) <= len(own) {
			return true
		}
		k.drop(words[len(own):])
		return len(k.kids) == 0 && k.rule.within == nil
	})
}

// head is the first n words of a line.
func head(line string, n int) string {
	at := 0
	for ; n > 0; n-- {
		i := strings.IndexByte(line[at:], ' ')
		if i < 0 {
			return line
		}
		at += i + 1
	}
	return strings.TrimSuffix(line[:at], " ")
}

// name is the last word of the line that sets the device's name.
func (e *entry) name() string {
	for _, k := range e.kids {
		if k.rule.Sets == "host" && len(k.kids) == 0 {
			return k.line[strings.LastIndexByte(k.line, ' ')+1:]
		}
		if n := k.name(); n != "" {
			return n
		}
	}
	return ""
}

// show writes the lines below e as the device shows them.
func (e *entry) show(c *configuration) string {
	var b strings.Builder
	if c.Style == "braces" {
		e.braces(&b, "")
		return b.String()
	}
	kind := ""
	for i, k := range e.kids {
		block := len(k.kids) > 0 || k.rule.within != nil
		first, _, _ := strings.Cut(k.line, " ")
		if c.Mark != "" && i > 0 && (block || first != kind) {
			b.WriteString(c.Mark + "\n")
		}
		kind = first
		k.indented(&b, "", c)
	}
	if c.Mark != "" && len(e.kids) > 0 {
		b.WriteString(c.Mark + "\n")
	}
	return b.String()
}

func (e *entry) indented(b *strings.Builder, by string, c *configuration) {
	b.WriteString(by + e.line + "\n")
	for _, l := range e.body {
		b.WriteString(l + "\n")
	}
	for _, k := range e.kids {
		k.indented(b, by+c.Indent, c)
	}
	if c.Close != "" && e.rule.within != nil {
		b.WriteString(by + c.Close + "\n")
	}
}

func (e *entry) braces(b *strings.Builder, by string) {
	for _, k := range e.kids {
		if len(k.kids) == 0 {
			b.WriteString(by + k.line + ";\n")
			continue
		}
		b.WriteString(by + k.line + " {\n")
		k.braces(b, by+"    ")
		b.WriteString(by + "}\n")
	}
}

// flat writes each line in full words: "set system host-name r1".
func (e *entry) flat(b *strings.Builder, prefix string) {
	for _, k := range e.kids {
		if len(k.kids) == 0 {
			b.WriteString(prefix + " " + k.line + "\n")
		} else {
			k.flat(b, prefix+" "+k.line)
		}
	}
}
