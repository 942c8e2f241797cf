package channel

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/vtynet/vty/terminal"
)

// sight is what stands at the cursor.
type sight struct {
	kind  sightKind
	line  string // the line at the cursor, without trailing blanks
	mode  string // atPrompt, maybePrompt
	probe bool   // maybePrompt: a quiet is not enough, a return must repeat it
	ask   int    // atAsk: which; Asks first, then the next of Steps
	key   string // atPager
}

type sightKind int

const (
	nothing       sightKind = iota // more must come
	atPrompt                       // the answer is complete
	maybePrompt                    // it is, if nothing more comes
	strayPrompt                    // a prompt, but the command was not echoed
	atPager                        // a page is full
	atAsk                          // an expected question
	maybeQuestion                  // an unexpected question, if nothing more comes
	asleep                         // nothing was said for long enough to type a return
)

// maxPrompt is the length in bytes from which on a line is no prompt, pager or
// question and need not be compared.
const maxPrompt = 512

// maxAside and maxAsideLines bound what is kept of text that nobody asked for.
const (
	maxAside      = 64 << 10
	maxAsideLines = 1000
)

// machine understands what a device says. It does no I/O, has no clock and is
// not safe for concurrent use.
type machine struct {
	cfg  *Config
	term *terminal.Terminal

	// What was learned of this device.
	host   string            // its name
	prompt string            // the prompt last seen
	mode   string            // and its mode
	exact  map[string]string // the prompts seen, by mode
	echoes bool              // it echoed a command at least once
	mute   bool              // it echoes nothing

	// The exchange under way.
	in    *Input
	echo  echo
	steps int    // of in.Steps that were asked
	asked []int  // how often each of in.Asks was asked
	lines int    // lines passed over in search of the echo
	drawn []byte // what came since the line was typed, until its echo is seen
	raw   []byte
	keep  bool // raw is kept
	aside []string
	// What was answered last, an ask or a pager: the line, and how many lines
	// were finished then. Until that line is done it is not answered again.
	answered   string
	answeredAt int
	spoken     bool // the device said something since we last typed
	// A prompt that is being probed by a return: its text, and where in the
	// finished text its line began.
	probed   string
	probedAt int
	probes   int // in this exchange
}

func newMachine(cfg *Config) *machine {
	return &machine{cfg: cfg, term: terminal.New(cfg.Width), exact: map[string]string{}, keep: true}
}

// begin starts an exchange: in is about to be typed.
func (m *machine) begin(in *Input, keepRaw bool) {
	m.in, m.keep, m.raw, m.aside = in, keepRaw, nil, nil
	m.setAside()
	m.echo = newEcho(in.Line, string(m.term.Current()))
	m.steps, m.asked, m.lines, m.drawn = 0, make([]int, len(in.Asks)), 0, nil
	m.probed, m.probes, m.answered, m.spoken = "", 0, "", false
}

// listen starts an exchange in which nothing is typed, so nothing is echoed:
// all that comes, and all that came already, is the answer.
func (m *machine) listen(in *Input) {
	m.in = in
	m.echo = echo{seen: true}
	m.steps, m.asked = 0, make([]int, len(in.Asks))
	m.probed, m.probes, m.answered = "", 0, ""
}

// setAside moves the finished lines out of the way of the next answer.
func (m *machine) setAside() {
	if fin := m.term.Finished(); len(fin) > 0 {
		m.aside = strings.Split(strings.TrimSuffix(string(fin), "\n"), "\n")
		m.term.Drop(len(fin))
	}
}

// feed takes bytes from the device.
func (m *machine) feed(p []byte) {
	if m.keep {
		m.raw = append(m.raw, p...)
	}
	m.spoken = true
	_, _ = m.term.Write(p)
	switch {
	case m.in == nil && m.prompt != "":
		if n := len(m.term.Finished()); n > maxAside {
			m.term.Drop(n - maxAside/2)
		}
	case m.in != nil && !m.echo.seen:
		if len(m.drawn) < maxAside {
			m.drawn = append(m.drawn, p...)
		}
		m.fence()
	}
}

