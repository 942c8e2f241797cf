package inventory

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Selector chooses hosts. The terms of a selector are separated by commas, and all
// must be true of a host:
//
//	leaf              its name, a group it is in, or a glob over either: r*, leaf-[12]
//	site=ams          a value is that text; * ? and [] are globs
//	site!=ams         it is not, or there is none
//	role in (leaf, spine)   it is one of them; "not in" is the opposite
//	host~^r[0-9]      a regular expression is found in it; !~ is the opposite
//	data.bgp.as=65001 any path into the host's data, "data." left out if wished
//	!access           not this term
//	groups=leaf       the host is in the group
//
// Paths are those of Host.Lookup. A text with a comma, a blank or a parenthesis in
// it goes in quotes, "like this". A list has a value if one of its elements is it.
// The nil Selector and the empty one choose every host. A Selector is safe for
// concurrent use.
type Selector struct {
	text  string
	terms []term
}

// term is one condition.
type term struct {
	text   string // as it was written
	not    bool
	path   string // "" means the name and the groups
	values []string
	match  *regexp.Regexp
}

// String is the selector as it was written.
func (s *Selector) String() string {
	if s == nil {
		return ""
	}
	return s.text
}

// Matches reports whether the selector is true of h.
func (s *Selector) Matches(h *Host) bool {
	if s == nil {
		return true
	}
	return !slices.ContainsFunc(s.terms, func(t term) bool { return !t.holds(h) })
}

// holds reports whether the term is true of h.
func (t *term) holds(h *Host) bool { return t.matches(h) != t.not }

// alone says of how many hosts each term is true by itself, and what was meant where
// each names a host: "" where there is one term only, and nothing to tell.
func (s *Selector) alone(hosts []*Host) string {
	if s == nil || len(s.terms) < 2 {
		return ""
	}
	var told, names []string
	for _, t := range s.terms {
		n := 0
		for _, h := range hosts {
			if t.holds(h) {
				n++
			}
		}
		told = append(told, fmt.Sprintf("%s of %d", t.text, n))
		if t.path == "" && !t.not && n > 0 {
			names = append(names, t.text)
		}
	}
	text := "; a comma means \"and\", and its terms are true by themselves: " + strings.Join(told, ", ")
	if len(names) == len(told) {
		text += "; for any of them write 'host in (" + strings.Join(names, ", ") + ")'"
	}
	return text
}

func (t *term) matches(h *Host) bool {
	var have []string
	switch t.path {
	case "":
		have = append([]string{h.name}, h.groups...)
	case "groups", "group":
		have = h.groups
	default:
		have = h.Lookup(t.path).texts()
	}
	return slices.ContainsFunc(have, func(text string) bool {
		if t.match != nil {
			return t.match.MatchString(text)
		}
		return slices.ContainsFunc(t.values, func(glob string) bool {
			ok, _ := path.Match(glob, text)
			return ok || glob == text
		})
	})
}

// ParseSelector reads a selector. The error is a *SelectorError.
func ParseSelector(text string) (*Selector, error) {
	p := &selectorParser{text: text}
	s := &Selector{text: text}
	p.blanks()
	for p.at < len(text) {
		from := p.at
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		t.text = strings.TrimRight(text[from:p.at], " \t")
		s.terms = append(s.terms, t)
		p.blanks()
		if p.at == len(text) {
			break
		}
		if !p.take(",") {
			return nil, p.fail("want a comma or the end")
		}
		p.blanks()
		if p.at == len(text) {
			return nil, p.fail("want a term after the comma")
		}
	}
	return s, nil
}

type selectorParser struct {
	text string
	at   int
}

func (p *selectorParser) fail(why string) error {
	return &SelectorError{Selector: p.text, Offset: p.at, Text: why}
}

func (p *selectorParser) blanks() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

func (p *selectorParser) take(token string) bool {
	if strings.HasPrefix(p.text[p.at:], token) {
		p.at += len(token)
		return true
	}
	return false
}

