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
// names of groups, ends and blanks; and a look-around in a prompt whose place is
// clear, which becomes a second pattern that rules lines out. Prompts with other
// look-arounds, or with back references, are left to an engine that goes back.

// fromPerl translates a pattern, into what both RE2 and the backtracking engine
// read. Back references and look-arounds are left as they are; the error is for
// what neither engine knows.
func fromPerl(pattern string) (string, error) {
	var b strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			i++
			switch next := pattern[i]; {
			case (next == 'g' || next == 'k') && !class:
				reference, n := namedReference(pattern[i:])
				if n == 0 {
					return "", fmt.Errorf("what \\%c refers to is not clear: write \\1 for the first group", next)
				}
				b.WriteString(reference)
				i += n - 1
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
		case strings.HasPrefix(rest, "(?P="):
			end := strings.IndexByte(rest, ')')
			if end < 0 {
				return "", errors.New("missing closing ): `(?P=`")
			}
			b.WriteString(`\k<` + rest[len("(?P="):end] + ">")
			i += end
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
	// lineEndAsText is the end of a line that was meant and became two characters.
	lineEndAsText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^|[^\\])(?:\\\\)+n`)
	})
	negative = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\(\?(<?)!`)
	})
	// beyondRE2 finds a look-around or a back reference.
	beyondRE2 = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\(\?<?[=!]|\(\?P=|(?:^|[^\\])(?:\\\\)*\\[1-9gk]`)
	})
	// named is the opening of a group that has a name.
	named = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\(\?P?<\w+>`)
	})
	referenceText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:g(\d)|g\{(\d)\}|g\{([A-Za-z_]\w*)\}|k\{(\w+)\}|k<(\w+)>)`)
	})
	// trailing is what may follow at the end of a line whose blanks are gone.
	trailing = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:(?:\\[sh]| )[*?+]?\+?)?(?:\$|\\[zZ])?$`)
	})
	unescaped = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\\.|\[\^?\]?[^\]]*\]`)
	})
)

// namedReference reads a back reference written \g1, \g{1}, \g{name}, \k{name} or
// \k<name> from its letter on, and gives it as the engine reads it, and its length;
// 0 where it is none.
func namedReference(text string) (reference string, n int) {
	m := referenceText().FindStringSubmatch(text)
	if m == nil {
		return "", 0
	}
	if m[1] != "" || m[2] != "" {
		return `\` + m[1] + m[2], len(m[0])
	}
	return `\k<` + m[3] + m[4] + m[5] + ">", len(m[0])
}

// perlParts is the pattern of a prompt in parts; "" where there is none.
type perlParts struct {
	last   string // of the line that the cursor stands on
	above  string // of the lines above it
	except string // of lines that are no prompt
	exact  string // for the backtracking engine: decides over the lines that last matches
}

// perlPrompt translates the pattern of a prompt.
func perlPrompt(pattern string) (parts perlParts, err error) {
	mode := ""
	if m := flags().FindStringSubmatch(pattern); m != nil {
		pattern = pattern[len(m[0]):]
		if strings.Contains(m[1], "i") {
			mode = "(?i)"
		}
	}
	above := ""
	switch m := upper().FindStringSubmatch(pattern); {
	case m != nil:
		above = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(m[1], "?"), "{0,1}"), `\n)`) + ")"
		pattern = "^" + pattern[len(m[0]):]
	case strings.Contains(pattern, `\n`):
		at := strings.LastIndex(pattern, `\n`)
		above, pattern = strings.TrimPrefix(pattern[:at], "^"), "^"+pattern[at+2:]
	}
	if beyondRE2().MatchString(above) {
		return parts, errAbove
	}
	last, except, translated := withoutAround(pattern)
	if !translated {
		if last, err = widened(pattern, groupsOf(pattern)); err != nil {
			return parts, err
		}
		if parts.exact, err = fromPerl(pattern); err != nil {
			return parts, err
		}
		parts.exact = mode + covering(parts.exact)
	}
	for _, part := range []struct {
		from string
		to   *string
	}{{last, &parts.last}, {above, &parts.above}, {except, &parts.except}} {
		if *part.to, err = fromPerl(part.from); err != nil {
			return parts, err
		}
	}
	parts.last = mode + covering(parts.last)
	if parts.above != "" {
		parts.above = mode + `^` + parts.above + `\s*$`
	}
	if parts.except != "" {
		parts.except = mode + covering(parts.except)
	}
	return parts, nil
}

// errAbove says where neither translation nor backtracking helps.
var errAbove = errors.New("a look-around or back reference in the lines above a prompt cannot be read; leave it out there")

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
// is what the pattern with the opposite in its place matches. That is so where its
// place in the line is clear: what stands before a look-ahead, or behind a
// look-behind, is of one length. False: it cannot be told so.
func withoutAround(pattern string) (without, except string, ok bool) {
	if !beyondRE2().MatchString(pattern) {
		return pattern, "", true
	}
	at := negative().FindStringIndex(pattern)
	if at == nil {
		return "", "", false
	}
	end := closing(pattern, at[0])
	if end < 0 {
		return "", "", false
	}
	inner := "(?:" + pattern[at[1]:end] + ")"
	before, after := pattern[:at[0]], pattern[end+1:]
	if beyondRE2().MatchString(before + inner + after) {
		return "", "", false
	}
	// The blanks at the end of a line are gone when it is compared.
	fixed := trailing().ReplaceAllString(after, "")
	if !strings.HasPrefix(pattern[at[0]:], "(?<!") {
		fixed = before
		if strings.ContainsAny(after, "|") {
			return "", "", false
		}
	} else if strings.ContainsAny(before, "|") {
		return "", "", false
	}
	if strings.ContainsAny(unescaped().ReplaceAllString(fixed, ""), "*+?{|()") {
		return "", "", false
	}
	if strings.HasPrefix(pattern[at[0]:], "(?<!") {
		return before + after, "^.*" + inner + after, true
	}
	return before + after, before + inner + ".*$", true
}

// closing finds the end of the group that begins at i; -1 where there is none.
func closing(pattern string, i int) int {
	depth := 0
	for ; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '[':
			if end := classEnd(pattern, i); end > 0 {
				i = end
			}
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
