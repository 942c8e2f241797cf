package platform

import (
	"fmt"
	"iter"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

var (
	properName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	})
	// escapeText is a control character that was meant but not written: YAML knows
	// escapes only within double quotes.
	escapeText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\\(?:x[0-9a-fA-F]{2}|[rntabe])`)
	})
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
	p.blanks(d)
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
	if d.Name != "" && !properName().MatchString(d.Name) {
		p.failAt("name", rule)
	}
	for i, alias := range d.Aliases {
		at := fmt.Sprintf("aliases[%d]", i)
		if !properName().MatchString(alias) {
			p.failAt(at, rule)
		}
		if alias == d.Name || slices.Contains(d.Aliases[:i], alias) {
			p.failAt(at, "%q is named already", alias)
		}
	}
	for _, m := range d.Modes {
		if !properName().MatchString(m.Name) {
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
	if escape := escapeText().FindString(text); escape != "" {
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
	for _, group := range []string{"host", m.Argument} {
		n := 0
		for _, name := range m.Prompt.SubexpNames() {
			if name == group && name != "" {
				n++
			}
		}
		if n > 1 {
			p.failAt(at+".prompt", "names the group %q %d times; only the first would be read", group, n)
		}
	}
	if m.Argument != "" && (!properName().MatchString(m.Argument) || slices.Contains([]string{"host", "user", "context"}, m.Argument)) {
		p.failAt(at+".argument", "must be a word such as \"vdom\", and none of host, user, context")
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
	known := []string{"host", "user", "context"}
	if m.Argument != "" {
		known = append(known, m.Argument)
	}
	p.fields(where, []Step{{Send: m.Display}}, known...)
	shown := m.Render("r1", "ops", "", "x1")
	if !p.belongs(d, m, where, "shows ", shown) || !strings.Contains(m.Display, "{host}") {
		return
	}
	if host := m.Host(lastLine(shown)); host != "r1" && host != "" {
		p.failAt(where, "shows %q, whose group \"host\" is %q and not \"r1\"", shown, host)
	}
	if arg := m.Shown(lastLine(shown)); arg != "x1" && arg != "" {
		p.failAt(where, "shows %q, whose group %q is %q and not \"x1\"", shown, m.Argument, arg)
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
		if other := &d.Modes[i]; other.Name != m.Name && other.Prompt != nil && other.Matches(line) && !m.toldFrom(other, above) {
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
	for i, t := range d.Transitions {
		at := fmt.Sprintf("transitions[%d]", i)
		check(at+".from", t.From)
		check(at+".to", t.To)
		if t.From == t.To && t.From != "" && t.As == "" {
			p.failAt(at, "leads from %q to itself; only a way with a name (as) may", t.From)
		}
		if t.As != "" && !properName().MatchString(t.As) {
			p.failAt(at+".as", "the name of a way must be lower-case letters, digits and underscores, a letter first")
		}
	}
	for _, c := range d.configures() {
		mode, argument := Target(c.Mode)
		check(c.at+".mode", mode)
		for i, place := range c.Places {
			check(fmt.Sprintf("%s.places[%d]", c.at, i), place)
		}
		// With the argument of a mode that takes one, the caller's is used.
		if argument != "" && !d.hasWay(mode, argument) {
			p.failAt(c.at+".mode", "no way into %s is named %q", mode, argument)
		}
	}
	if d.Candidate.Mode != "" && d.Candidate.Mode == d.Configure.Mode {
		p.failAt("candidate.mode", "is that of \"configure\": a candidate needs a mode or a named way of its own")
	}
	if d.Revert.Mode != "" {
		mode, _ := Target(d.Revert.Mode)
		if check("revert.mode", mode); !slices.Contains(times, d.Parameter(d.Revert.Mode)) {
			p.failAt("revert.mode", "must name a way, as in \"configuration revert\", whose steps hold {%s}", strings.Join(times, "}, or {"))
		}
	}
	for at, steps := range d.steps() {
		for i, s := range steps {
			if s.In != "" {
				check(p.stepAt(at, i, "in"), s.In)
			}
		}
		p.secrets(at, steps...)
	}
	for i, ask := range d.Login.Detours {
		p.secret(fmt.Sprintf("login.detours[%d]", i), ask)
	}
}

type configureAt struct {
	*Configure
	at string
}

// configures are the ways to configure, with their places.
func (d *Definition) configures() []configureAt {
	return []configureAt{{&d.Configure, "configure"}, {&d.Candidate, "candidate"}}
}

// steps goes through all lists of steps, with their places.
func (d *Definition) steps() iter.Seq2[string, []Step] {
	return func(yield func(string, []Step) bool) {
		all := []struct {
			at    string
			steps []Step
		}{{"open", d.Open}, {"close", d.Close}}
		add := func(at string, steps []Step) {
			all = append(all, struct {
				at    string
				steps []Step
			}{at, steps})
		}
		for i, t := range d.Transitions {
			add(fmt.Sprintf("transitions[%d]", i), t.Steps)
		}
		for i, w := range d.Paging {
			add(fmt.Sprintf("paging[%d]", i), w)
		}
		for i, w := range d.Width {
			add(fmt.Sprintf("width[%d]", i), w)
		}
		for _, c := range d.configures() {
			for _, l := range c.lists() {
				add(c.at+"."+l.name, l.steps)
			}
		}
		add("revert.confirm", d.Revert.Confirm)
		add("revert.cancel", d.Revert.Cancel)
		for _, l := range all {
			if !yield(l.at, l.steps) {
				return
			}
		}
	}
}

type namedSteps struct {
	name  string
	steps []Step
}

func (c *Configure) lists() []namedSteps {
	return []namedSteps{
		{"diff", c.Diff}, {"check", c.Check}, {"commit", c.Commit}, {"confirm", c.Confirm}, {"cancel", c.Cancel},
		{"abort", c.Abort}, {"rollback", c.Rollback}, {"save", c.Save},
	}
}

// blanks checks the fields in texts that are filled in.
func (p *parser) blanks(d *Definition) {
	for _, c := range d.configures() {
		mode, _ := Target(c.Mode)
		known := configureFields
		if m, ok := d.Mode(mode); ok && m.Argument != "" {
			known = append(slices.Clone(known), m.Argument)
		}
		for _, l := range c.lists() {
			p.fields(c.at+"."+l.name, l.steps, known...)
		}
	}
	for i, t := range d.Transitions {
		var known []string
		if m, ok := d.Mode(t.To); ok && m.Argument != "" {
			known = []string{m.Argument}
		}
		if t.As != "" {
			known = append(known, parameters...)
		}
		if known != nil {
			p.fields(fmt.Sprintf("transitions[%d]", i), t.Steps, known...)
		}
	}
}

// proven checks the samples.
func (p *parser) proven(d *Definition) {
	all := [][]Failure{d.Configure.Failures, d.Candidate.Failures, d.Failures}
	judge := func(text string) Severity {
		if s := JudgeWhole(text, all...); s != "" {
			return s
		}
		for line := range strings.SplitSeq(text, "\n") {
			if s := Judge(line, all...); s != "" {
				return s
			}
		}
		return ""
	}
	check := func(field string, texts []string, wrong func(Severity) bool, want string) {
		for i, text := range texts {
			got := judge(text)
			at := fmt.Sprintf("samples.%s[%d]", field, i)
			switch {
			case !wrong(got):
			case got == "":
				p.failAt(at, "%q is matched by none of the failures, and should be %s", text, want)
			default:
				p.failAt(at, "%q is judged %q by the failures, and should be %s", text, got, want)
			}
		}
	}
	check("refused", d.Samples.Refused, func(s Severity) bool { return s != SeverityError }, "an error")
	check("warned", d.Samples.Warned, func(s Severity) bool { return s != SeverityWarning }, "a warning")
	check("accepted", d.Samples.Accepted, func(s Severity) bool { return s == SeverityError || s == SeverityWarning }, "neither error nor warning")
	for i, line := range d.Samples.Lookalikes {
		for _, m := range d.Modes {
			if m.Prompt != nil && m.Matches(lastLine(line)) {
				p.failAt(fmt.Sprintf("samples.lookalikes[%d]", i), "%q is taken for a prompt of %s", line, m.Name)
			}
		}
	}
	for i, line := range d.Samples.Pagers {
		line = strings.TrimRight(line, " ")
		if !slices.ContainsFunc(slices.Concat(d.Pagers, universalPagers()), func(pg Pager) bool { return pg.Prompt != nil && pg.Prompt.MatchString(line) }) {
			p.failAt(fmt.Sprintf("samples.pagers[%d]", i), "%q is no page end that a pattern matches", line)
		}
	}
	for i, text := range d.Samples.Blocks {
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if n := len(d.Configure.Statements(lines)); n != 1 {
			p.failAt(fmt.Sprintf("samples.blocks[%d]", i), "%q are %d statements by configure.blocks, and should be one", text, n)
		}
	}
	switch det := d.Detect; {
	case det.Says != nil && det.Unknown != "":
		p.failAt("detect.unknown", "says why nothing is known that tells this platform, and \"says\" does tell it: one of the two is wrong")
	case det.Says == nil:
		if det.Unless != nil || det.Show != "" {
			p.failAt("detect", "needs \"says\": what the answer to \"show\" says")
		}
	case det.Show == "":
		p.failAt("detect", "needs \"show\": the command whose answer says it")
	default:
		if _, ok := det.find(det.Sample); !ok {
			p.failAt("detect.sample", "is no answer that says it")
		}
	}
}

// find finds the line of an answer to Show that says that it is this platform.
func (det *Detect) find(answer string) (says string, ok bool) {
	for line := range strings.SplitSeq(answer, "\n") {
		line = strings.TrimRight(line, " \t\r")
		if det.Unless != nil && det.Unless.MatchString(line) {
			return "", false
		}
		if !ok && det.Says.MatchString(line) {
			says, ok = line, true
		}
	}
	return says, ok
}

// stepAt finds where a field of a step stands: a single step's fields stand in
// the transition or way itself.
func (p *parser) stepAt(at string, i int, field string) string {
	for _, where := range []string{at + "." + field, fmt.Sprintf("%s.steps[%d].%s", at, i, field)} {
		if _, ok := p.lines[where]; ok {
			return where
		}
	}
	return fmt.Sprintf("%s[%d].%s", at, i, field)
}

func (p *parser) secrets(at string, steps ...Step) {
	for i, step := range steps {
		for j, ask := range step.Asks {
			p.secret(p.stepAt(at, i, fmt.Sprintf("asks[%d]", j)), ask)
		}
	}
}

// secret checks that what should be the name of a secret is not the secret.
func (p *parser) secret(at string, ask Ask) {
	if ask.Secret != "" && !properName().MatchString(ask.Secret) {
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
		target := m.Name
		if m.Argument != "" {
			target += " x1"
		}
		if _, err := d.Path(home, target); err != nil {
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
