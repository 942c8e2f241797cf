package pyre

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError says what Python's re would not accept in a pattern.
type SyntaxError struct {
	Pattern string
	Offset  int // characters from the start
	Reason  string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at position %d of %q", e.Reason, e.Offset, e.Pattern)
}

// maxNesting limits how deep groups may be in each other, and maxRepeat how
// large a count may be.
const (
	maxNesting = 200
	maxRepeat  = 1<<32 - 1
)

// flags are Python's inline flags that mean something here. u, the default, and
// a exclude each other.
type flags struct{ ascii, fold, lines, dotAll, verbose, unicode bool }

func (f *flags) set(c rune, on bool) {
	switch c {
	case 'a':
		f.ascii = on
	case 'u':
		f.unicode = on
	case 'i':
		f.fold = on
	case 'm':
		f.lines = on
	case 's':
		f.dotAll = on
	case 'x':
		f.verbose = on
	}
}

// parser reads a pattern. A mistake ends it by a panic with a *SyntaxError, which
// parse recovers.
type parser struct {
	pattern string
	text    []rune
	pos     int
	flags   flags // those that hold where the parser is
	depth   int

	names  []string // of the groups, by number; names[0] is the whole
	open   []bool   // groups whose end was not reached yet
	widths [][2]int
	conds  [][2]int // groups that conditions name, and where
	behind int      // groups at or above this number can't be referred to, in a look-behind; or -1
}

// parse gives the pattern's tree and the names of its groups; the name of an
// unnamed group is "".
func parse(pattern string) (root *node, names []string, err error) {
	p := &parser{pattern: pattern, text: []rune(pattern), behind: -1}
	p.names, p.open, p.widths = []string{""}, []bool{true}, [][2]int{{0, 0}}
	defer func() {
		if r := recover(); r != nil {
			bad, ok := r.(*SyntaxError)
			if !ok {
				panic(r)
			}
			root, names, err = nil, nil, bad
		}
	}()
	p.globalFlags()
	root = p.alternation(true)
	if p.pos < len(p.text) {
		p.fail(p.pos, "unbalanced parenthesis")
	}
	for _, c := range p.conds {
		if c[0] >= len(p.names) {
			p.fail(c[1], "invalid group reference %d", c[0])
		}
	}
	return root, p.names, nil
}

func (p *parser) fail(at int, format string, args ...any) {
	panic(&SyntaxError{Pattern: p.pattern, Offset: at, Reason: fmt.Sprintf(format, args...)})
}

const none = rune(-1)

func (p *parser) peek() rune {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return none
}

func (p *parser) accept(r rune) bool {
	if p.peek() != r {
		return false
	}
	p.pos++
	return true
}

// globalFlags reads (?flags) groups, which can be at the start only. They hold
// for all of the pattern, so they are read before it.
func (p *parser) globalFlags() {
	for {
		p.blank()
		start := p.pos
		if !strings.HasPrefix(string(p.text[start:min(start+2, len(p.text))]), "(?") {
			return
		}
		p.pos += 2
		if !isFlag(p.peek()) {
			p.pos = start
			return
		}
		on, _, global := p.flagGroup()
		if !global {
			p.pos = start
			return
		}
		for _, c := range on {
			p.flags.set(c, true)
		}
		if p.flags.ascii && p.flags.unicode {
			p.fail(start, "flags 'a' and 'u' are incompatible")
		}
	}
}

// blank skips white space and comments where the flag x has them mean nothing.
func (p *parser) blank() {
	for p.flags.verbose && p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r', '\v', '\f':
			p.pos++
		case '#':
			for p.pos < len(p.text) && p.text[p.pos] != '\n' {
				p.pos++
			}
		default:
			return
		}
	}
}

func (p *parser) alternation(top bool) *node {
	if p.depth++; p.depth > maxNesting {
		p.fail(p.pos, "groups are nested too deep")
	}
	defer func() { p.depth-- }()
	branches := []*node{p.sequence()}
	for p.accept('|') {
		branches = append(branches, p.sequence())
	}
	if top && p.peek() == ')' {
		p.fail(p.pos, "unbalanced parenthesis")
	}
	if len(branches) == 1 {
		return branches[0]
	}
	return &node{op: opAlternate, subs: branches}
}

func (p *parser) sequence() *node {
	seq := &node{op: opConcat}
	for {
		p.blank()
		r := p.peek()
		if r == none || r == '|' || r == ')' {
			break
		}
		at := p.pos
		p.pos++
		var n *node
		switch r {
		case '\\':
			n = p.escape()
		case '[':
			n = p.set(at)
		case '.':
			n = &node{op: opClass, class: notNewline}
			if p.flags.dotAll {
				n.class = anyClass
			}
		case '^':
			n = &node{op: opBegin}
			if p.flags.lines {
				n.op = opLineBegin
			}
		case '$':
			n = &node{op: opEnd}
			if p.flags.lines {
				n.op = opLineEnd
			}
		case '(':
			n = p.group(at)
			if n == nil {
				continue
			}
		case '*', '+', '?', '{':
			if p.quantifier(r, at, seq) {
				continue
			}
			n = p.literal('{')
		default:
			n = p.literal(r)
		}
		seq.subs = append(seq.subs, n)
	}
	if len(seq.subs) == 1 {
		return seq.subs[0]
	}
	return seq
}

