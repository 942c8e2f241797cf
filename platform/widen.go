package platform

import (
	"fmt"
	"strconv"
	"strings"
)

// A pattern that RE2 has no words for is widened to one that it reads: look-arounds
// are left out, and a back reference may be anything that its group may be. All
// lines that the pattern matches are matched by the wider one, so that the fast
// engine rules out nearly all and the slow one is asked about the rest.

// groupsOf gives the source of each capturing group of a pattern of Perl's, by
// number and by name.
func groupsOf(pattern string) map[string]string {
	groups := map[string]string{}
	number := 0
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '\\':
			i++
		case pattern[i] == '[':
			if end := classEnd(pattern, i); end > 0 {
				i = end
			}
		case pattern[i] == '(':
			end := closing(pattern, i)
			if end < 0 {
				return groups
			}
			body, name := pattern[i+1:end], ""
			if rest, special := strings.CutPrefix(body, "?"); special {
				rest = strings.TrimPrefix(rest, "P")
				named, of, ok := strings.Cut(rest, ">")
				if !ok || !strings.HasPrefix(named, "<") || strings.HasPrefix(named, "<=") || strings.HasPrefix(named, "<!") {
					continue
				}
				name, body = named[1:], of
			}
			number++
			groups[strconv.Itoa(number)] = body
			if name != "" {
				groups[name] = body
			}
		}
	}
	return groups
}

// classEnd finds the end of the character class that begins at i; -1 where there
// is none.
func classEnd(pattern string, i int) int {
	for j := i + 1; j < len(pattern); j++ {
		switch {
		case pattern[j] == '\\':
			j++
		case pattern[j] == '[' && strings.HasPrefix(pattern[j:], "[:"):
			if end := strings.Index(pattern[j:], ":]"); end > 0 {
				j += end + 1
			}
		case pattern[j] == ']' && j > i+1 && pattern[i:j] != "[^":
			return j
		}
	}
	return -1
}

// widened makes the wider pattern, in Perl's words. groups are those of the whole;
// a back reference to a group that it stands in is an error.
func widened(pattern string, groups map[string]string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case pattern[i] == '[':
			end := classEnd(pattern, i)
			if end < 0 {
				b.WriteString(rest)
				return b.String(), nil // the compiler will say so
			}
			b.WriteString(pattern[i : end+1])
			i = end
		case lookAround(rest):
			end := closing(pattern, i)
			if end < 0 {
				b.WriteString(rest)
				return b.String(), nil
			}
			i = end
		case strings.HasPrefix(rest, "(?P="):
			name, _, _ := strings.Cut(rest[len("(?P="):], ")")
			if err := widenReference(&b, name, groups); err != nil {
				return "", err
			}
			i += len("(?P=") + len(name)
		case pattern[i] == '\\' && i+1 < len(pattern):
			name, n := pattern[i+1:i+2], 1
			if reference, length := namedReference(pattern[i+1:]); length > 0 {
				name, n = strings.Trim(strings.TrimPrefix(reference, `\`), "k<>"), length
				if reference[1] != 'k' {
					name = reference[1:]
				}
			} else if name < "1" || name > "9" {
				b.WriteString(pattern[i : i+2])
				i++
				continue
			}
			if err := widenReference(&b, name, groups); err != nil {
				return "", err
			}
			i += n
		default:
			b.WriteByte(pattern[i])
		}
	}
	return b.String(), nil
}

func lookAround(text string) bool {
	for _, opening := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(text, opening) {
			return true
		}
	}
	return false
}

// widenReference writes what a group of that name may be. The group is out of
// reach within itself.
func widenReference(b *strings.Builder, name string, groups map[string]string) error {
	source, ok := groups[name]
	if !ok {
		return fmt.Errorf("the back reference %q is to a group that is not there, or that it stands in", name)
	}
	others := map[string]string{}
	for other, text := range groups {
		if text != source {
			others[other] = text
		}
	}
	text, err := widened(source, others)
	if err != nil {
		return err
	}
	// A group within it counts no more.
	b.WriteString("(?:" + strings.NewReplacer(`\(`, `\(`, "(?", "(?", "(", "(?:").Replace(named().ReplaceAllString(text, "(")) + ")")
	return nil
}
