package channel

import (
	"regexp"
	"strings"
)

// isPrompt reports whether line has the shape of a prompt of this device.
func (m *machine) isPrompt(line string) bool {
	p, host := m.shape(line, nil)
	return p != nil && (host == "" || m.host == "" || !m.proved || sameHost(host, m.host))
}

// shape finds the prompt that line has the shape of, one of modes if possible.
func (m *machine) shape(line string, modes []string) (found *Prompt, host string) {
	if line == "" || len(line) > maxPrompt {
		return nil, ""
	}
	for i := range m.cfg.Prompts {
		p := &m.cfg.Prompts[i]
		if !m.canMatch(p.Shape, line) {
			continue
		}
		at := p.Shape.FindStringSubmatchIndex(line)
		if at == nil || m.ruledOut(p, line) {
			continue
		}
		wanted := contains(modes, p.Mode)
		if found == nil || wanted {
			found, host = p, group(p.Shape, line, at)
		}
		if wanted {
			break
		}
	}
	return found, host
}

// ruledOut reports whether line is no prompt though it has the shape of p.
func (m *machine) ruledOut(p *Prompt, line string) bool {
	if p.Except != nil && p.Except.MatchString(line) {
		return true
	}
	if p.Exact == nil {
		return false
	}
	matched, err := p.Exact.Match(line)
	if err != nil {
		m.fault = err
	}
	return !matched
}

// group returns what the group "host" matched; a shape may name it in several
// alternatives.
func group(re *regexp.Regexp, line string, at []int) string {
	for i, name := range re.SubexpNames() {
		if name == "host" && at[2*i] >= 0 {
			return line[at[2*i]:at[2*i+1]]
		}
	}
	return ""
}

// cutHost is the length at which some devices cut their name in the prompts of
// deeper modes.
const cutHost = 16

// sameHost reports whether two names are the same, one of them perhaps cut.
func sameHost(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || len(a) >= cutHost && strings.HasPrefix(b, strings.TrimSuffix(a, "~"))
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// learn remembers the prompt that the device stands at.
func (m *machine) learn(prompt, mode string) {
	if prompt == m.prompt && mode == m.mode && m.exact.of(mode) == prompt {
		return // as mostly
	}
	if p, host := m.shape(prompt, []string{mode}); p != nil && host != "" {
		if !sameHost(host, m.host) {
			m.exact = nil
		}
		if len(host) >= len(m.host) || !sameHost(host, m.host) {
			m.host = host
		}
	}
	if prompt != m.prompt {
		m.cfg.Logger.Debug("prompt learned", "prompt", m.cfg.Secrets.Hide(prompt), "mode", mode)
	}
	m.prompt, m.mode = prompt, mode
	m.exact.note(mode, prompt)
}

// shown are the prompts that a device has shown, by mode: a few.
type shown []struct{ mode, prompt string }

// of returns the prompt of a mode, or "".
func (s shown) of(mode string) string {
	for i := range s {
		if s[i].mode == mode {
			return s[i].prompt
		}
	}
	return ""
}

// note remembers the prompt of a mode.
func (s *shown) note(mode, prompt string) {
	for i := range *s {
		if (*s)[i].mode == mode {
			(*s)[i].prompt = prompt
			return
		}
	}
	*s = append(*s, struct{ mode, prompt string }{mode, prompt})
}

// maxAbove is how many lines above a prompt may belong to it.
const maxAbove = 3

// isAbove reports whether line is one that belongs to the prompt beneath it.
func (m *machine) isAbove(line string) bool {
	if line == m.crown {
		return true
	}
	for i := range m.cfg.Prompts {
		if p := &m.cfg.Prompts[i]; p.Above != nil && p.Above.MatchString(line) {
			return true
		}
	}
	return false
}

// crowned finds the line that the device shows above each of its prompts though
// the platform's definition knows of none: text is what stood above the prompt
// once, and brought what a return brought before it showed the prompt again.
func crowned(text, brought string) string {
	line := trimRight(strings.Trim(brought, "\n"))
	text = strings.TrimRight(text, " \n")
	if line == "" || strings.Contains(line, "\n") || trimRight(text[lastLines(text, 1):]) != line {
		return ""
	}
	return line
}

// cutAbove removes the lines above the prompt that are part of it.
func (m *machine) cutAbove(text, mode string) string {
	if m.crown != "" {
		body := strings.TrimSuffix(text, "\n")
		if at := lastLines(body, 1); text != "" && at >= 0 && trimRight(body[at:]) == m.crown {
			return text[:at]
		}
	}
	for i := range m.cfg.Prompts {
		p := &m.cfg.Prompts[i]
		if at := p.aboveAt(text); p.Mode == mode && at >= 0 {
			return text[:at]
		}
	}
	return text
}

// aboveAt finds where the lines at the end of text begin that belong to the
// prompt p beneath them, or -1.
func (p *Prompt) aboveAt(text string) int {
	if p.Above == nil || text == "" {
		return -1
	}
	body := strings.TrimSuffix(text, "\n")
	for n := maxAbove; n > 0; n-- {
		if at := lastLines(body, n); at >= 0 && p.Above.MatchString(trimLines(body[at:])) {
			return at
		}
	}
	return -1
}

// modeAbove gives the mode of a prompt that is that of several modes, of which
// only the lines above it tell which it is. The mode is the one that the line
// alone was taken for.
func (m *machine) modeAbove(line, mode, text string) string {
	told := ""
	for i := range m.cfg.Prompts {
		p := &m.cfg.Prompts[i]
		if p.aboveAt(text) < 0 || !p.Shape.MatchString(line) || m.ruledOut(p, line) {
			continue
		}
		if p.Mode == mode {
			return mode
		}
		if told == "" {
			told = p.Mode
		}
	}
	if told == "" {
		return mode
	}
	return told
}

// trimLines removes the blanks at the ends of the lines of text.
func trimLines(text string) string {
	if !strings.Contains(text, " \n") {
		return trimRight(text)
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = trimRight(l)
	}
	return strings.Join(lines, "\n")
}

// lastLines returns where the last n lines of body begin, or -1.
func lastLines(body string, n int) int {
	at := len(body)
	for range n {
		if at < 0 {
			return -1
		}
		at = strings.LastIndexByte(body[:at], '\n')
	}
	return at + 1
}
