package platform

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// A device that refuses a command may do so in words that hardly another has.
// Many share theirs ("% Invalid input detected"), and a definition need not know
// all of its own; so words speak for those that know them where these are few, and
// against nobody. Those that know them are asked for before others.
const (
	fewKnow  = 3  // definitions, of all that are in question at first
	ownWords = 10 // letters, at least, that are fixed in the pattern: "Error" is nobody's own
	refusal  = 4  // lines, at most: a refusal says little
)

// short gives the lines of an answer that may be a refusal; nil for one that is too
// long for that.
func short(answer string) []string {
	var lines []string
	for l := range strings.SplitSeq(answer, "\n") {
		if l = strings.TrimRight(l, " \t\r"); strings.TrimSpace(l) != "" {
			lines = append(lines, l)
		}
	}
	if len(lines) > refusal {
		return nil
	}
	return lines
}

// A user who may not give a command learns nothing of the device by it.
var forbidden = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:authori[sz]ation|(?:not|un)\W?authori[sz]ed|permissions?|(?:access|command) (?:is |was )?denied|insufficient (?:rights|privileges?)|not allowed)\b`)
})

// refused takes an answer that may refuse a command.
func (d *Detector) refused(command, answer string) {
	for _, line := range short(answer) {
		know, own := map[string]bool{}, false
		for _, def := range d.all {
			if Judge(line, def.Failures) != SeverityError {
				continue
			}
			know[def.Name], d.knows[def.Name] = true, true
			if len(know) <= fewKnow {
				own = own || def.ownRefusal(line)
			}
		}
		if own && len(know) <= fewKnow {
			d.mark(d.worded, fmt.Sprintf("it refuses %q with %q", command, strings.TrimSpace(line)), func(def *Definition) bool { return know[def.Name] })
			return
		}
	}
}

// ownRefusal reports whether one of the failures that a line matches has words that
// may be the platform's own.
func (d *Definition) ownRefusal(line string) bool {
	return slices.ContainsFunc(d.Failures, func(f Failure) bool {
		return f.Severity == SeverityError && !f.Whole && f.Pattern != nil && f.Pattern.MatchString(line) && ownLetters(f.Pattern) >= ownWords
	})
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
