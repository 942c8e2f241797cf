package platform

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The definitions of the scrapli family are read as they are, in two formats:
// that of scrapligo's first version, told by its "privilege-levels" or
// "driver-type", and that of scrapli's second and libscrapli, told by
// "prompt_pattern". What such a file cannot say (a host's name in the prompt, how
// configuration is committed) is left open.

// isScrapli reports whether a file is one of scrapli's.
func isScrapli(root *yaml.Node) bool { return isScrapliFirst(root) || scrapli2(root) != nil }

func isScrapliFirst(root *yaml.Node) bool {
	if value(root, "platform-type") != nil {
		return true
	}
	in := value(root, "default")
	return in != nil && (value(in, "privilege-levels") != nil || value(in, "driver-type") != nil)
}

// scrapli2 finds the definition in a file of the second format: libscrapli had it
// under "default" once.
func scrapli2(root *yaml.Node) *yaml.Node {
	if value(root, "prompt_pattern") != nil {
		return root
	}
	if in := value(root, "default"); value(root, "kind") != nil && in != nil && value(in, "prompt_pattern") != nil {
		return in
	}
	return nil
}

// variantOf splits what Parse is given for a file: its path, and behind a "#" the
// variant of the definition that is meant.
func variantOf(name string) (file, variant string) {
	if at := strings.LastIndexByte(name, '#'); at > strings.LastIndexByte(name, filepath.Separator) && at > 0 {
		return name[:at], name[at+1:]
	}
	return name, ""
}

// scrapliMode is a mode, or privilege level, of either format.
type scrapliMode struct {
	name     string
	at       string // its field
	exact    string
	pattern  string
	node     *yaml.Node // of the pattern
	excludes []string
	ways     []Transition
	// The first format says how to get here from the mode below, and back.
	below, down, up string
	auth            bool
	ask             string
}

// A reference is a place that names a mode.
type reference struct {
	line int
	at   string
	mode string
}

// scrapliReader reads one definition of a file; each variant is another.
type scrapliReader struct {
	*parser
	base  func(name string) (*yaml.Node, error) // finds another definition
	def   *Definition
	modes []*scrapliMode
	refs  []reference
}

// scrapli reads a file of either format: the definition or, where variant is not
// "", that variant of it. stem is the file's name, which is the definition's
// where the file has none. The variants that are not meant are checked as well.
func (p *parser) scrapli(root *yaml.Node, stem, variant string, base func(string) (*yaml.Node, error), d *Definition) {
	read := (*scrapliReader).scrapliFirst
	if scrapli2(root) != nil {
		read = (*scrapliReader).scrapliSecond
	}
	one := func(variant string, to *Definition) []string {
		to.Proof, to.Return, to.Interrupt = ProofDocumented, "\r", "\x03"
		to.Name, to.Description = stem, "read from a definition of scrapli's"
		r := &scrapliReader{parser: p, base: base, def: to}
		names := read(r, root, variant)
		if variant != "" {
			to.Name += "_" + plainName(variant)
		}
		r.finish()
		return names
	}
	names := one("", d)
	if len(p.problems) > 0 {
		return // the variants are laid over it
	}
	for _, name := range names {
		var other Definition
		one(name, &other)
		if name == variant {
			*d = other
		}
	}
	if variant != "" && !slices.Contains(names, variant) {
		p.fail(root.Line, "variants", "there is no %q%s", variant, suggest(variant, names))
	}
}

// finish makes the definition of what was read.
func (r *scrapliReader) finish() {
	before := len(r.problems)
	for _, ref := range r.refs {
		var names []string
		for _, m := range r.modes {
			names = append(names, m.name)
		}
		if !slices.Contains(names, ref.mode) {
			r.fail(ref.line, ref.at, "there is no mode %q%s", ref.mode, suggest(ref.mode, names))
		}
	}
	r.finishSteps()
	if len(r.modes) > 0 {
		r.scrapliModes()
	}
	r.names(r.def)
	r.keys(r.def)
	if len(r.problems) > before {
		return // what follows from that need not be told
	}
	r.reachable(r.def)
	for _, problem := range r.problems[before:] {
		for _, m := range r.modes {
			if problem.Field == "modes."+m.name {
				problem.Field = m.at // as it is called there
			}
		}
	}
}