// fence passes over the finished lines up to and including the echo.
func (m *machine) fence() {
	fin := m.term.Finished()
	used := 0
	for !m.echo.seen {
		line, _, whole := bytes.Cut(fin[used:], []byte("\n"))
		if !whole {
			break
		}
		used += len(line) + 1
		m.lines++
		text := string(line)
		if m.mute {
			m.unfence(&used, text)
			break
		}
		var drawn []byte
		drawn, m.drawn, _ = bytes.Cut(m.drawn, []byte("\n"))
		if m.echo.take(text, strings.TrimRight(string(drawn), "\r "), m.isPrompt) {
			m.echoes = true
			m.drawn = nil
		} else if len(m.aside) < maxAsideLines {
			m.aside = append(m.aside, text)
		}
	}
	m.term.Drop(used)
}

// unfence begins the answer of a device that does not echo: the rest of the
// prompt's line may be the answer's first.
func (m *machine) unfence(used *int, line string) {
	m.echo.seen = true
	if rest, ok := strings.CutPrefix(line, m.echo.prompt); !ok || strings.TrimSpace(rest) != "" {
		*used -= len(line) + 1
	}
}

// isPrompt reports whether line has the shape of a prompt of this device.
func (m *machine) isPrompt(line string) bool {
	p, host := m.shape(line, nil)
	return p != nil && (host == "" || m.host == "" || sameHost(host, m.host))
}

