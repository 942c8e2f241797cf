package channel

import "bytes"

// within looks for a prompt of the device's own that stands alone on a line of an
// answer, though more came behind it: prompt, which is at the cursor now, or the
// one that was learned before. It returns where that line begins, or -1. foreign
// tells that what follows is more than prompts, blank lines and messages: it may
// be the rest of something else, and the answer cannot be told from it.
func (m *machine) within(text []byte, prompt string) (at int, foreign bool) {
	if m.prompt == "" { // at the login all is banner
		return -1, false
	}
	at = ownLine(text, prompt)
	if other := ownLine(text, m.prompt); other >= 0 && (at < 0 || other < at) {
		at = other
	}
	if at < 0 {
		return -1, false
	}
	for l := range bytes.Lines(text[at:]) {
		line := string(trimBlanks(bytes.TrimSuffix(l, []byte("\n"))))
		if line != "" && line != prompt && line != m.prompt && !m.isAbove(line) && !m.isMessage(line) {
			return at, true
		}
	}
	return at, false
}

// ownLine returns where the first line of text begins that is prompt and nothing
// else, or -1. A short prompt is no evidence: "#" begins and ends many a line.
func ownLine(text []byte, prompt string) int {
	if len(prompt) < minCertain {
		return -1
	}
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(prompt))
		if i < 0 {
			return -1
		}
		at := from + i
		from = at + len(prompt)
		rest, _, ended := bytes.Cut(text[from:], []byte("\n"))
		if ended && len(trimBlanks(rest)) == 0 && (at == 0 || text[at-1] == '\n') {
			return at
		}
	}
}

// isMessage reports whether line is a message that devices send unasked.
func (m *machine) isMessage(line string) bool {
	for _, re := range m.cfg.Messages {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

// mixed reports whether the answer, which ends at prompt, may hold something else
// as well.
func (m *machine) mixed(prompt string) bool {
	text := m.answer(prompt)
	_, foreign := m.within(text, prompt)
	return foreign || m.wentOn(text, prompt)
}

// wentOn reports whether more came behind a prompt that was never seen before this
// answer, on its own line: then it stood there before, and took another command.
func (m *machine) wentOn(text []byte, prompt string) bool {
	if m.prompt == "" || prompt == m.prompt || prompt != m.probed || len(prompt) < minCertain {
		return false
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(prompt)); ok && more(string(rest)) != "" {
			return true
		}
	}
	return false
}

// unasked returns those of lines that say something: prompts do not.
func (m *machine) unasked(lines []string) []string {
	var said []string
	for _, line := range lines {
		if t := trimRight(line); t != "" && t != m.prompt && !m.isAbove(t) {
			said = append(said, line)
		}
	}
	return said
}