// ignored reads nothing.
func ignored(*yaml.Node, string) {}

// open leaves a field alone that is left open.
func (r *scrapliReader) open(read field) field {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!null" && n.Value != "" {
			read(n, at)
		}
	}
}

// plainName makes a mode's name of one of scrapli's.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(name))
}

func (r *scrapliReader) modeName(to *string) field {
	return func(n *yaml.Node, at string) {
		r.text(to)(n, at)
		*to = plainName(*to)
	}
}

// modeRef reads the name of a mode that must be there.
func (r *scrapliReader) modeRef(to *string) field {
	return func(n *yaml.Node, at string) {
		before := len(r.problems)
		r.modeName(to)(n, at)
		if len(r.problems) == before {
			r.refs = append(r.refs, reference{n.Line, at, *to})
		}
	}
}

// home reads the name of the default mode.
func (r *scrapliReader) home(n *yaml.Node, at string) { r.modeRef(&r.def.Default)(n, at) }

// substrings makes failures of texts that an output must not hold.
func (r *scrapliReader) substrings(to *[]Failure) field {
	return list(r.parser, to, func(n *yaml.Node, at string, f *Failure) {
		var text string
		r.text(&text)(n, at)
		f.Severity, f.Pattern = SeverityError, regexp.MustCompile(regexp.QuoteMeta(text))
		if text == "" {
			r.fail(n.Line, at, "is empty, and so every output would be a failure")
		}
	})
}

// finishSteps settles what the steps of opening and closing have in common: a
// device may refuse those of opening, the last of closing ends the session, and
// the default mode need not be named.
func (r *scrapliReader) finishSteps() {
	d := r.def
	for _, steps := range [][]Step{d.Open, d.Close} {
		for i := range steps {
			steps[i].Optional = true
			if steps[i].In == d.Default {
				steps[i].In = ""
			}
		}
	}
	if n := len(d.Close); n > 0 {
		d.Close[n-1].Ends = true
	}
}

// scrapliModes makes modes of what was read. Those that show the same prompt are
// one mode with several ways that lead there; where one's prompts are among
// another's, the narrower counts.
func (r *scrapliReader) scrapliModes() {
	d, read := r.def, r.modes
	as := map[string]string{} // name of a mode to that of the one it is a way of
	for _, m := range read {
		mode, ok := r.scrapliPrompt(m)
		if !ok {
			continue
		}
		if same := d.shownAlike(&mode); same != nil {
			// Those that differ in the lines above are told apart by them. One that no way
			// leads to is a place within the mode read before it.
			if !entered(read, m.name) && mode.Above != nil && same.Above != nil {
				as[m.name] = same.Name
				same.Above = regexp.MustCompile("(?:" + same.Above.String() + ")|(?:" + mode.Above.String() + ")")
				continue
			}
			if same.Above == nil || mode.Above == nil || sources(same.Above) == sources(mode.Above) {
				as[m.name] = same.Name
				continue
			}
			d.Modes = append(d.Modes, mode)
			continue
		}
		d.Modes = append(d.Modes, mode)
	}
	d.narrow()
	for _, m := range read {
		for _, t := range m.ways {
			if real, ok := as[t.To]; ok {
				t.To, t.As = real, t.To
			}
			if real, ok := as[t.From]; ok {
				t.From = real
			}
			known := slices.ContainsFunc(d.Transitions, func(o Transition) bool { return o.From == t.From && o.To == t.To && o.As == t.As })
			if t.From != t.To && !known {
				d.Transitions = append(d.Transitions, t)
			}
		}
	}
}

func sources(re *regexp.Regexp) string {
	if re == nil {
		return ""
	}
	return re.String()
}

