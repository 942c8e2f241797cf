package platform

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

var (
	properName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	fieldMark  = regexp.MustCompile(`\{[a-z]+\}`)
	// escapeText is a control character that was meant but not written: YAML knows
	// escapes only within double quotes.
	escapeText = regexp.MustCompile(`\\(?:x[0-9a-fA-F]{2}|[rntabe])`)
)

// validate checks what no field can say alone. Fields that were not read stay
// out of it: they have their problem already.
func (p *parser) validate(d *Definition) {
	p.names(d)
	p.keys(d)
	for i := range d.Modes {
		p.mode(d, &d.Modes[i])
	}
	p.references(d)
	p.reachable(d)
	for i, pager := range d.Pagers {
		p.anchored(pager.Prompt, fmt.Sprintf("pagers[%d]", i))
	}
}

// line finds where a field stands: its own line, or that of the nearest field
// around it.
func (p *parser) line(at string) int {
	for at != "" {
		if line, ok := p.lines[at]; ok {
			return line
		}
		at = at[:max(0, strings.LastIndexAny(at, ".["))]
	}
	return 1
}

func (p *parser) failAt(at, format string, args ...any) {
	p.fail(p.line(at), at, format, args...)
}

func (p *parser) names(d *Definition) {
	const rule = "must be lower-case letters, digits and underscores, a letter first"
	if d.Name != "" && !properName.MatchString(d.Name) {
		p.failAt("name", rule)
	}
	for i, alias := range d.Aliases {
		at := fmt.Sprintf("aliases[%d]", i)
		if !properName.MatchString(alias) {
			p.failAt(at, rule)
		}
		if alias == d.Name || slices.Contains(d.Aliases[:i], alias) {
			p.failAt(at, "%q is named already", alias)
		}
	}
	for _, m := range d.Modes {
		if !properName.MatchString(m.Name) {
			p.failAt("modes."+m.Name, "the name of a mode "+rule)
		}
	}
}

// keys checks the texts that are typed as keys.
func (p *parser) keys(d *Definition) {
	if d.Return == "" {
		p.failAt("return", "is empty")
	}
	if d.Interrupt == "" {
		p.failAt("interrupt", "is empty")
	}
	for at, text := range map[string]string{"return": d.Return, "interrupt": d.Interrupt} {
		p.escapes(at, text)
	}
	for i, pager := range d.Pagers {
		at := fmt.Sprintf("pagers[%d].key", i)
		p.escapes(at, pager.Key)
		if pager.Key == "" {
			p.failAt(at, "is empty: the page would never turn")
		}
	}
}

func (p *parser) escapes(at, text string) {
	if escape := escapeText.FindString(text); escape != "" {
		p.failAt(at, "holds %s as so many characters; in double quotes it becomes the one that is meant", escape)
	}
}

func (p *parser) mode(d *Definition, m *Mode) {
	at := "modes." + m.Name
	if m.Prompt == nil {
		return
	}
	p.anchored(m.Prompt, at+".prompt")
	p.anchored(m.Above, at+".above")
	hosts := 0
	for _, group := range m.Prompt.SubexpNames() {
		if group == "host" {
			hosts++
		}
	}
	if hosts > 1 {
		p.failAt(at+".prompt", "names the group \"host\" %d times; only the first would be read", hosts)
	}
	if m.Samples != nil && len(m.Samples) == 0 || m.Samples == nil && p.lines[at+".samples"] > 0 {
		p.failAt(at+".samples", "needs at least one prompt")
	}
	for i, sample := range m.Samples {
		where := fmt.Sprintf("%s.samples[%d]", at, i)
		p.belongs(d, m, where, "", sample)
	}
	if m.Display == "" {
		return
	}
	where := at + ".display"
	for _, mark := range fieldMark.FindAllString(m.Display, -1) {
		if !slices.Contains([]string{"{host}", "{user}", "{context}"}, mark) {
			p.failAt(where, "knows no %s; there are {host}, {user} and {context}", mark)
		}
	}
	shown := m.Render("r1", "ops", "")
	if !p.belongs(d, m, where, "shows ", shown) || !strings.Contains(m.Display, "{host}") {
		return
	}
	if host := m.Host(lastLine(shown)); host != "r1" && host != "" {
		p.failAt(where, "shows %q, whose group \"host\" is %q and not \"r1\"", shown, host)
	}
}

