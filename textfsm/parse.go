package textfsm

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/vtynet/vty/textfsm/internal/pyre"
)

// maxName is how long names of values and states may be.
const maxName = 48

// The shapes of a template's lines, in the reference's own dialect: what counts
// as white space or as a word is then the same.
var (
	ruleShape   = shape(`(?P<match>.*)(\s->(?P<action>.*))`)
	actionShape = []func() *pyre.Regexp{
		shape(`\s+((?P<line>Continue|Next|Error)(\.(?P<record>Clear|Clearall|Record|NoRecord))?)(\s+(?P<state>\w+|\".*\"))?$`),
		shape(`\s+(?P<record>Clear|Clearall|Record|NoRecord)(\s+(?P<state>\w+|\".*\"))?$`),
		shape(`(\s+(?P<state>\w+|\".*\"))?$`),
	}
	stateShape = shape(`^(\w+)$`)
)

// shape compiles a pattern when it is needed first: most programs read no template.
func shape(pattern string) func() *pyre.Regexp {
	return sync.OnceValue(func() *pyre.Regexp { return pyre.MustCompile(pattern) })
}

// reserved can't be names of states.
var reserved = []string{"Continue", "Next", "Error", "Clear", "Clearall", "Record", "NoRecord"}

// isSpace is Python's idea of white space.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}

// parser reads a template line by line.
type parser struct {
	template *Template
	lines    []string
	at       int // lines read so far, so the number of the last
}

// templateLines splits as text files are: other than in input, only carriage
// returns and line feeds end lines.
func templateLines(text string) []string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// next is the next line without white space at its end; ok is false when there
// is none.
func (p *parser) next() (line string, ok bool) {
	if p.at == len(p.lines) {
		return "", false
	}
	p.at++
	return strings.TrimRightFunc(p.lines[p.at-1], isSpace), true
}

func isComment(line string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(line, isSpace), "#")
}

// wrong blames the line that was read last.
func (p *parser) wrong(line string, err error, format string, args ...any) error {
	return &TemplateError{Template: p.template.name, Line: p.at, Text: line, Reason: fmt.Sprintf(format, args...), Err: err}
}

func (p *parser) parse() error {
	if err := p.parseValues(); err != nil {
		return err
	}
	for {
		more, err := p.parseState()
		if err != nil {
			return err
		}
		if !more {
			return p.connect()
		}
	}
}

func (p *parser) parseValues() error {
	t := p.template
	for {
		line, ok := p.next()
		if !ok || line == "" {
			return nil
		}
		if isComment(line) {
			continue
		}
		if !strings.HasPrefix(line, "Value ") {
			if len(t.values) == 0 {
				return p.wrong(line, nil, "no Value definitions found")
			}
			return p.wrong(line, nil, "expected a blank line after the last Value")
		}
		v, err := p.parseValue(line)
		if err != nil {
			return err
		}
		if slices.Contains(t.names, v.name) {
			return p.wrong(line, nil, "another Value has the name %q", v.name)
		}
		v.index = len(t.values)
		t.values, t.names = append(t.values, v), append(t.names, v.name)
		t.fillup = t.fillup || v.fillup
	}
}

func (p *parser) parseValue(line string) (*value, error) {
	words := strings.Split(line, " ")
	if len(words) < 3 {
		return nil, p.wrong(line, nil, "a Value has a name and a pattern")
	}
	v := &value{name: words[1], pattern: strings.Join(words[2:], " ")}
	if !strings.HasPrefix(words[2], "(") {
		for o := range strings.SplitSeq(words[1], ",") {
			switch Option(o) {
			case Required, Filldown, Fillup, Key, List:
			default:
				return nil, p.wrong(line, nil, "unknown option %q", o)
			}
			if v.has(Option(o)) {
				return nil, p.wrong(line, nil, "option %q is there twice", o)
			}
			v.options = append(v.options, Option(o))
		}
		v.name, v.pattern = words[2], strings.Join(words[3:], " ")
	}
	v.required, v.filldown, v.fillup, v.list = v.has(Required), v.has(Filldown), v.has(Fillup), v.has(List)
	v.requiredFirst = v.required && v.list && slices.Index(v.options, Required) < slices.Index(v.options, List)
	if utf8.RuneCountInString(v.name) > maxName {
		return nil, p.wrong(line, nil, "the name %q is longer than %d characters", v.name, maxName)
	}
	if len(v.pattern) < 2 || v.pattern[0] != '(' || !strings.HasSuffix(v.pattern, ")") ||
		strings.Count(v.pattern, "(") != strings.Count(v.pattern, ")") {
		return nil, p.wrong(line, nil, "the pattern must be contained in one pair of parentheses")
	}
	if v.list {
		re, err := pyre.Compile(v.pattern)
		if err != nil {
			return nil, p.wrong(line, err, "invalid pattern")
		}
		if slices.ContainsFunc(re.Names(), func(name string) bool { return name != "" }) {
			v.nested = re
		}
	}
	return v, nil
}