// entered reports whether a way leads into a mode.
func entered(read []*scrapliMode, name string) bool {
	return slices.ContainsFunc(read, func(m *scrapliMode) bool {
		return slices.ContainsFunc(m.ways, func(t Transition) bool { return t.To == name && t.From != name })
	})
}

// shownAlike finds the last mode whose prompts are those of m too.
func (d *Definition) shownAlike(m *Mode) *Mode {
	own := m.example()
	for i := len(d.Modes) - 1; i >= 0; i-- {
		other := &d.Modes[i]
		if theirs := other.example(); theirs != "" && own != "" && other.Matches(own) && m.Matches(theirs) {
			return other
		}
	}
	return nil
}

// narrow takes a mode's prompts out of those of a mode that has them among
// others.
func (d *Definition) narrow() {
	for i := range d.Modes {
		wide := &d.Modes[i]
		for j := range d.Modes {
			told := wide.Above != nil && d.Modes[j].Above != nil
			if own := d.Modes[j].example(); i != j && !told && own != "" && wide.Matches(own) {
				wide.except(d.Modes[j].Prompt.String())
			}
		}
	}
}

// except rules lines out.
func (m *Mode) except(pattern string) {
	if m.Except != nil {
		pattern = m.Except.String() + "|" + pattern
	}
	m.Except = regexp.MustCompile(pattern)
}

// scrapliPrompt makes a mode of a pattern that may go over several lines and need
// not cover the whole line.
func (p *parser) scrapliPrompt(m *scrapliMode) (Mode, bool) {
	mode := Mode{Name: m.name}
	if m.node == nil {
		return mode, false
	}
	if m.exact != "" {
		mode.Prompt = regexp.MustCompile("^" + regexp.QuoteMeta(strings.TrimRight(m.exact, " ")) + "$")
		mode.Samples = []string{strings.TrimRight(m.exact, " ")}
	} else {
		if err := m.compile(&mode); err != nil {
			p.problems = append(p.problems, &Problem{Line: m.node.Line, Column: column(m.node, err), Field: m.at, Err: err})
			return mode, false
		}
	}
	for _, text := range m.excludes {
		mode.except(regexp.QuoteMeta(text))
	}
	return mode, true
}

// compile makes the mode's patterns.
func (m *scrapliMode) compile(mode *Mode) error {
	if lineEndAsText().MatchString(m.pattern) {
		return errors.New(`\\n is a backslash and the letter n; the end of a line is \n`)
	}
	parts, err := perlPrompt(m.pattern)
	if err != nil {
		return err
	}
	if parts.exact != "" {
		if mode.Exact, err = newBacktracking(m.pattern, parts.exact); err != nil {
			return fmt.Errorf("the backtracking engine does not take it either: %w", err)
		}
	}
	for _, p := range []struct {
		text string
		to   **regexp.Regexp
	}{{parts.last, &mode.Prompt}, {parts.above, &mode.Above}, {parts.except, &mode.Except}} {
		if p.text == "" {
			continue
		}
		if *p.to, err = regexp.Compile(p.text); err != nil {
			return err
		}
	}
	return nil
}

// perl compiles a pattern of scrapli's that is found in a line.
func (p *parser) perl(n *yaml.Node, at, pattern string) *regexp.Regexp {
	text, err := fromPerl(pattern)
	if !strings.HasSuffix(text, "$") {
		text = strings.TrimRight(text, " ") + `\s*$`
	}
	var re *regexp.Regexp
	if err == nil {
		re, err = regexp.Compile(text)
	}
	if err != nil {
		p.problems = append(p.problems, &Problem{Line: n.Line, Column: column(n, err), Field: at, Err: err})
		return nil
	}
	return re
}

// typed reads a text that is typed. What was meant as a control character and
// would be typed as so many letters is an error.
func (p *parser) typed(to *string) field {
	return func(n *yaml.Node, at string) {
		p.text(to)(n, at)
		if escape := escapeText().FindString(*to); escape != "" {
			p.fail(n.Line, at, "holds %s as so many characters; in double quotes it becomes the one that is meant", escape)
		}
	}
}