// shape finds the prompt that line has the shape of, one of modes if possible.
func (m *machine) shape(line string, modes []string) (found *Prompt, host string) {
	if line == "" || len(line) > maxPrompt {
		return nil, ""
	}
	for i := range m.cfg.Prompts {
		p := &m.cfg.Prompts[i]
		at := p.Shape.FindStringSubmatchIndex(line)
		if at == nil || p.Except != nil && p.Except.MatchString(line) {
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

// look says what stands at the cursor.
func (m *machine) look() sight {
	current := m.term.Current()
	if len(current) > maxPrompt {
		return sight{}
	}
	line := trimRight(string(current))
	if line == "" || !m.spoken {
		return sight{line: line}
	}
	if !m.echo.seen {
		if m.lines > 0 && !m.mute && m.isPrompt(line) {
			return sight{kind: strayPrompt, line: line}
		}
		return sight{line: line}
	}
	if m.stillAnswered(line) {
		return sight{line: line}
	}
	if m.probed != "" && len(m.term.Finished()) > m.probedAt && !m.repeated() {
		m.probed = "" // what followed the return shows that it was no prompt
	}
	if i := m.askAt(line); i >= 0 {
		return sight{kind: atAsk, line: line, ask: i}
	}
	if s := m.promptAt(line); s.kind != nothing {
		return s
	}
	for _, p := range m.cfg.Pagers {
		if p.Shape.MatchString(line) {
			return sight{kind: atPager, line: line, key: p.Key}
		}
	}
	for _, q := range m.cfg.Questions {
		if q.MatchString(line) {
			return sight{kind: maybeQuestion, line: line}
		}
	}
	return sight{line: line}
}

// answering notes that line is about to be answered.
func (m *machine) answering(line string) {
	m.answered, m.answeredAt, m.spoken = line, m.term.Count(), false
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
		if m.in.Asks[i].Shape.MatchString(line) {
			return i
		}
	}
	if m.steps < len(m.in.Steps) && m.in.Steps[m.steps].Shape.MatchString(line) {
		return len(m.in.Asks) + m.steps
	}
	return -1
}

// promptAt judges a line that may be a prompt.
func (m *machine) promptAt(line string) sight {
	if line == m.prompt || m.expectsExact(line) {
		s := sight{kind: atPrompt, line: line, mode: m.mode}
		if line != m.prompt {
			p, _ := m.shape(line, m.in.Modes)
			s.mode = p.Mode
		}
		if m.mute {
			s.kind = maybePrompt
		}
		return s
	}
	modes := append([]string{m.mode}, m.in.Modes...)
	p, host := m.shape(line, modes)
	if p == nil {
		return m.gluedAt(line)
	}
	s := sight{kind: maybePrompt, line: line, mode: p.Mode}
	if line == m.probed && m.repeated() {
		s.kind = atPrompt
		return s
	}
	switch known := host != "" && (m.host == "" || sameHost(host, m.host)); {
	case known && (m.prompt == "" || contains(modes, p.Mode)):
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
		if m.exact[mode] == line {
			return true
		}
	}
	return false
}

// minGlued is the length from which on a learned prompt is looked for behind
// other text on its line.
const minGlued = 3

// gluedAt finds the learned prompt behind the end of an output that has no line
// end of its own.
func (m *machine) gluedAt(line string) sight {
	if len(m.prompt) >= minGlued && len(line) > len(m.prompt) && strings.HasSuffix(line, m.prompt) {
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
	for line := range strings.Lines(rest) {
		if line = trimRight(strings.TrimSuffix(line, "\n")); line != "" && line != m.probed {
			return false
		}
	}
	return true
}

// settle ends the exchange at a prompt: it learns the prompt and returns the
// text of the answer, as far as no stream has it already.
func (m *machine) settle(s sight) string {
	body, last := m.term.Finished(), s.line
	if m.repeated() {
		body, last = body[:m.probedAt], m.probed
	}
	prompt := s.line
	if !m.isPrompt(prompt) && m.prompt != "" && strings.HasSuffix(prompt, m.prompt) {
		prompt = m.prompt
	}
	text := string(body)
	if rest, glued := strings.CutSuffix(last, prompt); glued && rest != "" {
		text += rest + "\n"
	}
	text = m.cutAbove(text, s.mode)
	m.learn(prompt, s.mode)
	m.end()
	return strings.TrimSuffix(text, "\n")
}

// end ends the exchange, whatever came of it.
func (m *machine) end() {
	m.term.Drop(len(m.term.Finished()))
	m.in, m.raw, m.keep = nil, nil, false
}

// learn remembers the prompt that the device stands at.
func (m *machine) learn(prompt, mode string) {
	if p, host := m.shape(prompt, []string{mode}); p != nil && host != "" {
		if !sameHost(host, m.host) {
			clear(m.exact)
		}
		if len(host) >= len(m.host) || !sameHost(host, m.host) {
			m.host = host
		}
	}
	m.prompt, m.mode = prompt, mode
	m.exact[mode] = prompt
}

// maxAbove is how many lines above a prompt may belong to it.
const maxAbove = 3

// cutAbove removes the lines above the prompt that are part of it.
func (m *machine) cutAbove(text, mode string) string {
	for i := range m.cfg.Prompts {
		p := &m.cfg.Prompts[i]
		if p.Mode != mode || p.Above == nil {
			continue
		}
		body := strings.TrimSuffix(text, "\n")
		for n := maxAbove; n > 0 && text != ""; n-- {
			if at := lastLines(body, n); at >= 0 && p.Above.MatchString(body[at:]) {
				return text[:at]
			}
		}
	}
	return text
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

// fresh returns the finished lines of the answer that were not yet handed to a
// stream, but for the last few, which may be part of a prompt. The slice is
// valid until the next feed.
func (m *machine) fresh() []byte {
	if m.in == nil || !m.echo.seen {
		return nil
	}
	fin := m.term.Finished()
	end := len(fin)
	if m.probed != "" {
		end = min(end, m.probedAt)
	}
	for range maxAbove {
		end = bytes.LastIndexByte(fin[:max(end-1, 0)], '\n') + 1
	}
	return fin[:end]
}

// handed notes that n more bytes were handed to a stream, and forgets them.
func (m *machine) handed(n int) {
	m.term.Drop(n)
	m.probedAt = max(m.probedAt-n, 0)
}

// maxScreen is how many lines an error shows.
const maxScreen = 8

// screen returns the last lines, the current one among them.
func (m *machine) screen() []string {
	text := string(m.term.Finished())
	at := len(text)
	for range maxScreen - 1 {
		i := strings.LastIndexByte(text[:max(at-1, 0)], '\n')
		if i < 0 {
			at = 0
			break
		}
		at = i + 1
	}
	lines := strings.Split(text[at:]+string(m.term.Current()), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return lines
}