// keyword takes a word that a blank or a parenthesis ends.
func (p *selectorParser) keyword(word string) bool {
	rest, ok := strings.CutPrefix(p.text[p.at:], word)
	if !ok || rest == "" || !strings.ContainsRune(" \t(", rune(rest[0])) {
		return false
	}
	p.at += len(word)
	p.blanks()
	return true
}

func (p *selectorParser) term() (term, error) {
	var t term
	if p.take("!") {
		t.not = true
		p.blanks()
	}
	from := p.at
	word, err := p.word("=!~,()")
	if err != nil {
		return t, err
	}
	p.blanks()
	switch {
	case p.take("!="):
		t.not = !t.not
		fallthrough
	case p.take("=="), p.take("="):
		t.path = word
		p.blanks()
		value, err := p.word(",()")
		t.values = []string{value}
		return t, p.glob(value, err)
	case p.take("!~"):
		t.not = !t.not
		fallthrough
	case p.take("~"):
		t.path = word
		return t, p.regexp(&t)
	case p.keyword("not"):
		t.not = !t.not
		if !p.keyword("in") {
			return t, p.fail(`want "in" after "not"`)
		}
		fallthrough
	case p.keyword("in"):
		t.path = word
		return t, p.set(&t)
	}
	t.values = []string{word}
	if _, err := path.Match(word, ""); err != nil {
		p.at = from
		return t, p.fail("a [ without its ] in the glob")
	}
	return t, nil
}

// word reads a text up to one of the characters of stop, or one in quotes.
func (p *selectorParser) word(stop string) (string, error) {
	if p.take(`"`) {
		end := strings.IndexByte(p.text[p.at:], '"')
		if end < 0 {
			p.at--
			return "", p.fail("the quotes are not closed")
		}
		word := p.text[p.at : p.at+end]
		p.at += end + 1
		return word, nil
	}
	from := p.at
	for p.at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		if unicode.IsSpace(r) || strings.ContainsRune(stop, r) {
			break
		}
		p.at += size
	}
	if p.at == from {
		return "", p.fail("want a name or a value")
	}
	return p.text[from:p.at], nil
}

func (p *selectorParser) glob(value string, err error) error {
	if err != nil {
		return err
	}
	if _, err := path.Match(value, ""); err != nil {
		p.at -= len(value)
		return p.fail("a [ without its ] in the glob")
	}
	return nil
}

// regexp reads a regular expression: up to a comma that stands outside brackets, or
// one in quotes.
func (p *selectorParser) regexp(t *term) error {
	p.blanks()
	from := p.at
	var text string
	if strings.HasPrefix(p.text[p.at:], `"`) {
		var err error
		if text, err = p.word(""); err != nil {
			return err
		}
	} else {
		depth := 0
		for ; p.at < len(p.text); p.at++ {
			c := p.text[p.at]
			switch {
			case c == '\\' && p.at+1 < len(p.text):
				p.at++
				continue
			case strings.IndexByte("([{", c) >= 0:
				depth++
			case strings.IndexByte(")]}", c) >= 0:
				depth--
			}
			if c == ',' && depth <= 0 {
				break
			}
		}
		text = strings.TrimRight(p.text[from:p.at], " \t")
	}
	if text == "" {
		return p.fail("want a regular expression")
	}
	var err error
	if t.match, err = regexp.Compile(text); err != nil {
		p.at = from
		return p.fail(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

// set reads "(a, b)".
func (p *selectorParser) set(t *term) error {
	if !p.take("(") {
		return p.fail("want ( and the values, as in site in (ams, fra)")
	}
	for {
		p.blanks()
		value, err := p.word(",()")
		if err := p.glob(value, err); err != nil {
			return err
		}
		t.values = append(t.values, value)
		p.blanks()
		if p.take(")") {
			return nil
		}
		if !p.take(",") {
			return p.fail("want a comma or )")
		}
	}
}
