package channel

import "strings"

// sight is what stands at the cursor.
type sight struct {
	kind  sightKind
	line  string // the line at the cursor, without trailing blanks
	mode  string // atPrompt, maybePrompt
	probe bool   // maybePrompt: a quiet is not enough, a return must repeat it
	ask   int    // atAsk: which; Asks first, then the next of Steps
	hold  bool   // atAsk, atPager: only if nothing more comes for a moment
	key   string // atPager
	row   int    // atPager: where in the line its row begins
}

type sightKind int

const (
	nothing       sightKind = iota // more must come
	atPrompt                       // the answer is complete
	maybePrompt                    // it is, if nothing more comes
	tangled                        // more came behind a prompt of the device's own
	strayPrompt                    // a prompt, but the command was not echoed
	atPager                        // a page is full
	atAsk                          // an expected question
	maybeQuestion                  // an unexpected question, if nothing more comes
	outOfStep                      // the answer before was cut short
	outside                        // the session is over, if nothing more comes
	asleep                         // nothing was said for long enough to type a return
)

// worthALook reports whether look may see anything.
func (m *machine) worthALook() bool {
	current := trimBlanks(m.term.Current())
	return len(current) > 0 && m.mayEnd(current[len(current)-1])
}

// look says what stands at the cursor.
func (m *machine) look() sight {
	current := trimBlanks(m.term.Current())
	n := len(current)
	if n == 0 && m.spoken && m.in != nil && m.in.Stays && m.echo.seen && m.idle() {
		return sight{kind: outside}
	}
	if !m.spoken || n == 0 || !m.mayEnd(current[n-1]) {
		return sight{}
	}
	if n > maxPrompt {
		return m.pagerInRow(current)
	}
	line := m.text(current)
	if !m.echo.seen {
		if m.lines > m.strayAt && !m.mute && m.isPrompt(line) {
			return sight{kind: strayPrompt, line: line}
		}
		return sight{line: line}
	}
	if m.cut != "" {
		return sight{kind: outOfStep, line: line}
	}
	if m.stillAnswered(line) {
		return m.anotherKey(line)
	}
	if m.probed != "" && len(m.term.Finished()) > m.probedAt && !m.repeated() {
		m.probed = "" // what followed the return shows that it was no prompt
	}
	if i := m.askAt(line); i >= 0 {
		return sight{kind: atAsk, line: line, ask: i, hold: m.ask(i).Hidden && (m.prompt == "" || m.piecemeal)}
	}
	for _, o := range m.cfg.Outside {
		if m.in.ends() && m.matches(o, line) {
			return sight{kind: outside, line: line}
		}
	}
	s := m.promptAt(line)
	if s.kind == atPrompt || s.kind == maybePrompt && !s.probe {
		return s
	}
	// A prompt that the platform cannot vouch for has a looser shape than these.
	for _, p := range m.cfg.Pagers {
		if !m.turned() && m.matches(p.Shape, line) {
			return sight{kind: atPager, line: line, key: p.Key, hold: m.piecemeal}
		}
	}
	if s := m.pagerInRow(current); s.kind != nothing {
		return s
	}
	for _, q := range m.cfg.Questions {
		if m.matches(q, line) {
			return sight{kind: maybeQuestion, line: line}
		}
	}
	if s.kind != nothing {
		return s
	}
	return sight{line: line}
}

// pagerInRow finds a pager in the last row of a line that is longer than the
// terminal is wide: a device that counts rows fills its page in the middle of one
// (FRR).
func (m *machine) pagerInRow(current []byte) sight {
	if !m.echo.seen || m.width <= 0 || len(current) <= m.width {
		return sight{}
	}
	begin := (len(current) - 1) / m.width * m.width
	row := string(current[begin:])
	if m.turned() && m.turnedRow == begin {
		return sight{}
	}
	for _, p := range m.cfg.Pagers {
		if m.matches(p.Shape, row) {
			return sight{kind: atPager, line: string(current), key: p.Key, row: begin, hold: m.piecemeal}
		}
	}
	return sight{}
}

// answering notes that line is about to be answered.
func (m *machine) answering(line string) {
	m.answered, m.answeredAt, m.spoken = line, m.term.Count(), false
}

// anotherKey looks at a pager's line that went on after a page was turned at its
// beginning: the rest may say that another key is needed (less: "(END)").
func (m *machine) anotherKey(line string) sight {
	if !m.turned() || len(line) == len(m.answered) {
		return sight{line: line}
	}
	for _, p := range m.cfg.Pagers {
		if m.matches(p.Shape, line) {
			if p.Key == m.turnedKey {
				break
			}
			return sight{kind: atPager, line: line, key: p.Key, hold: true}
		}
	}
	return sight{line: line}
}

