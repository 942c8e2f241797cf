package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A grammar is a set of command patterns as a tree of words. A pattern is a line
// of words; <name> stands for any word, <name:kind> for a word of that kind (int,
// ip, mask, prefix, interface), and <name...> at the end for the rest of the
// line, at least one word.
type grammar[T any] struct {
	root node[T]
	opts *matching
}

// matching is how a platform reads words.
type matching struct {
	abbreviate bool              // unique prefixes stand for words, in any case
	quotes     bool              // "…" is one word
	interfaces map[string]string // long name of an interface type → short name
}

type node[T any] struct {
	words  []edge[T] // literal words, sorted
	values []edge[T] // captures, in the order given
	rest   *edge[T]  // takes the rest of the line
	leaf   *T        // the pattern that ends here
	bound  bool      // a group ends here (see rule.Line)
}

type edge[T any] struct {
	word string // the literal, or the capture's name
	kind string
	to   *node[T]
}

// add puts a pattern in; a later one replaces an earlier equal one.
func (g *grammar[T]) add(pattern string, value T) error {
	at := &g.root
	words := strings.Fields(pattern)
	for i, w := range words {
		switch {
		case w == "/":
			at.bound = true
		case strings.HasPrefix(w, "<") && strings.HasSuffix(w, "...>"):
			if i != len(words)-1 {
				return fmt.Errorf("sim: %q: %s must be the last word", pattern, w)
			}
			at.rest = &edge[T]{word: w[1 : len(w)-4], to: &node[T]{}}
			at = at.rest.to
		case strings.HasPrefix(w, "<") && strings.HasSuffix(w, ">"):
			name, kind, _ := strings.Cut(w[1:len(w)-1], ":")
			if !knownKind(kind) {
				return fmt.Errorf("sim: %q: unknown kind %q", pattern, kind)
			}
			at = child(&at.values, name, kind, false)
		default:
			at = child(&at.words, w, "", true)
		}
	}
	if at == &g.root {
		return fmt.Errorf("sim: empty command pattern")
	}
	at.leaf = &value
	return nil
}

func child[T any](edges *[]edge[T], word, kind string, sorted bool) *node[T] {
	at := len(*edges)
	for i, e := range *edges {
		if e.word == word && e.kind == kind {
			return e.to
		}
		if sorted && at == len(*edges) && word < e.word {
			at = i
		}
	}
	to := &node[T]{}
	*edges = slices.Insert(*edges, at, edge[T]{word: word, kind: kind, to: to})
	return to
}

// token is one word of a typed line and where it begins.
type token struct {
	text string
	at   int
}

// split cuts a line into words at blanks.
func (m *matching) split(line string) []token {
	var out []token
	for i := 0; i < len(line); {
		if line[i] == ' ' || line[i] == '\t' {
			i++
			continue
		}
		start := i
		if m.quotes && line[i] == '"' {
			if end := strings.IndexByte(line[i+1:], '"'); end >= 0 {
				i += end + 2
			}
		}
		for i < len(line) && line[i] != ' ' && line[i] != '\t' {
			i++
		}
		out = append(out, token{line[start:i], start})
	}
	return out
}

// match is a line that a grammar knows.
type match[T any] struct {
	value  *T                // nil where the line was refused
	words  []string          // the line in full words
	caught map[string]string // what the captures caught
	bounds []int             // how many words each closed group spans
	why    refusal
	at     int  // the refused word's number; the count of words where incomplete
	bound  bool // incomplete, but the words so far end a group
	open   bool // incomplete, but what is missing is only a value, or bound
}

type refusal int

const (
	taken refusal = iota
	invalid
	incomplete
	ambiguous
)

// match finds the pattern that line fits.
func (g *grammar[T]) match(line string, tokens []token) match[T] {
	m := match[T]{}
	at := &g.root
	for i, t := range tokens {
		if at.bound && i > 0 {
			m.bounds = append(m.bounds, i)
		}
		next, word, why := g.step(at, t.text, &m)
		if why != taken {
			if why == invalid && at.rest != nil {
				text := strings.TrimRight(line[t.at:], " \t")
				m.catch(at.rest.word, text)
				m.words = append(m.words, text)
				m.value = at.rest.to.leaf
				return m
			}
			m.why, m.at = why, i
			return m
		}
		m.words = append(m.words, word)
		at = next
	}
	m.value = at.leaf
	if m.value == nil {
		m.why, m.at, m.bound = incomplete, len(tokens), at.bound
		m.open = at.bound || len(at.values) > 0 || at.rest != nil
	}
	return m
}

