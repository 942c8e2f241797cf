package platform

import (
	"regexp"
	"strings"
)

// Block is a configuration statement that goes over several lines: a banner, a
// certificate, a key. The device takes what follows its first line as text, and
// shows no prompt until it ends.
type Block struct {
	// Begin matches the first line. A group "delimiter" is what ends the text, in
	// whatever line it stands next.
	Begin *regexp.Regexp
	// End matches the last line, where Begin has no such group.
	End *regexp.Regexp
}

// Statement is what is typed as one: a line, or a block with its lines separated
// by line feeds.
type Statement struct {
	Text string
	Line int // which of the lines it begins with, counted from 0
}

// Statements puts the lines of a configuration together that belong together.
// Blank lines are left out, but for those of a block. A block whose end is missing
// is taken for single lines.
func (c *Configure) Statements(lines []string) []Statement {
	var out []Statement
	for i := 0; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "" {
			continue
		}
		n := c.blockLength(lines[i:])
		out = append(out, Statement{Text: strings.Join(lines[i:i+n], "\n"), Line: i})
		i += n - 1
	}
	return out
}

// blockLength is how many lines the statement has that begins with the first.
func (c *Configure) blockLength(lines []string) int {
	if strings.Contains(lines[0], "\n") {
		return 1 // put together already
	}
	for i := range c.Blocks {
		b := &c.Blocks[i]
		if b.Begin == nil { // a definition with a mistake, which is told elsewhere
			continue
		}
		at := b.Begin.FindStringSubmatchIndex(lines[0])
		if at == nil {
			continue
		}
		ends := func(line string) bool { return b.End != nil && b.End.MatchString(line) }
		if g := b.Begin.SubexpIndex("delimiter"); g > 0 && at[2*g] >= 0 {
			delimiter := lines[0][at[2*g]:at[2*g+1]]
			if strings.Contains(lines[0][at[2*g+1]:], delimiter) {
				return 1 // begun and ended on one line
			}
			ends = func(line string) bool { return strings.Contains(line, delimiter) }
		}
		for n, line := range lines[1:] {
			if ends(line) {
				return n + 2
			}
		}
	}
	return 1
}
