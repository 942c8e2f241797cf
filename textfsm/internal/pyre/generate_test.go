package pyre

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes up patterns and lines that they are likely to match.
type generator struct {
	*rand.Rand
	groups int // opened so far
	closed []int
	broken bool // now and then, what Python refuses
	plain  bool // nothing that Go's regexp has no equal for
}

func (g *generator) one(of ...string) string { return of[g.IntN(len(of))] }

func (g *generator) pattern() string {
	g.groups, g.closed = 0, nil
	p := g.alternation(3)
	if g.IntN(2) == 0 {
		p = "^" + p
	}
	if g.IntN(12) == 0 {
		p = g.one("(?i)", "(?s)", "(?a)", "(?x)", "(?m)", "(?im)") + p
	}
	if g.broken && g.IntN(6) == 0 && len(p) > 1 {
		r := []rune(p)
		i := g.IntN(len(r))
		switch g.IntN(3) {
		case 0:
			r = append(r[:i], r[i+1:]...)
		case 1:
			r[i] = []rune(`()[]{}*+?\|^$.-,<>=!:P0123abi`)[g.IntN(29)]
		case 2:
			j := g.IntN(len(r))
			r[i], r[j] = r[j], r[i]
		}
		p = string(r)
	}
	return p
}

func (g *generator) alternation(depth int) string {
	s := g.sequence(depth)
	for g.IntN(5) == 0 {
		s += "|" + g.sequence(depth)
	}
	return s
}

func (g *generator) sequence(depth int) string {
	var b strings.Builder
	for range g.IntN(4) + g.IntN(2) {
		b.WriteString(g.item(depth))
	}
	return b.String()
}

func (g *generator) item(depth int) string {
	n := 16
	if depth == 0 {
		n = 9
	}
	var atom string
	switch k := g.IntN(n); {
	case k < 4:
		atom = g.one("a", "b", "c", "ab", "é", " ", "1", "-", `\.`, "A", "K", "ſ", "i", `\x61`, `\u00e9`, "_")
	case k < 7:
		atom = g.one(`\d`, `\w`, `\s`, `\S`, `.`, `\W`, `\D`, "[ab]", "[^a]", `[\w-]`, `[^\s]`, "[a-c1]", `[\S ]`, `[^\d]`, "[]a]", "[b-]", "[éa]")
	case k < 8:
		return g.one("^", "$", `\b`, `\B`, `\Z`, `\A`, "$", "")
	case k < 9:
		if !g.plain && len(g.closed) > 0 {
			group := g.closed[g.IntN(len(g.closed))]
			atom = g.one(fmt.Sprintf("(?P=g%d)", group), fmt.Sprintf(`\%d`, group), fmt.Sprintf("(?(%d)a|b)", group))
		} else {
			atom = "b"
		}
	case k < 12:
		g.groups++
		group := g.groups
		atom = fmt.Sprintf("(?P<g%d>%s)", group, g.alternation(depth-1))
		g.closed = append(g.closed, group)
	case k < 14:
		atom = "(?:" + g.alternation(depth-1) + ")"
	case k < 15 && !g.plain:
		atom = g.one("(?=", "(?!", "(?>", "(?i:", "(?s:", "(?a:", "(?-i:") + g.alternation(depth-1) + ")"
	case !g.plain && g.IntN(2) == 0:
		atom = g.one("(?<=", "(?<!") + g.one("a", "ab", "[ab]", `\s`, "a|b", "^", ".") + ")"
	default:
		atom = "(?:" + g.sequence(depth-1) + ")"
	}
	if g.IntN(5) < 2 {
		atom += g.one("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{1,}", "{0,2}?", "{2,3}")
	} else if !g.plain && !strings.HasPrefix(atom, "(") && g.IntN(25) == 0 {
		// Python 3.11 loses its place in possessive repetitions of groups.
		atom += g.one("*+", "++", "?+", "{1,2}+")
	}
	return atom
}

func (g *generator) text() string {
	var b strings.Builder
	for range g.IntN(10) {
		b.WriteString(g.one("a", "b", "c", "ab", "a", "b", "é", " ", "1", "-", ".", "A", "B", "k", "K", "s", "İ", "i", "٣", "_", "\u00a0", "  "))
	}
	return b.String()
}
