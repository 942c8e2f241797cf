package platform

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Patterns of scrapli's are Perl's. What RE2 has no words for but can say is
// translated: possessive repeats and atomic groups, which only spare work; Perl's
// names of groups, ends and blanks; and a look-around in a prompt, which becomes
// a second pattern that rules lines out.

// fromPerl translates a pattern; the error names what cannot be.
func fromPerl(pattern string) (string, error) {
	var b strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			i++
			switch next := pattern[i]; {
			case next >= '1' && next <= '9' && !class:
				return "", fmt.Errorf("the back reference \\%c cannot be translated", next)
			case next == 'Z':
				b.WriteString(`\z`)
			case next == 'h' && class:
				b.WriteString(` \t`)
			case next == 'h':
				b.WriteString(`[ \t]`)
			case next == 'R' && !class:
				b.WriteString(`\n`)
			default:
				b.WriteString(`\` + string(next))
			}
		case class:
			class = c != ']' || strings.HasSuffix(pattern[:i], "[") || strings.HasSuffix(pattern[:i], "[^")
			if strings.HasPrefix(rest, "[:") { // [[:alpha:]]
				if end := strings.Index(rest, ":]"); end > 0 {
					b.WriteString(rest[:end+2])
					i += end + 1
					continue
				}
			}
			b.WriteByte(c)
		case c == '[':
			class = true
			b.WriteByte(c)
		case strings.HasPrefix(rest, "(?>"):
			b.WriteString("(?:")
			i += 2
		case strings.HasPrefix(rest, "(?<") && !strings.HasPrefix(rest, "(?<=") && !strings.HasPrefix(rest, "(?<!"):
			b.WriteString("(?P<")
			i += 2
		case c == '+' && i > 0 && strings.ContainsRune("?*+}", rune(pattern[i-1])) && !escaped(pattern, i-1):
			// possessive
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// escaped reports whether the character at i stands for itself.
func escaped(pattern string, i int) bool {
	n := 0
	for i--; i >= 0 && pattern[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}

var (
	flags = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\(\?([a-z]+)\)`)
	})
	// upper is the part of a pattern that stands for lines above the prompt: a group
	// of its own that may be missing, or all up to the last line end.
	upper = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\^?(.*\\n\)(?:\{0,1\}|\?))`)
	})
	negative = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\(\?(<?)!`)
	})
)

// errAround says that a look-around was meant that only Perl can do.
var errAround = errors.New("this look-around cannot be translated; write what it rules out as an exclusion")

// perlPrompt translates the pattern of a prompt into one for its last line, one
// for the lines above it, and one for lines that are none; "" where there is none.
func perlPrompt(pattern string) (last, above, except string, err error) {
	mode := ""
	if m := flags().FindStringSubmatch(pattern); m != nil {
		pattern = pattern[len(m[0]):]
		if strings.Contains(m[1], "i") {
			mode = "(?i)"
		}
	}
	switch m := upper().FindStringSubmatch(pattern); {
	case m != nil:
		above = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(m[1], "?"), "{0,1}"), `\n)`) + ")"
		pattern = "^" + pattern[len(m[0]):]
	case strings.Contains(pattern, `\n`):
		at := strings.LastIndex(pattern, `\n`)
		above, pattern = strings.TrimPrefix(pattern[:at], "^"), "^"+pattern[at+2:]
	}
	if pattern, except, err = withoutAround(pattern); err != nil {
		return "", "", "", err
	}
	for _, to := range []*string{&pattern, &above, &except} {
		if *to, err = fromPerl(*to); err != nil {
			return "", "", "", err
		}
	}
	last = mode + covering(pattern)
	if above != "" {
		above = mode + `^` + above + `\s*$`
	}
	if except != "" {
		except = mode + covering(except)
	}
	return last, above, except, nil
}

// covering makes a pattern that is found in a line one that covers the line.
func covering(pattern string) string {
	if strings.Contains(pattern, "|") {
		pattern = "(?:" + pattern + ")"
	}
	if !strings.HasPrefix(pattern, "^") {
		pattern = "^.*?" + pattern
	}
	if !strings.HasSuffix(pattern, "$") || escaped(pattern, len(pattern)-1) {
		pattern += `\s*$`
	}
	return pattern
}

// withoutAround takes a negative look-around out of a pattern: what it rules out
// is what the pattern with the opposite in its place matches.
func withoutAround(pattern string) (without, except string, err error) {
	at := negative().FindStringIndex(pattern)
	if at == nil {
		if strings.Contains(pattern, "(?=") || strings.Contains(pattern, "(?<=") {
			return "", "", errAround
		}
		return pattern, "", nil
	}
	end := closing(pattern, at[0])
	if end < 0 || negative().MatchString(pattern[end+1:]) || strings.Contains(pattern, "(?=") {
		return "", "", errAround
	}
	inner := "(?:" + pattern[at[1]:end] + ")"
	before, after := pattern[:at[0]], pattern[end+1:]
	if strings.HasPrefix(pattern[at[0]:], "(?<!") {
		// What stands before this place must not end so. Where it is, is only clear
		// where the rest is of one length.
		if strings.ContainsAny(strings.TrimSuffix(after, `\s*$`), "*+{|") {
			return "", "", errAround
		}
		return before + after, "^.*" + inner + after, nil
	}
	return before + after, before + inner + ".*$", nil
}

// closing finds the end of the group that begins at i; -1 where there is none.
func closing(pattern string, i int) int {
	depth := 0
	for ; i < len(pattern); i++ {
		switch {
		case pattern[i] == '\\':
			i++
		case pattern[i] == '(':
			depth++
		case pattern[i] == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