// quantifier repeats the last of seq. It tells false where a brace is only a brace.
func (p *parser) quantifier(r rune, at int, seq *node) bool {
	lo, hi := 0, unlimited
	switch r {
	case '?':
		hi = 1
	case '+':
		lo = 1
	case '{':
		if p.peek() == '}' {
			return false
		}
		first, comma := p.digits(), p.accept(',')
		second := first
		if comma {
			second = p.digits()
		}
		if !p.accept('}') {
			p.pos = at + 1
			return false
		}
		if first != "" {
			lo = p.count(first, at)
		}
		if second != "" {
			if hi = p.count(second, at); hi < lo {
				p.fail(at, "min repeat greater than max repeat")
			}
		}
	}
	if len(seq.subs) == 0 {
		p.fail(at, "nothing to repeat")
	}
	last := seq.subs[len(seq.subs)-1]
	switch last.op {
	case opBegin, opLineBegin, opEnd, opLineEnd, opTextEnd, opWordEdge:
		if !last.grouped {
			p.fail(at, "nothing to repeat")
		}
	case opRepeat:
		if !last.grouped {
			p.fail(at, "multiple repeat")
		}
	}
	n := &node{op: opRepeat, min: lo, max: hi, subs: []*node{last}}
	if p.accept('?') {
		n.manner = lazy
	} else if p.accept('+') {
		n.manner = possessive
	}
	seq.subs[len(seq.subs)-1] = n
	return true
}

func (p *parser) digits() string {
	start := p.pos
	for r := p.peek(); r >= '0' && r <= '9'; r = p.peek() {
		p.pos++
	}
	return string(p.text[start:p.pos])
}

func (p *parser) count(digits string, at int) int {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n >= maxRepeat {
		p.fail(at, "the repetition number is too large")
	}
	return int(n)
}

func (p *parser) literal(r rune) *node { return &node{op: opClass, class: p.cased(class{r, r})} }

func (p *parser) cased(c class) class {
	if p.flags.fold {
		return c.folded(p.flags.ascii)
	}
	return c
}

// group reads what stands behind an opening parenthesis. It is nil for a comment.
func (p *parser) group(start int) *node {
	if !p.accept('?') {
		return p.capture("", start)
	}
	at := p.pos
	r := p.peek()
	if r == none {
		p.fail(at, "unexpected end of pattern")
	}
	p.pos++
	switch r {
	case ':':
		return p.plain(start, p.flags)
	case '>':
		return &node{op: opAtomic, subs: []*node{p.inside(start)}}
	case '#':
		for !p.accept(')') {
			if p.peek() == none {
				p.fail(start, "missing ), unterminated comment")
			}
			// A backslash takes the character behind it with it.
			if p.accept('\\') && p.peek() == none {
				p.fail(p.pos, "bad escape (end of pattern)")
			}
			p.pos++
		}
		return nil
	case '=', '!':
		return &node{op: opLook, negated: r == '!', subs: []*node{p.inside(start)}}
	case '<':
		return p.lookBehind(start)
	case '(':
		return p.condition(start)
	case 'P':
		switch {
		case p.accept('<'):
			return p.capture(p.name('>'), start)
		case p.accept('='):
			return p.namedReference()
		}
		p.fail(at, "unknown extension ?P")
	}
	if !isFlag(r) && r != '-' {
		p.fail(at, "unknown extension ?%c", r)
	}
	p.pos = at
	on, off, global := p.flagGroup()
	if global {
		p.fail(start, "global flags not at the start of the expression")
	}
	inner := p.flags
	if strings.Contains(on, "a") {
		inner.unicode = false
	}
	if strings.Contains(on, "u") {
		inner.ascii = false
	}
	for _, c := range on {
		inner.set(c, true)
	}
	for _, c := range off {
		inner.set(c, false)
	}
	return p.plain(start, inner)
}

// plain reads a group that captures nothing. What a quantifier says of it, it
// says of all of it, even where it holds one repetition or assertion.
func (p *parser) plain(start int, inner flags) *node {
	outer := p.flags
	p.flags = inner
	n := p.inside(start)
	p.flags = outer
	switch n.op {
	case opRepeat, opBegin, opLineBegin, opEnd, opLineEnd, opTextEnd, opWordEdge:
		wrapped := *n
		wrapped.grouped = true
		return &wrapped
	}
	return n
}

func (p *parser) inside(start int) *node {
	n := p.alternation(false)
	if !p.accept(')') {
		p.fail(start, "missing ), unterminated subpattern")
	}
	return n
}

func (p *parser) capture(name string, start int) *node {
	if name != "" && slices.Contains(p.names[1:], name) {
		p.fail(start, "redefinition of group name %q", name)
	}
	number := len(p.names)
	p.names, p.open, p.widths = append(p.names, name), append(p.open, true), append(p.widths, [2]int{})
	n := &node{op: opGroup, group: number, name: name, subs: []*node{p.inside(start)}}
	p.open[number] = false
	p.widths[number][0], p.widths[number][1] = n.widths(p.widths)
	return n
}

