package platform

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
)

// Example gives a short text that a pattern matches, as a person would write it
// where the pattern leaves a choice; "" where none was found.
func Example(re *regexp.Regexp) string {
	if re == nil {
		return ""
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return ""
	}
	for _, generous := range []bool{false, true} {
		if text := spell(tree, generous); text != "" && re.MatchString(text) {
			return text
		}
	}
	return ""
}

// spell walks through a pattern; generous takes what may be left out.
func spell(re *syntax.Regexp, generous bool) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return strings.ToLower(string(re.Rune))
		}
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(member(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpCapture:
		return spell(re.Sub[0], generous)
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(spell(sub, generous))
		}
		return b.String()
	case syntax.OpAlternate:
		return spell(re.Sub[0], generous)
	case syntax.OpPlus:
		return spell(re.Sub[0], generous)
	case syntax.OpStar, syntax.OpQuest:
		if generous {
			return spell(re.Sub[0], generous)
		}
	case syntax.OpRepeat:
		n := re.Min
		if n == 0 && generous {
			n = 1
		}
		return strings.Repeat(spell(re.Sub[0], generous), n)
	}
	return ""
}

// member picks a letter of a class, or a figure, or what there is.
func member(class []rune) rune {
	has := func(r rune) bool {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= r && r <= class[i+1] {
				return true
			}
		}
		return false
	}
	for _, r := range "xaA1 " {
		if has(r) {
			return r
		}
	}
	for i := 0; i+1 < len(class); i += 2 {
		if unicode.IsPrint(class[i]) {
			return class[i]
		}
	}
	return 'x'
}
