package platform

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// A device that refuses a command may do so in words that hardly another has.
// Many share theirs ("% Invalid input detected"), and a definition need not know
// all of its own; so words speak for those that know them where these are few, and
// against nobody.
const (
	fewKnow  = 3  // definitions, of all that are in question at first
	ownWords = 10 // letters, at least, that are fixed in the pattern: "Error" is nobody's own
	refusal  = 4  // lines, at most: a refusal says little
)

// wording finds the line of an answer that refuses in the words of few, and whose
// they are.
func (d *Detector) wording(answer string) (line string, of map[string]bool) {
	var lines []string
	for l := range strings.SplitSeq(answer, "\n") {
		if l = strings.TrimRight(l, " \t\r"); strings.TrimSpace(l) != "" {
			lines = append(lines, l)
		}
		if len(lines) > refusal {
			return "", nil
		}
	}
	for _, l := range lines {
		know, own := map[string]bool{}, false
		for _, def := range d.all {
			if Judge(l, def.Failures) != SeverityError {
				continue
			}
			if know[def.Name] = true; len(know) > fewKnow {
				break
			}
			for _, f := range def.Failures {
				own = own || f.Severity == SeverityError && !f.Whole && f.Pattern.MatchString(l) && ownLetters(f.Pattern) >= ownWords
			}
		}
		if own && len(know) <= fewKnow {
			return l, know
		}
	}
	return "", nil
}

// ownLetters counts the letters that every text has at least that a pattern matches; a
// nil one matches none.
func ownLetters(re *regexp.Regexp) int {
	if re == nil {
		return 0
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return 0 // it has compiled before
	}
	return letters(tree)
}

func letters(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return letters(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * letters(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n += letters(sub)
		}
	case syntax.OpAlternate:
		n = letters(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			n = min(n, letters(sub))
		}
	}
	return n
}
