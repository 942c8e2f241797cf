package textfsm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator makes up templates and texts that they are likely to match.
type generator struct {
	*rand.Rand
	values  []string
	states  []string
	samples []string // lines that rules may match
}

func (g *generator) one(of ...string) string { return of[g.IntN(len(of))] }

func (g *generator) chance(in int) bool { return g.IntN(in) == 0 }

func (g *generator) template() string {
	var b strings.Builder
	g.values, g.samples, g.states = nil, nil, []string{"Start"}
	for range g.IntN(3) {
		g.states = append(g.states, g.one("Body", "More", "S_1", "Tail"))
	}
	slices.Sort(g.states[1:])
	if !g.chance(50) {
		g.states = slices.Compact(g.states)
	}
	for i := range 1 + g.IntN(4) {
		b.WriteString(g.value(i) + "\n")
		if g.chance(12) {
			b.WriteString(g.one("# a comment\n", "  # another\n", "#\n"))
		}
	}
	b.WriteString(g.one("\n", "\n", "\n\n", "\n# text\n\n"))
	for _, s := range g.states {
		b.WriteString(s + g.one("\n", "\n", "\n", " \n"))
		for range 1 + g.IntN(4) {
			b.WriteString(g.rule() + "\n")
		}
		b.WriteString(g.one("\n", "\n", "\n\n", "\n# end\n"))
	}
	if g.chance(12) {
		b.WriteString(g.one("EOF\n", "EOF\n", "End\n", "EOF\n\nEnd\n", "EOF\n  ^a\n", "End\n ^a\n"))
	}
	text := b.String()
	if g.chance(12) {
		text = g.broken(text)
	}
	return text
}

func (g *generator) value(i int) string {
	name := g.one("A", "BB", "NAME", "v", "_x", "N9") + fmt.Sprint(i)
	if g.chance(80) {
		name = g.one("A-B", "A0", strings.Repeat("x", 49), strings.Repeat("x", 48), "1a")
	}
	g.values = append(g.values, name)
	var options []string
	for range g.IntN(3) {
		o := g.one("Required", "Filldown", "Fillup", "List", "Key", "List", "Filldown", "Required")
		if !slices.Contains(options, o) || g.chance(40) {
			options = append(options, o)
		}
	}
	pattern := g.one(`\S+`, `\S+`, `\w+`, `\d+`, `\S+`, `\d+`, `\w*`, `.*`, `.+?`, `[a-c]+`, `a|b`, `\d*`, `\S*`, `a?`, `[^:]+`, ``, `\w+ \w+`, `(a|b)+`, `(?i:A|B)`, `(?:\d+)`, `\d+(?=\s|$)`)
	if slices.Contains(options, "List") && g.chance(2) {
		pattern = g.one(fmt.Sprintf(`(?P<in%d>\w)(?P<out%d>\d*)`, i, i), fmt.Sprintf(`(?P<in%d>\w+)`, i), fmt.Sprintf(`(?P<in%d>a)|(?P<out%d>\S)`, i, i), `(a)(b)?`)
	}
	if len(options) == 0 {
		return fmt.Sprintf("Value %s (%s)", name, pattern)
	}
	return fmt.Sprintf("Value %s %s (%s)", strings.Join(options, ","), name, pattern)
}

func (g *generator) rule() string {
	var b strings.Builder
	b.WriteString(g.one("  ^", "  ^", " ^", "\t^"))
	unused, sample := slices.Clone(g.values), ""
	defer func() { g.samples = append(g.samples, sample) }()
	for range 1 + g.IntN(3) {
		filler := [][2]string{{"", ""}, {"", ""}, {`\s*`, " "}, {`\s+`, "  "}, {"a", "a"}, {`\S+\s`, "ab "}, {"k:", "k:"},
			{`\w+:\s*`, "x: "}, {`\s`, " "}, {"-*", "-"}, {"(a )?", "a "}, {`.*`, "b 1"}}[g.IntN(12)]
		b.WriteString(filler[0])
		sample += filler[1]
		if len(unused) > 0 && !g.chance(3) {
			i := g.IntN(len(unused))
			ref := "${" + unused[i] + "}"
			if g.chance(40) {
				ref = "$" + unused[i]
			}
			if g.chance(5) {
				ref = "(" + ref + ")" + g.one("?", "", " *", "*")
			}
			b.WriteString(ref)
			sample += g.one("ab", "12", "a", "7", "b", "a 1", "")
			if !g.chance(100) {
				unused = slices.Delete(unused, i, i+1)
			}
		}
	}
	b.WriteString(g.one("", "", "$$", `\s*$$`, ".*", "$"[:g.IntN(60)/59]))
	if g.chance(4) {
		return b.String() + g.one("", "", " ")
	}
	if g.chance(100) {
		b.WriteString(" ->")
	} else {
		b.WriteString(g.one(" -> ", " -> ", "  ->  ", " \t-> "))
	}
	state := g.one(append(g.states, "EOF", "End", g.states[0])...)
	if g.chance(300) {
		state = "Missing"
	}
	op := g.one("Next", "Continue", "Next", "Continue", "Error")
	if op == "Error" && !g.chance(3) {
		op = "Next"
	}
	record := g.one("Record", "Record", "Record", "NoRecord", "Clear", "Clearall")
	switch n := g.IntN(71); n / 10 {
	case 0:
		b.WriteString(op)
	case 1:
		b.WriteString(record)
	case 2:
		b.WriteString(op + "." + record)
	case 3:
		b.WriteString("Continue." + record)
	case 4:
		b.WriteString(record + " " + state)
	case 5:
		b.WriteString(state)
	case 6:
		b.WriteString(g.one("Next", "Next", "Next", "Error") + g.one("", "."+record) + " " + state)
	case 7:
		b.WriteString(g.one("Error", "Error.Record", "Next", "Continue") + " " + g.one(`"a message"`, state))
	}
	return b.String()
}

// broken changes a character or a line.
func (g *generator) broken(text string) string {
	if g.chance(2) {
		lines := strings.Split(text, "\n")
		i, j := g.IntN(len(lines)), g.IntN(len(lines))
		lines[i], lines[j] = lines[j], lines[i]
		return strings.Join(lines, "\n")
	}
	r := []rune(text)
	r[g.IntN(len(r))] = []rune(" \n$(){}^>-.,Xa0\t")[g.IntN(16)]
	return string(r)
}

func (g *generator) text() string {
	var b strings.Builder
	for range g.IntN(14) {
		if len(g.samples) > 0 && !g.chance(3) {
			b.WriteString(g.one(g.samples...))
		}
		for range g.IntN(6) * g.IntN(2) {
			b.WriteString(g.one("a", "b", "ab", "12", "7", " ", " ", "  ", "k:", "x: ", "-", "--", "é", "a 1", "abc", "\t", ":", "a ", "\u00a0", "٣"))
		}
		b.WriteString(g.one("\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n", "", "\r", "\v", "\x1c", "\u2028", "\x85", "\u0085", "\f"))
	}
	return b.String()
}
