package pyre

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// translator writes a tree in the syntax of another engine. Flags are worked into
// the classes, so that none are needed.
type translator struct {
	strings.Builder
	keep   []bool
	linear bool // for Go's regexp; else for regexp2
}

// notLinear tells what in a pattern can't be matched in linear time; "" if all can.
func notLinear(root *node) (why string) {
	root.walk(func(n *node) {
		switch {
		case why != "":
		case n.op == opLook && n.behind:
			why = "look-behind"
		case n.op == opLook:
			why = "look-ahead"
		case n.op == opBackref:
			why = "back-reference"
		case n.op == opCond:
			why = "condition"
		case n.op == opAtomic:
			why = "atomic group"
		case n.op == opRepeat && n.manner == possessive:
			why = "possessive quantifier"
		}
	})
	return why
}

func mayBacktrack(root *node) bool { return notLinear(root) != "" }

// sameInGo tells whether Go's regexp means the same: its words are of ASCII only,
// it takes no very large counts, and it ends loops whose turns may be empty in
// another way.
func sameInGo(root *node) bool {
	same := true
	root.walk(func(n *node) {
		switch {
		case n.op == opWordEdge && !n.ascii,
			n.op == opRepeat && (n.min > 10*most || n.max > 10*most),
			n.op == opRepeat && n.max != 0 && n.max != 1 && n.subs[0].nullable():
			same = false
		}
	})
	return same
}

// linear is the pattern for Go's regexp, anchored at the start.
func linear(root *node, keep []bool) string {
	t := &translator{keep: keep, linear: true}
	t.WriteString(`\A(?:`)
	t.node(root)
	t.WriteString(`)`)
	return t.String()
}

// backtracking is the pattern for regexp2.
func backtracking(root *node, keep []bool) string {
	t := &translator{keep: keep}
	t.WriteString(`\A(?:`)
	t.node(root)
	t.WriteString(`)`)
	return t.String()
}

func (t *translator) all(before string, subs []*node, between, after string) {
	t.WriteString(before)
	for i, s := range subs {
		if i > 0 {
			t.WriteString(between)
		}
		t.node(s)
	}
	t.WriteString(after)
}

func (t *translator) node(n *node) {
	switch n.op {
	case opClass:
		t.class(n.class)
	case opConcat:
		t.all("(?:", n.subs, "", ")")
	case opAlternate:
		t.all("(?:", n.subs, "|", ")")
	case opRepeat:
		t.repeat(n)
	case opGroup:
		open := "(?:"
		if n.group < len(t.keep) && t.keep[n.group] {
			open = t.open(n.group)
		}
		t.all(open, n.subs, "", ")")
	case opBegin:
		t.WriteString(`\A`)
	case opLineBegin:
		t.WriteString(`(?m:^)`)
	case opEnd:
		if t.linear {
			// Go can't say "or before the last line feed"; lines have none.
			t.WriteString(`\z`)
		} else {
			t.WriteString(`\Z`)
		}
	case opLineEnd:
		t.WriteString(`(?m:$)`)
	case opTextEnd:
		t.WriteString(`\z`)
	case opWordEdge:
		t.edge(n)
	case opLook:
		sign := map[bool]string{false: "=", true: "!"}[n.negated]
		if n.behind {
			sign = "<" + sign
		}
		t.all("(?"+sign, n.subs, "", ")")
	case opBackref:
		fold := map[bool]string{true: "(?i:", false: "(?:"}[n.fold]
		fmt.Fprintf(t, `%s\k<%d>)`, fold, n.group)
	case opCond:
		fmt.Fprintf(t, "(?(%d)", n.group)
		t.all("", n.subs, "|", ")")
	case opAtomic:
		t.all("(?>", n.subs, "", ")")
	}
}

func (t *translator) open(group int) string {
	if t.linear {
		return "(?P<g" + strconv.Itoa(group) + ">"
	}
	return "(?<" + strconv.Itoa(group) + ">"
}

// edge writes \b and \B. Go's are of ASCII words only, and regexp2's of others
// than Python's.
func (t *translator) edge(n *node) {
	if t.linear {
		t.WriteString(map[bool]string{false: `\b`, true: `\B`}[n.negated])
		return
	}
	var word strings.Builder
	w := &translator{}
	w.class(category('w', n.ascii))
	word.WriteString(w.String())
	here, there := "(?<!%[1]s)(?=%[1]s)|(?<=%[1]s)(?!%[1]s)", "(?<!%[1]s)(?!%[1]s)|(?<=%[1]s)(?=%[1]s)"
	if n.negated {
		here = there
	}
	fmt.Fprintf(t, "(?:"+here+")", word.String())
}

// most is the largest count that Go's regexp takes.
const most = 1000

func (t *translator) repeat(n *node) {
	if n.manner == possessive {
		t.WriteString("(?>")
		t.node(n.eager())
		t.WriteString(")")
		return
	}
	t.WriteString("(?:")
	lo, hi := n.min, n.max
	// Larger counts in parts: first the turns that must be.
	for t.linear && (lo > most || hi > most) {
		part := min(lo, most)
		t.node(n.subs[0])
		t.times(part, most, n.manner)
		lo -= part
		if hi != unlimited {
			hi -= most
		}
	}
	t.node(n.subs[0])
	t.times(lo, hi, n.manner)
	t.WriteString(")")
}

func (t *translator) times(lo, hi int, m manner) {
	if hi == unlimited {
		fmt.Fprintf(t, "{%d,}", lo)
	} else {
		fmt.Fprintf(t, "{%d,%d}", lo, hi)
	}
	if m == lazy {
		t.WriteByte('?')
	}
}

// class writes a set of characters, by number as far as they are not plain.
func (t *translator) class(c class) {
	if len(c) == 0 {
		if t.linear {
			t.WriteString(`[^\x{0}-\x{10FFFF}]`)
		} else {
			t.WriteString(`(?!)`)
		}
		return
	}
	if t.linear && len(c) > 500 {
		// The large categories by their names.
		switch &c[0] {
		case &wordClass()[0]:
			t.WriteString(`[\p{L}\p{Nd}\p{Nl}\p{No}_]`)
			return
		case &notWord()[0]:
			t.WriteString(`[^\p{L}\p{Nd}\p{Nl}\p{No}_]`)
			return
		}
	}
	t.WriteByte('[')
	for i := 0; i < len(c); i += 2 {
		t.rune(c[i])
		if c[i+1] > c[i] {
			t.WriteByte('-')
			t.rune(c[i+1])
		}
	}
	t.WriteByte(']')
}

func (t *translator) rune(r rune) {
	switch {
	case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		t.WriteRune(r)
	case t.linear:
		fmt.Fprintf(t, `\x{%X}`, r)
	case r <= 0xffff:
		fmt.Fprintf(t, `\u%04X`, r)
	default:
		t.WriteRune(r)
	}
}
