package sim

import "strings"

// fitted is a configuration line read: what it changes and where it leads.
type fitted struct {
	match[*rule]
	change change
	into   []step            // the context after the line
	caught map[string]string // what its captures caught
}

// fit reads a configuration line in a context. A line that the context does not
// know is tried in the contexts around it, as devices do.
func (m *Model) fit(path []step, line string) fitted {
	c := &m.data.Configuration
	tokens := m.opts.split(line)
	if len(tokens) == 0 {
		return fitted{match: match[*rule]{why: incomplete}}
	}
	negated := c.Negate != "" && tokens[0].text == c.Negate
	whole := tokens // "no switchport" may be a line of its own
	switch {
	case negated, c.Set != "" && tokens[0].text == c.Set:
		tokens = tokens[1:]
	case c.Set != "":
		return fitted{match: match[*rule]{why: invalid}}
	}
	skipped := len(m.opts.split(line)) - len(tokens)
	if c.Style == "braces" {
		f := m.fitGroups(path, line, tokens, negated)
		f.at += skipped
		return f
	}
	best := fitted{match: match[*rule]{why: invalid, at: -1}}
	for n := len(path); n >= 0; n-- {
		g := &m.rules
		if n > 0 {
			if g = path[n-1].rule.within; g == nil {
				continue
			}
		}
		got := g.match(line, tokens)
		kept := false
		if negated {
			if as := g.match(line, whole); as.value != nil {
				got, kept = as, true
			}
		}
		if got.value == nil && (!negated || !got.open) {
			if got.at > best.at {
				best = fitted{match: got}
			}
			continue
		}
		f := fitted{match: got, into: path[:n:n], caught: got.caught}
		if negated && !kept {
			f.change = change{path: path[:n:n], remove: got.words}
			if got.value == nil { // "no description" says enough
				f.value = &removed
			}
			return f
		}
		r := *got.value
		s := step{line: strings.Join(got.words, " "), rule: r, key: r.key}
		f.change = change{path: path[:n:n], steps: []step{s}, instead: append([]string{c.Negate}, got.words...)}
		if kept {
			f.change.instead = got.words[1:]
		}
		if r.within != nil {
			f.into = append(f.into, s)
		}
		return f
	}
	best.at += skipped
	return best
}

// removed stands for the rule of a line that takes others away.
var removed = &rule{}

// fitGroups reads a line of a device whose lines are paths: set a b c.
func (m *Model) fitGroups(path []step, line string, tokens []token, negated bool) fitted {
	var all []token
	for _, s := range path {
		for w := range strings.FieldsSeq(s.line) {
			all = append(all, token{w, 0})
		}
	}
	inner := len(all)
	all = append(all, tokens...)
	got := m.rules.match(line, all)
	f := fitted{match: got, into: path, caught: got.caught}
	f.at -= inner
	if got.value == nil && (!negated || !got.open || len(tokens) == 0) {
		return f
	}
	if negated {
		f.change = change{remove: got.words}
		f.value = &removed
		return f
	}
	r := *got.value
	from := 0
	for _, to := range append(r.groups[:len(r.groups):len(r.groups)], len(got.words)) {
		s := step{line: strings.Join(got.words[from:to], " "), rule: r, key: 1 << 8}
		if to == len(got.words) {
			s.key = r.key
		}
		f.change.steps = append(f.change.steps, s)
		from = to
	}
	return f
}

// edit reads the path after "edit", down from a context; false where no line
// could stand there.
func (m *Model) edit(path []step, text string) ([]step, bool) {
	var all []token
	for _, s := range path {
		for w := range strings.FieldsSeq(s.line) {
			all = append(all, token{w, 0})
		}
	}
	inner := len(all)
	all = append(all, m.opts.split(text)...)
	got := m.rules.match(text, all)
	if got.value != nil || got.why != incomplete || !got.bound || len(all) == inner {
		return nil, false
	}
	bounds := append(got.bounds, len(got.words))
	out := path[:len(path):len(path)]
	from := inner
	for _, to := range bounds {
		if to > from {
			out = append(out, step{line: strings.Join(got.words[from:to], " ")})
			from = to
		}
	}
	return out, true
}
