package sshconfig

import (
	"errors"
	"fmt"
	"strings"
)

// criterion is one condition of a Match line.
type criterion struct {
	name   string // "all", "host" and so on, in lower case
	negate bool
	arg    string
}

// withArgument are the criteria that have one, and whether this package can tell.
var withArgument = map[string]bool{
	"host": true, "originalhost": true, "user": true, "localuser": true, "exec": true, "tagged": true,
	"localnetwork": false, "version": false, "sessiontype": false, "command": false,
}

// criteria reads a Match line. One that this package cannot judge makes the block
// match nothing, with a warning.
func (r *reader) criteria(l *line, rest string) ([]criterion, error) {
	var all []criterion
	for rest != "" {
		var name string
		name, rest = cutWord(rest)
		if name == "" || strings.HasPrefix(name, "#") {
			break
		}
		c := criterion{name: name}
		if c.name, c.negate = strings.CutPrefix(name, "!"); c.name == "" {
			return nil, errors.New("a ! and nothing after it")
		}
		c.name = strings.ToLower(c.name)
		if c.name == "all" {
			if len(all) > 1 || rest != "" && !strings.HasPrefix(rest, "#") ||
				len(all) == 1 && all[0].name != "final" && all[0].name != "canonical" {
				return nil, errors.New(`"all" goes with no other criterion`)
			}
			return append(all, c), nil
		}
		if c.name != "final" && c.name != "canonical" {
			judged, known := withArgument[c.name]
			if c.arg, rest = cutWord(rest); c.arg == "" || strings.HasPrefix(c.arg, "#") {
				return nil, fmt.Errorf("%q wants an argument", name)
			}
			if !known || !judged {
				r.warn(l, fmt.Sprintf("Match %s is not supported: the block is ignored", c.name))
				c = criterion{name: "all", negate: true}
			}
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errNoWords
	}
	return all, nil
}

// matchHost judges the patterns of a Host line.
func matchHost(patterns []string, host string) bool {
	found := false
	for _, p := range patterns {
		p, negated := strings.CutPrefix(p, "!")
		if !Wildcard(p, host) {
			continue
		}
		if negated {
			return false
		}
		found = true
	}
	return found
}

// matchList judges a list of patterns with commas between.
func matchList(list, text string) bool { return matchHost(strings.Split(list, ","), text) }

// Wildcard matches a pattern in which ? stands for one character and * for any
// number of them. It takes no more than len(pattern) x len(text) steps.
func Wildcard(pattern, text string) bool {
	p, n := 0, 0
	star, mark := -1, 0
	for n < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[n]):
			p++
			n++
		case star >= 0:
			mark++
			p, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