func (m *match[T]) catch(name, text string) {
	if m.caught == nil {
		m.caught = make(map[string]string)
	}
	m.caught[name] = text
}

// step follows one word. An exact word beats a prefix, a prefix beats a capture.
func (g *grammar[T]) step(at *node[T], word string, m *match[T]) (*node[T], string, refusal) {
	var found *edge[T]
	for i := range at.words {
		e := &at.words[i]
		if e.word == word || g.opts.abbreviate && strings.EqualFold(e.word, word) {
			return e.to, e.word, taken
		}
		if g.opts.abbreviate && len(word) < len(e.word) && strings.EqualFold(e.word[:len(word)], word) {
			if found != nil {
				return nil, "", ambiguous
			}
			found = e
		}
	}
	if found != nil {
		return found.to, found.word, taken
	}
	for i := range at.values {
		e := &at.values[i]
		if text, ok := g.opts.accept(e.kind, word); ok {
			m.catch(e.word, text)
			return e.to, text, taken
		}
	}
	return nil, "", invalid
}

// next lists the words that may follow tokens and begin with prefix, for help.
func (g *grammar[T]) next(tokens []token, prefix string) (words []string, end bool) {
	at, m := &g.root, match[T]{}
	for _, t := range tokens {
		next, _, why := g.step(at, t.text, &m)
		if why != taken {
			return nil, false
		}
		at = next
	}
	for _, e := range at.words {
		if strings.HasPrefix(e.word, strings.ToLower(prefix)) {
			words = append(words, e.word)
		}
	}
	if prefix == "" {
		for _, e := range at.values {
			words = append(words, strings.ToUpper(e.word))
		}
		if at.rest != nil {
			words = append(words, "LINE")
		}
	}
	return words, prefix == "" && at.leaf != nil
}

func knownKind(kind string) bool {
	return slices.Contains([]string{"", "int", "ip", "mask", "prefix", "interface"}, kind)
}

// accept says whether word is of the kind, and how the device spells it.
func (m *matching) accept(kind, word string) (string, bool) {
	switch kind {
	case "int":
		_, err := strconv.ParseUint(word, 10, 32)
		return word, err == nil
	case "ip":
		_, err := netip.ParseAddr(word)
		return word, err == nil
	case "mask":
		a, err := netip.ParseAddr(word)
		return word, err == nil && a.Is4() && isMask(a.As4())
	case "prefix":
		_, err := netip.ParsePrefix(word)
		return word, err == nil
	case "interface":
		return m.expand(word)
	default:
		return word, word != ""
	}
}

func isMask(b [4]byte) bool {
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	return ^v&(^v+1) == 0
}

// expand spells an interface name in full: gi0/1 is GigabitEthernet0/1.
func (m *matching) expand(word string) (string, bool) {
	digit := strings.IndexAny(word, "0123456789")
	if digit <= 0 {
		return "", false
	}
	kind, unit := word[:digit], word[digit:]
	if strings.Trim(unit, "0123456789/.:") != "" {
		return "", false
	}
	best := ""
	for long := range m.interfaces {
		if strings.EqualFold(long, kind) {
			return long + unit, true
		}
		if m.abbreviate && len(kind) < len(long) && strings.EqualFold(long[:len(kind)], kind) && (best == "" || long < best) {
			best = long
		}
	}
	return best + unit, best != ""
}

// shorten spells an interface name as prompts do: Ethernet1 is Et1.
func (m *matching) shorten(name string) string {
	if digit := strings.IndexAny(name, "0123456789"); digit > 0 {
		if short, ok := m.interfaces[name[:digit]]; ok {
			return short + name[digit:]
		}
	}
	return name
}
