package sshconfig

import "strings"

// Named is a host that a Host line names as it is, without wildcards.
type Named struct {
	Name string
	File string
	Line int
}

// Names are the hosts that the files name, each where it is named first, in order.
func (c *Config) Names() []Named {
	var names []Named
	seen := map[string]bool{}
	var collect func(lines []line)
	collect = func(lines []line) {
		for _, l := range lines {
			for _, pattern := range l.host {
				if !strings.ContainsAny(pattern, "*?!") && !seen[pattern] {
					seen[pattern] = true
					names = append(names, Named{Name: pattern, File: l.file, Line: l.number})
				}
			}
			for _, included := range l.include {
				collect(included)
			}
		}
	}
	for _, lines := range c.sources {
		collect(lines)
	}
	return names
}
