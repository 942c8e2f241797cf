package textfsm

import (
	"io"
	"slices"

	"github.com/vtynet/vty/textfsm/internal/pyre"
)

// Template is a compiled template. It is safe for concurrent use.
type Template struct {
	name   string
	names  []string
	values []*value
	states []*state // in their order; not EOF and End
	start  *state
	// eof tells that the template has a state EOF of its own, which takes away
	// the record that the end of the input makes.
	eof    bool
	fillup bool
}

// Option is a property of a Value.
type Option string

// The options of a Value.
const (
	Required Option = "Required" // no record without it
	Filldown Option = "Filldown" // stays from record to record until it is cleared or set
	Fillup   Option = "Fillup"   // fills empty ones in records above
	Key      Option = "Key"      // tells records apart where templates are joined
	List     Option = "List"     // has all that matched since the last record
)

// value is a Value line.
type value struct {
	index   int
	name    string
	options []Option
	pattern string

	required, filldown, fillup, list bool
	// requiredFirst: Required was named before List, so that it looks at what
	// matched last and not at the list.
	requiredFirst bool
	// nested takes what a List matched apart; nil if it has no named groups.
	nested *pyre.Regexp
}

// group is the value's pattern as a named group.
func (v *value) group() string { return "(?P<" + v.name + ">" + v.pattern[1:] }

func (v *value) has(o Option) bool { return slices.Contains(v.options, o) }

type state struct {
	name      string
	rules     []*rule
	prefilter *prefilter
}

// lineOp is what a rule does with the line.
type lineOp uint8

const (
	lineNext lineOp = iota
	lineContinue
	lineError
)

// recordOp is what a rule does with the record.
type recordOp uint8

const (
	recordNone recordOp = iota
	recordRecord
	recordClear
	recordClearall
)

// The states that are not written out.
const (
	stateEOF = "EOF"
	stateEnd = "End"
)

type rule struct {
	line    int    // in the template
	text    string // as written
	re      *pyre.Regexp
	op      lineOp
	record  recordOp
	target  string // the state to go to, or the message of Error
	next    *state // the state of that name; nil for EOF and End
	assigns []assign
}

// assign says that a group of the pattern is a value.
type assign struct {
	group int
	value int
}

// Parse compiles a template. Name is what errors call it. The error is a
// *TemplateError, or that of the reader.
func Parse(name string, r io.Reader) (*Template, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return ParseText(name, string(text))
}

// ParseText is Parse for a text.
func ParseText(name, text string) (*Template, error) {
	p := &parser{template: &Template{name: name}, lines: templateLines(text)}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.template, nil
}

// Name is what the template was called when it was parsed.
func (t *Template) Name() string { return t.name }

// Names are the names of the Values, in their order. The caller must not change
// it.
func (t *Template) Names() []string { return t.names }

// Options are those of the Value of that name, none if there is no such.
func (t *Template) Options(name string) []Option {
	if i := slices.Index(t.names, name); i >= 0 {
		return slices.Clone(t.values[i].options)
	}
	return nil
}

// Rule is what Explain says of a rule.
type Rule struct {
	State string
	Line  int    // in the template
	Text  string // as written
	// Backtracks is what in the pattern has no equal in the engine of linear
	// time, such as "look-ahead". "" for a rule that runs in linear time.
	Backtracks string
}

// Explain tells how each rule is matched, in the order of the template.
func (t *Template) Explain() []Rule {
	var all []Rule
	for _, s := range t.states {
		for _, r := range s.rules {
			all = append(all, Rule{State: s.name, Line: r.line, Text: r.text, Backtracks: r.re.NeedsBacktracking()})
		}
	}
	return all
}
