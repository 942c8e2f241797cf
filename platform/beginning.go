package platform

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// A beginning is what every text begins with that a pattern matches. Most failures
// begin with a mark of the device's, which nearly no line of an output has. It is
// known of one pattern only: whoever gives a failure another need not know of it.
type beginning struct {
	of   *regexp.Regexp
	text string
}

// beginningOf finds the beginning of a pattern, whose text is "" where nothing is
// certain.
func beginningOf(re *regexp.Regexp) beginning {
	b := beginning{of: re}
	if re == nil {
		return b
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil || tree.Op != syntax.OpConcat || tree.Sub[0].Op != syntax.OpBeginText {
		return b
	}
	first := tree.Sub[1]
	// The replacement character matches bytes that are no UTF-8 as well.
	if first.Op == syntax.OpLiteral && first.Flags&syntax.FoldCase == 0 && !slices.Contains(first.Rune, utf8.RuneError) {
		b.text = string(first.Rune)
	}
	return b
}

// mayMatch says whether it is worth a try to match text.
func (b beginning) mayMatch(re *regexp.Regexp, text string) bool {
	return b.of != re || strings.HasPrefix(text, b.text)
}
