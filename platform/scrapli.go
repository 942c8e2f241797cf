package platform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The definitions of the scrapli family are read as they are, in two formats:
// that of scrapligo's first version, told by the key "platform-type", and that of
// scrapli's second and libscrapli, told by "prompt_pattern". What such a file
// cannot say (a host's name in the prompt, how configuration is committed) is
// left open.

// isScrapli reports whether a file is one of scrapli's.
func isScrapli(root *yaml.Node) bool {
	return value(root, "platform-type") != nil || scrapli2(root) != nil
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

// scrapli reads a file of either format. stem is the file's name, which is the
// definition's in the second format.
func (p *parser) scrapli(root *yaml.Node, stem string, d *Definition) {
	d.Proof, d.Return, d.Interrupt = ProofDocumented, "\r", "\x03"
	d.Name, d.Description = stem, "read from a definition of scrapli's"
	var modes []*scrapliMode
	if in := scrapli2(root); in != nil {
		modes = p.scrapliSecond(root, in, d)
	} else {
		modes = p.scrapliFirst(root, d)
	}
	p.scrapliModes(d, modes)
	p.names(d)
	p.keys(d)
	p.references(d)
	p.reachable(d)
}

// ignored reads nothing.
func ignored(*yaml.Node, string) {}

func (p *parser) scrapliFirst(root *yaml.Node, d *Definition) []*scrapliMode {
	var modes []*scrapliMode
	var parser string
	body := func(n *yaml.Node, at string) {
		p.mapping(n, at, []string{"privilege-levels", "default-desired-privilege-level"}, fields{
			"driver-type":                     ignored,
			"privilege-levels":                func(n *yaml.Node, at string) { modes = p.scrapliLevels(n, at) },
			"default-desired-privilege-level": p.home(&d.Default),
			"failed-when-contains":            p.substrings(&d.Failures),
			"textfsm-platform":                p.text(&parser),
			"genie-platform":                  ignored,
			"network-on-open":                 p.operations(&d.Open, &d.Default),
			"network-on-close":                p.operations(&d.Close, &d.Default),
			"on-open":                         ignored, // of a session without modes
			"on-close":                        ignored,
			"options":                         ignored, // of the connection
		})
	}
	p.mapping(root, "", []string{"platform-type", "default"}, fields{
		"platform-type": p.text(&d.Name),
		"default":       body,
		"variants":      ignored,
	})
	d.KnownAs.TextFSM = parser
	finishSteps(d)
	return modes
}

func (p *parser) scrapliLevels(n *yaml.Node, at string) []*scrapliMode {
	var modes []*scrapliMode
	if n.Kind != yaml.MappingNode {
		p.fail(n.Line, at, "must map the name of each level to what it is")
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		m := &scrapliMode{name: plainName(n.Content[i].Value), at: join(at, n.Content[i].Value)}
		p.lines[m.at] = n.Content[i].Line
		p.lines["modes."+m.name] = n.Content[i].Line
		m.node = value(n.Content[i+1], "pattern")
		p.mapping(n.Content[i+1], m.at, []string{"pattern"}, fields{
			"name":            ignored,
			"pattern":         p.text(&m.pattern),
			"not-contains":    p.open(p.textOrTexts(&m.excludes)),
			"previous-priv":   p.open(p.modeName(&m.below)),
			"deescalate":      p.open(p.typed(&m.down)),
			"escalate":        p.open(p.typed(&m.up)),
			"escalate-auth":   p.open(p.flag(&m.auth)),
			"escalate-prompt": p.open(p.text(&m.ask)),
		})
		modes = append(modes, m)
	}
	for _, m := range modes {
		if m.below == "" {
			continue
		}
		if m.up != "" {
			step := Step{Send: m.up}
			if m.auth {
				if re := p.perl(m.node, m.at+".escalate-prompt", m.ask); re != nil {
					step.Asks = []Ask{{Prompt: re, Secret: "enable", Times: 1}}
				}
			}
			m.ways = append(m.ways, Transition{From: m.below, To: m.name, Steps: []Step{step}})
		}
		if m.down != "" {
			m.ways = append(m.ways, Transition{From: m.name, To: m.below, Steps: []Step{{Send: m.down}}})
		}
	}
	return modes
}

// open leaves a field alone that is left open.
func (p *parser) open(read field) field {
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

func (p *parser) modeName(to *string) field {
	return func(n *yaml.Node, at string) {
		p.text(to)(n, at)
		*to = plainName(*to)
	}
}

// home reads the name of the default mode.
func (p *parser) home(to *string) field {
	return func(n *yaml.Node, at string) {
		p.modeName(to)(n, at)
		p.lines["default"] = n.Line
	}
}

// substrings makes failures of texts that an output must not hold.
func (p *parser) substrings(to *[]Failure) field {
	return list(p, to, func(n *yaml.Node, at string, f *Failure) {
		var text string
		p.text(&text)(n, at)
		f.Severity, f.Pattern = SeverityError, regexp.MustCompile(regexp.QuoteMeta(text))
		if text == "" {
			p.fail(n.Line, at, "is empty, and so every output would be a failure")
		}
	})
}

// operations reads what the first format does on opening and closing.
func (p *parser) operations(to *[]Step, home *string) field {
	return func(n *yaml.Node, at string) {
		var steps []Step
		var typed string // without its return as yet
		mode := ""
		add := func(text string) { steps = append(steps, Step{Send: text, In: mode}) }
		read := func(n *yaml.Node, at string, _ *struct{}) {
			var operation, input, command, target string
			p.mapping(n, at, []string{"operation"}, fields{
				"operation": p.text(&operation), "input": p.typed(&input), "command": p.typed(&command),
				"target": p.modeName(&target), "redacted": ignored,
			})
			switch operation {
			case "acquire-priv":
				mode = target
			case "driver.send-command":
				add(command)
			case "channel.write":
				typed += input
			case "channel.return":
				add(typed)
				typed = ""
			case "":
			default:
				p.fail(n.Line, at+".operation", "knows no %q; there are acquire-priv, driver.send-command, channel.write, channel.return", operation)
			}
		}
		var none []struct{}
		list(p, &none, read)(n, at)
		if typed != "" {
			add(typed)
		}
		*to = steps
	}
}

func (p *parser) scrapliSecond(root, in *yaml.Node, d *Definition) []*scrapliMode {
	var modes []*scrapliMode
	if root != in {
		p.mapping(root, "", []string{"kind", "default"}, fields{"kind": p.text(&d.Name), "default": ignored, "variants": ignored})
	}
	known := fields{
		"kind":                       ignored,
		"prompt_pattern":             ignored, // of any mode
		"default_mode":               p.home(&d.Default),
		"modes":                      list(p, &modes, p.scrapliMode),
		"failure_indicators":         p.substrings(&d.Failures),
		"input_failed_when_contains": p.substrings(&d.Failures),
		"on_open_instructions":       p.instructions(&d.Open),
		"on_close_instructions":      p.instructions(&d.Close),
		"ntc_templates_platform":     p.text(&d.KnownAs.TextFSM),
		"genie_platform":             ignored,
		"force_in_session_auth":      ignored,
		"bypass_in_session_auth":     ignored,
	}
	p.mapping(in, "", []string{"default_mode", "modes"}, known)
	finishSteps(d)
	return modes
}

func (p *parser) scrapliMode(n *yaml.Node, at string, to **scrapliMode) {
	m := &scrapliMode{at: at}
	*to = m
	type accessible struct {
		name  string
		steps []Step
	}
	var ways []accessible
	for _, key := range []string{"prompt_pattern", "prompt_exact"} {
		if v := value(n, key); v != nil {
			m.node = v
		}
	}
	p.mapping(n, at, []string{"name"}, fields{
		"name":            p.modeName(&m.name),
		"prompt_exact":    p.text(&m.exact),
		"prompt_pattern":  p.text(&m.pattern),
		"prompt_excludes": p.texts(&m.excludes),
		"accessible_modes": list(p, &ways, func(n *yaml.Node, at string, a *accessible) {
			known := p.instruction(&a.steps)
			known["name"] = p.modeName(&a.name)
			known["instructions"] = p.instructions(&a.steps)
			p.mapping(n, at, []string{"name"}, known)
			if len(a.steps) == 0 {
				p.fail(n.Line, at, "says no way: there are no instructions")
			}
		}),
	})
	p.lines["modes."+m.name] = n.Line
	if (m.exact == "") == (m.pattern == "") {
		p.fail(n.Line, at, "needs either \"prompt_pattern\" or \"prompt_exact\"")
	}
	for _, a := range ways {
		m.ways = append(m.ways, Transition{From: m.name, To: a.name, Steps: a.steps})
	}
}

// instructions reads a list of what is done one after the other.
func (p *parser) instructions(to *[]Step) field {
	return func(n *yaml.Node, at string) {
		var none []struct{}
		mode := ""
		list(p, &none, func(n *yaml.Node, at string, _ *struct{}) {
			var steps []Step
			known := p.instruction(&steps)
			known["enter_mode"] = func(n *yaml.Node, at string) {
				p.mapping(n, at, []string{"requested_mode"}, fields{"requested_mode": p.modeName(&mode)})
			}
			p.mapping(n, at, nil, known)
			for _, s := range steps {
				s.In = mode
				*to = append(*to, s)
			}
		})(n, at)
	}
}

// lookup is how a secret is named.
const lookup = "__lookup::"

// instruction is what may be done in one instruction.
func (p *parser) instruction(to *[]Step) fields {
	add := func(s Step) { *to = append(*to, s) }
	return fields{
		"write": func(n *yaml.Node, at string) {
			var s Step
			p.mapping(n, at, []string{"input"}, fields{"input": p.typed(&s.Send)})
			add(s)
		},
		"send_input": func(n *yaml.Node, at string) {
			var s Step
			p.mapping(n, at, []string{"input"}, fields{"input": p.typed(&s.Send), "retain_input": ignored, "retain_trailing_prompt": ignored})
			add(s)
		},
		"send_prompted_input": func(n *yaml.Node, at string) {
			var s Step
			var exact, pattern, response string
			p.mapping(n, at, []string{"input", "response"}, fields{
				"input": p.typed(&s.Send), "response": p.text(&response),
				"prompt": p.text(&exact), "prompt_exact": p.text(&exact), "prompt_pattern": p.text(&pattern),
				"hidden_response": ignored, "abort_input": ignored,
			})
			ask := Ask{Answer: response, Times: 1}
			if name, secret := strings.CutPrefix(response, lookup); secret {
				ask.Answer, ask.Secret = "", plainName(name)
			}
			switch {
			case exact != "":
				ask.Prompt = regexp.MustCompile(regexp.QuoteMeta(strings.TrimSpace(exact)))
			case pattern != "":
				ask.Prompt = p.perl(value(n, "prompt_pattern"), at+".prompt_pattern", pattern)
			default:
				p.fail(n.Line, at, "needs either \"prompt_exact\" or \"prompt_pattern\"")
			}
			if ask.Prompt != nil {
				s.Asks = []Ask{ask}
			}
			add(s)
		},
	}
}

// finishSteps settles what the steps of opening and closing have in common: a
// device may refuse those of opening, the last of closing ends the session, and
// the default mode need not be named.
func finishSteps(d *Definition) {
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
func (p *parser) scrapliModes(d *Definition, read []*scrapliMode) {
	as := map[string]string{} // name of a mode to that of the one it is a way of
	for _, m := range read {
		mode, ok := p.scrapliPrompt(m)
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
