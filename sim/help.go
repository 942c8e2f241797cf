package sim

import (
	"fmt"
	"strings"
)

// help lists what may follow the words typed so far.
func (s *shell) help() {
	m, line := s.model(), string(s.line.line)
	tokens := m.opts.split(line)
	prefix := ""
	if n := len(tokens); n > 0 && !strings.HasSuffix(line, " ") {
		prefix, tokens = tokens[n-1].text, tokens[:n-1]
	}
	words, end := m.commands[s.mode].next(tokens, prefix)
	if s.configuring() {
		g := &m.rules
		if n := len(s.path); n > 0 && s.path[n-1].rule != nil && s.path[n-1].rule.within != nil {
			g = s.path[n-1].rule.within
		}
		more, _ := g.next(tokens, prefix)
		words = append(words, more...)
	}
	s.out.text("?\n")
	for _, w := range words {
		s.out.text(fmt.Sprintf("  %s\n", w))
	}
	if end {
		s.out.text("  <cr>\n")
	}
	text := append([]byte(nil), s.line.line...)
	s.out.text("\n")
	s.prompt(false)
	s.line.line = text
	s.line.redraw()
}