func (p *parser) name(end rune) string {
	start := p.pos
	for p.peek() != end {
		if p.peek() == none {
			p.fail(start, "missing %c, unterminated name", end)
		}
		p.pos++
	}
	name := string(p.text[start:p.pos])
	p.pos++
	if name == "" {
		p.fail(start, "missing group name")
	}
	if end == '>' && !isIdentifier(name) {
		p.fail(start, "bad character in group name %q", name)
	}
	return name
}

// isIdentifier is Python's str.isidentifier, nearly: it does not normalise.
func isIdentifier(s string) bool {
	for i, r := range s {
		switch {
		case r == '_', unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start):
		case i > 0 && unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue):
		default:
			return false
		}
	}
	return s != ""
}

func (p *parser) namedReference() *node {
	at := p.pos
	name := p.name(')')
	if !isIdentifier(name) {
		p.fail(at, "bad character in group name %q", name)
	}
	number := slices.Index(p.names, name)
	if number < 1 {
		p.fail(at, "unknown group name %q", name)
	}
	return p.reference(number, at)
}

func (p *parser) reference(number, at int) *node {
	if p.open[number] {
		p.fail(at, "cannot refer to an open group")
	}
	p.outsideLookBehind(number, at)
	return &node{op: opBackref, group: number, fold: p.flags.fold, ascii: p.flags.ascii}
}

func (p *parser) outsideLookBehind(number, at int) {
	if p.behind < 0 {
		return
	}
	if number < len(p.open) && p.open[number] {
		p.fail(at, "cannot refer to an open group")
	}
	if number >= p.behind {
		p.fail(at, "cannot refer to group defined in the same lookbehind subpattern")
	}
}

func (p *parser) lookBehind(start int) *node {
	r := p.peek()
	if r != '=' && r != '!' {
		p.fail(p.pos, "unknown extension ?<")
	}
	p.pos++
	outer := p.behind
	if outer < 0 {
		p.behind = len(p.names)
	}
	n := &node{op: opLook, behind: true, negated: r == '!', subs: []*node{p.inside(start)}}
	p.behind = outer
	lo, hi := n.subs[0].widths(p.widths)
	if lo != hi {
		p.fail(start, "look-behind requires fixed-width pattern")
	}
	n.width = lo
	return n
}

func (p *parser) condition(start int) *node {
	at := p.pos
	name := p.name(')')
	number := 0
	if isIdentifier(name) {
		if number = slices.Index(p.names, name); number < 1 {
			p.fail(at, "unknown group name %q", name)
		}
	} else {
		var err error
		if number, err = strconv.Atoi(name); err != nil || number < 0 {
			p.fail(at, "bad character in group name %q", name)
		}
		if number == 0 {
			p.fail(at, "bad group number")
		}
		p.conds = append(p.conds, [2]int{number, at})
	}
	p.outsideLookBehind(number, at)
	if p.depth++; p.depth > maxNesting {
		p.fail(p.pos, "groups are nested too deep")
	}
	n := &node{op: opCond, group: number, subs: []*node{p.sequence(), {op: opEmpty}}}
	if p.accept('|') {
		n.subs[1] = p.sequence()
		if p.peek() == '|' {
			p.fail(p.pos, "conditional backref with more than two branches")
		}
	}
	p.depth--
	if !p.accept(')') {
		p.fail(start, "missing ), unterminated subpattern")
	}
	return n
}

func isFlag(r rune) bool { return r != none && strings.ContainsRune("aiLmsux", r) }

// flagGroup reads flags up to their colon, or to the parenthesis that makes them
// global.
func (p *parser) flagGroup() (on, off string, global bool) {
	at := p.pos
	read := func(ends string) (string, rune) {
		start := p.pos
		for isFlag(p.peek()) {
			p.pos++
		}
		set, end := string(p.text[start:p.pos]), p.peek()
		if end == none || !strings.ContainsRune(ends, end) {
			p.fail(p.pos, "unknown flag or missing one of %q", ends)
		}
		p.pos++
		return set, end
	}
	end := '-'
	if p.peek() == '-' {
		p.pos++
	} else {
		on, end = read(")-:")
	}
	if strings.Contains(on, "L") || strings.Contains(on, "a") && strings.Contains(on, "u") {
		p.fail(at, "bad inline flags")
	}
	if end == ')' {
		return on, "", true
	}
	if end == '-' {
		if off, _ = read(":"); off == "" {
			p.fail(p.pos, "missing flag")
		}
		if strings.ContainsAny(off, "aLu") {
			p.fail(at, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
		}
		if strings.ContainsAny(on, off) {
			p.fail(at, "bad inline flags: flag turned on and off")
		}
	}
	return on, off, false
}

// validRune makes of a code what Go can hold.
func (p *parser) validRune(code int64, at int) rune {
	if code > utf8.MaxRune {
		p.fail(at, "bad escape")
	}
	return rune(code)
}
