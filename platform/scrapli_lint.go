package platform

import (
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// lintScrapli says what is weak in a valid definition of scrapli's.
func (p *parser) lintScrapli(root *yaml.Node, d *Definition) []*Problem {
	p.misspelt(root, "")
	if len(d.Failures) == 0 {
		p.fail(root.Line, "", "says of no output that it is a failure: refused commands are taken for answers")
	}
	if len(d.Close) == 0 {
		p.fail(root.Line, "", "does nothing on closing: the session is cut off")
	}
	shared := map[string]bool{}
	for _, t := range d.Transitions {
		if t.As != "" && !shared[t.As] {
			shared[t.As] = true
			p.fail(p.line("modes."+t.As), "", "the mode %q shows the same prompt as %q, and is taken as a way into that one: \"%s %s\"", t.As, t.To, t.To, t.As)
		}
	}
	weak := &InvalidError{Problems: p.problems}
	weak.sort()
	return weak.Problems
}

// usual are the words of the commands that lead from mode to mode nearly everywhere.
var usual = []string{"configure", "terminal", "enable", "disable", "exclusive", "private"}

var word = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[a-z]{6,}`) })

// misspelt finds commands in which one of the usual words is spelt almost right:
// where the device does not know it, a mode is out of reach.
func (p *parser) misspelt(n *yaml.Node, at string) {
	for i, child := range n.Content {
		where := at
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			where = join(at, n.Content[i-1].Value)
		}
		p.misspelt(child, where)
	}
	key := at[strings.LastIndexByte(at, '.')+1:]
	if n.Kind != yaml.ScalarNode || key != "escalate" && key != "deescalate" && key != "input" && key != "command" {
		return
	}
	for _, w := range word().FindAllString(n.Value, -1) {
		for _, u := range usual {
			if w != u && !strings.HasPrefix(u, w) && !strings.HasPrefix(w, u) && distance(w, u) <= 2 {
				p.fail(n.Line, at, "types %q; is %q meant?", w, u)
			}
		}
	}
}