// belongs checks that a prompt is of its mode and of no other.
func (p *parser) belongs(d *Definition, m *Mode, at, verb, prompt string) bool {
	line := lastLine(prompt)
	if !m.Matches(line) {
		p.failAt(at, "%s%q, which is no prompt of %s", verb, prompt, m.Name)
		return false
	}
	above := strings.Split(prompt, "\n")
	above = above[:len(above)-1]
	if m.AboveCount(above) != len(above) {
		p.failAt(at, "%s%q, whose upper lines \"above\" does not match", verb, prompt)
		return false
	}
	for i := range d.Modes {
		if other := &d.Modes[i]; other.Name != m.Name && other.Prompt != nil && other.Matches(line) {
			p.failAt(at, "%s%q, which is a prompt of %s too", verb, prompt, other.Name)
			return false
		}
	}
	return true
}

// lastLine gives the line that the cursor stands on after a prompt.
func lastLine(prompt string) string {
	return strings.TrimRight(prompt[strings.LastIndexByte(prompt, '\n')+1:], " \t")
}

func (p *parser) references(d *Definition) {
	known := d.modeNames()
	check := func(at, name string) {
		if name != "" && !slices.Contains(known, name) {
			p.failAt(at, "there is no mode %q%s", name, suggest(name, known))
		}
	}
	check("default", d.Default)
	check("configure.mode", d.Configure.Mode)
	for i, t := range d.Transitions {
		at := fmt.Sprintf("transitions[%d]", i)
		check(at+".from", t.From)
		check(at+".to", t.To)
		if t.From == t.To && t.From != "" {
			p.failAt(at, "leads from %q to itself", t.From)
		}
		p.secrets(at, t.Steps...)
	}
	p.secrets("open", d.Open...)
	p.secrets("close", d.Close...)
	p.secrets("configure.commit", d.Configure.Commit...)
	p.secrets("configure.abort", d.Configure.Abort...)
	p.secrets("configure.save", d.Configure.Save...)
	for i, ask := range d.Login.Detours {
		p.secret(fmt.Sprintf("login.detours[%d]", i), ask)
	}
}

func (p *parser) secrets(at string, steps ...Step) {
	for i, step := range steps {
		for j, ask := range step.Asks {
			where := fmt.Sprintf("%s.asks[%d]", at, j)
			if _, single := p.lines[where]; !single {
				where = fmt.Sprintf("%s[%d].asks[%d]", at, i, j)
				if _, listed := p.lines[where]; !listed {
					where = fmt.Sprintf("%s.steps[%d].asks[%d]", at, i, j)
				}
			}
			p.secret(where, ask)
		}
	}
}

// secret checks that what should be the name of a secret is not the secret.
func (p *parser) secret(at string, ask Ask) {
	if ask.Secret != "" && !properName.MatchString(ask.Secret) {
		p.failAt(at+".secret", "must be a name such as \"password\", \"enable\" or \"user\"")
	}
}

// reachable checks that every mode can be entered from the usual one, and left
// for it again.
func (p *parser) reachable(d *Definition) {
	if len(d.Modes) == 0 {
		return
	}
	home := d.Modes[0].Name
	if _, ok := d.Mode(d.Default); ok {
		home = d.Default
	}
	for _, m := range d.Modes {
		if _, err := d.Path(home, m.Name); err != nil {
			p.failAt("modes."+m.Name, "cannot be reached: no transitions lead from %q to it", home)
		}
		if _, err := d.Path(m.Name, home); err != nil {
			p.failAt("modes."+m.Name, "cannot be left: no transitions lead from it to %q", home)
		}
	}
}

// anchored checks that a pattern covers the whole line. One that does not would
// take any line of output with a ">" in it for the end of the output.
func (p *parser) anchored(re *regexp.Regexp, at string) {
	if re == nil {
		return
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return // it has compiled before
	}
	if !edge(tree, syntax.OpBeginText, 0) {
		p.failAt(at, "must begin with ^: it describes all of the line")
	}
	if !edge(tree, syntax.OpEndText, -1) {
		p.failAt(at, "must end with $: it describes all of the line")
	}
}

// edge reports whether every way through a pattern has op at its first (0) or
// last (-1) place.
func edge(tree *syntax.Regexp, op syntax.Op, place int) bool {
	switch tree.Op {
	case op:
		return true
	case syntax.OpCapture:
		return edge(tree.Sub[0], op, place)
	case syntax.OpConcat:
		return edge(tree.Sub[(len(tree.Sub)+place)%len(tree.Sub)], op, place)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(tree.Sub, func(sub *syntax.Regexp) bool { return !edge(sub, op, place) })
	}
	return false
}