// parseState reads a state and its rules; more is false at the end.
func (p *parser) parseState() (more bool, err error) {
	var s *state
	for s == nil {
		line, ok := p.next()
		if !ok {
			return false, nil
		}
		if line == "" || isComment(line) {
			continue
		}
		if ok, _ := stateShape().Match(&pyre.Scratch{}, line); !ok || utf8.RuneCountInString(line) > maxName || slices.Contains(reserved, line) {
			return false, p.wrong(line, nil, "invalid name of a state")
		}
		if p.state(line) != nil {
			return false, p.wrong(line, nil, "another state has this name")
		}
		s = &state{name: line}
		p.template.states = append(p.template.states, s)
	}
	for {
		line, ok := p.next()
		if !ok || line == "" {
			return true, nil
		}
		if isComment(line) {
			continue
		}
		if !strings.HasPrefix(line, " ^") && !strings.HasPrefix(line, "  ^") && !strings.HasPrefix(line, "\t^") {
			return false, p.wrong(line, nil, "a rule begins with one or two spaces or a tab, and ^")
		}
		r, err := p.parseRule(line)
		if err != nil {
			return false, err
		}
		s.rules = append(s.rules, r)
	}
}

func (p *parser) state(name string) *state {
	for _, s := range p.template.states {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (p *parser) parseRule(line string) (*rule, error) {
	text := strings.TrimFunc(line, isSpace)
	r := &rule{line: p.at, text: text}
	var m pyre.Scratch
	match, action := text, ""
	has, err := ruleShape().Match(&m, text)
	if err != nil {
		return nil, p.wrong(line, err, "badly formatted rule")
	}
	if has {
		match, _ = named(ruleShape(), &m, text, "match")
		action, _ = named(ruleShape(), &m, text, "action")
	}
	pattern, err := p.substitute(match)
	if err != nil {
		return nil, p.wrong(line, err, "invalid substitution of a Value")
	}
	if r.re, err = pyre.Compile(pattern); err != nil {
		return nil, p.wrong(line, err, "invalid pattern")
	}
	for group, name := range r.re.Names() {
		if i := slices.Index(p.template.names, name); i >= 0 && name != "" {
			r.assigns = append(r.assigns, assign{group, i})
		}
	}
	if !has {
		return r, nil
	}
	return r, p.parseAction(r, line, action)
}

// named is the text of a named group.
func named(re *pyre.Regexp, m *pyre.Scratch, text, name string) (string, bool) {
	i := slices.Index(re.Names(), name)
	if i < 0 {
		return "", false
	}
	lo, hi, ok := m.Group(i)
	if !ok {
		return "", false
	}
	return text[lo:hi], true
}

func (p *parser) parseAction(r *rule, line, action string) error {
	var m pyre.Scratch
	for _, compiled := range actionShape {
		shape := compiled()
		if ok, err := shape.Match(&m, action); err != nil || !ok {
			continue
		}
		op, _ := named(shape, &m, action, "line")
		record, _ := named(shape, &m, action, "record")
		r.target, _ = named(shape, &m, action, "state")
		r.op = map[string]lineOp{"Continue": lineContinue, "Error": lineError}[op]
		r.record = map[string]recordOp{"Record": recordRecord, "Clear": recordClear, "Clearall": recordClearall}[record]
		quoted := strings.HasPrefix(r.target, `"`)
		switch {
		case r.op == lineContinue && r.target != "":
			return p.wrong(line, nil, "Continue can't go to another state, %s: it might never end", r.target)
		case r.op != lineError && quoted:
			return p.wrong(line, nil, "only Error has a message")
		}
		return nil
	}
	return p.wrong(line, nil, "badly formatted action")
}

// substitute puts the values into a rule's pattern: ${NAME} and $NAME stand for
// the Value, $$ for a dollar sign.
func (p *parser) substitute(match string) (string, error) {
	if len(p.template.values) == 0 {
		return match, nil
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(match, "$")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		braced := strings.HasPrefix(rest, "{")
		name := identifier(strings.TrimPrefix(rest, "{"))
		switch {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			match = rest[1:]
			continue
		case name == "" || braced && !strings.HasPrefix(rest[1+len(name):], "}"):
			return "", fmt.Errorf("a single $ (the end of a line is $$) before %q", rest)
		}
		i := slices.Index(p.template.names, name)
		if i < 0 {
			return "", fmt.Errorf("there is no Value %q", name)
		}
		b.WriteString(p.template.values[i].group())
		match = rest[len(name):]
		if braced {
			match = match[2:]
		}
	}
}

// identifier is the name that s starts with.
func identifier(s string) string {
	for i := range len(s) {
		c := s[i]
		if c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return s[:i]
	}
	return s
}

// connect checks the states and ties the rules to those that they go to.
func (p *parser) connect() error {
	t := p.template
	whole := func(format string, args ...any) error {
		return &TemplateError{Template: t.name, Reason: fmt.Sprintf(format, args...)}
	}
	if t.start = p.state("Start"); t.start == nil {
		return whole("there is no state Start")
	}
	for _, name := range []string{stateEnd, stateEOF} {
		s := p.state(name)
		if s == nil {
			continue
		}
		if len(s.rules) > 0 {
			return whole("the state %s must be empty", name)
		}
		t.eof = t.eof || name == stateEOF
		t.states = slices.DeleteFunc(t.states, func(other *state) bool { return other == s })
	}
	for _, s := range t.states {
		for _, r := range s.rules {
			if r.op == lineError || r.target == "" || r.target == stateEOF || r.target == stateEnd {
				continue
			}
			if r.next = p.state(r.target); r.next == nil {
				return &TemplateError{Template: t.name, Line: r.line, Text: r.text, Reason: fmt.Sprintf("there is no state %q", r.target)}
			}
		}
		s.prefilter = newPrefilter(s.rules)
	}
	return nil
}