// turned reports whether the page was turned on this very line: what is left of
// the pager while the device wipes it may look like another.
func (m *machine) turned() bool { return m.turnedAt == m.term.Count() }

// turning notes that the key for the next page is about to be typed at s.
func (m *machine) turning(s sight) {
	m.answering(s.line)
	m.turnedAt, m.turnedKey, m.turnedRow = m.answeredAt, s.key, s.row
	if s.row == 0 { // otherwise output stands before it
		m.term.Passing()
	}
}

// stillAnswered reports whether the cursor stands on the line that was answered
// last, with the answer's echo perhaps.
func (m *machine) stillAnswered(line string) bool {
	if m.answered == "" {
		return false
	}
	if m.term.Count() == m.answeredAt && strings.HasPrefix(line, m.answered) {
		return true
	}
	m.answered = ""
	return false
}

// askAt finds the expected question at the cursor, or -1.
func (m *machine) askAt(line string) int {
	for i := range m.in.Asks {
		if m.matches(m.in.Asks[i].Shape, line) {
			return i
		}
	}
	if m.steps < len(m.in.Steps) && m.matches(m.in.Steps[m.steps].Shape, line) {
		return len(m.in.Asks) + m.steps
	}
	return -1
}

// ask returns the question that askAt found.
func (m *machine) ask(i int) Ask {
	if n := len(m.in.Asks); i >= n {
		return m.in.Steps[i-n]
	}
	return m.in.Asks[i]
}

// minCertain is the length from which on a learned prompt is certain by itself.
// A shorter one, such as "$" or "#", begins many a line of output.
const minCertain = 3

// promptAt judges a line that may be a prompt.
func (m *machine) promptAt(line string) sight {
	if line == m.prompt || m.expectsExact(line) {
		s := sight{kind: atPrompt, line: line, mode: m.mode}
		if line != m.prompt {
			p, _ := m.shape(line, m.in.Modes)
			s.mode = p.Mode
		}
		if m.mute || len(line) < minCertain {
			s.kind = maybePrompt
		}
		return s
	}
	if s := m.gluedAt(line); s.kind != nothing {
		return s
	}
	modes := append([]string{m.mode}, m.in.Modes...)
	p, host := m.shape(line, modes)
	if p == nil {
		return sight{}
	}
	s := sight{kind: maybePrompt, line: line, mode: p.Mode}
	if line == m.probed && m.repeated() {
		s.kind = atPrompt
		return s
	}
	switch known := host != "" && (m.host == "" || sameHost(host, m.host)); {
	case known && m.prompt == "":
		// The first prompt: believed at once where nothing but a prompt can come,
		// since the echo of the first command has to prove it.
		if m.inside && !m.piecemeal {
			s.kind = atPrompt
		}
	case known && contains(modes, p.Mode):
		s.kind = atPrompt
	case known:
	default:
		s.probe = true
	}
	return s
}

// expectsExact reports whether line is the learned prompt of an expected mode.
func (m *machine) expectsExact(line string) bool {
	for _, mode := range m.in.Modes {
		if m.exact.of(mode) == line {
			return true
		}
	}
	return false
}

// gluedAt finds the learned prompt behind the end of an output that has no line
// end of its own.
func (m *machine) gluedAt(line string) sight {
	if line == m.probed && m.repeated() {
		return sight{} // it came again, so it is a prompt of its own
	}
	if len(m.prompt) >= minCertain && len(line) > len(m.prompt) && strings.HasSuffix(line, m.prompt) {
		return sight{kind: maybePrompt, line: line, mode: m.mode, probe: true}
	}
	return sight{}
}

// maxProbes is how many lines of one answer are probed by a return. A device
// that shows more of them is printing prompts, not showing its own.
const maxProbes = 5

// probing notes that a return is about to be typed at line.
func (m *machine) probing(line string) {
	m.probed, m.probedAt = line, len(m.term.Finished())
	m.probes++
}

// repeated reports whether the return typed at the probed line brought nothing
// but the same prompt again.
func (m *machine) repeated() bool {
	fin := m.term.Finished()
	if m.probed == "" || len(fin) <= m.probedAt {
		return false
	}
	first, rest, _ := strings.Cut(string(fin[m.probedAt:]), "\n")
	if trimRight(first) != m.probed {
		return false
	}
	if p, _ := m.shape(m.probed, []string{m.mode}); p != nil {
		rest = m.cutAbove(rest, p.Mode)
	}
	brought := false
	for line := range strings.Lines(rest) {
		if line = trimRight(strings.TrimSuffix(line, "\n")); line != "" && line != m.probed {
			brought = true
		}
	}
	if !brought {
		return true
	}
	if m.crown = crowned(string(fin[:m.probedAt]), rest); m.crown != "" {
		m.above = maxAbove
	}
	return m.crown != ""
}
