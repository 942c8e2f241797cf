package channel

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/vtynet/vty/terminal"
)

// maxPrompt is the length in bytes from which on a line is no prompt, pager or
// question and need not be compared.
const maxPrompt = 512

// maxAside and maxAsideLines bound what is kept of text that nobody asked for.
const (
	maxAside      = 64 << 10
	maxAsideLines = 1000
)

// usualDrawn is how much is drawn up to the echo of a usual command.
const usualDrawn = 128

// machine understands what a device says. It does no I/O, has no clock and is
// not safe for concurrent use.
type machine struct {
	cfg   *Config
	term  *terminal.Terminal
	width int // of the terminal; 0 where it never wraps
	above int // how many lines above a prompt may belong to it

	ends    ending // of the patterns of the configuration together
	asksEnd ending // of the questions expected in this exchange

	// What was learned of this device.
	host   string // its name
	prompt string // the prompt last seen
	mode   string // and its mode
	exact  shown  // the prompts seen, by mode
	crown  string // the line that it shows above each prompt, found by a return; or ""
	proved bool   // a command was echoed behind a prompt
	inside bool   // the user is logged in: no question of the login is to come
	echoes bool   // it echoed a command at least once
	mute   bool   // it echoes nothing

	// The exchange under way.
	in       *Input
	echo     echo
	steps    int    // of in.Steps that were asked
	asked    []int  // how often each of in.Asks was asked
	unwanted bool   // the text of the exchange is of no interest: only its prompt is
	lines    int    // lines passed over in search of the echo
	drawn    []byte // what came since the line was typed, until its echo is seen
	room     []byte // for drawn, from command to command
	raw      []byte
	cut      string // what followed the prompt that ended the answer before, which is therefore not whole
	stood    string // the line that the prompt which ended it stood on; "" where nobody looked
	empty    bool   // that answer was empty, though a command was typed
	gave     bool   // lines of the answer were handed to a stream
	keep     bool   // raw is kept
	aside    []string
	behind   string   // what came behind the prompt that ended the answer
	answers  *answers // of lines that were typed ahead; nil where none were
	// A prompt that came without an echo: how many lines had come when a return was
	// typed at it, and those lines.
	strayAt int
	stray   []string
	// piecemeal is set while the line at the cursor came in more than one piece.
	piecemeal bool
	// What was answered last, an ask or a pager: the line, and how many lines
	// were finished then. Until that line is done it is not answered again.
	answered   string
	answeredAt int
	turnedAt   int    // how many lines were finished when the last page was turned; -1 before
	turnedKey  string // the key it was turned with
	turnedRow  int    // where in the line the pager's row began
	spoken     bool   // the device said something since we last typed
	// A prompt that is being probed by a return: its text, and where in the
	// finished text its line began.
	probed   string
	probedAt int
	probes   int   // in this exchange
	wakes    int   // returns typed in it to wake the device
	fault    error // a pattern could not tell what a line is
}

// faulted gives the fault since it was last asked for.
func (m *machine) faulted() error {
	err := m.fault
	m.fault = nil
	return err
}

func newMachine(cfg *Config) *machine {
	m := &machine{
		cfg: cfg, term: terminal.New(cfg.Width), width: cfg.Width,
		keep: true, turnedAt: -1,
	}
	m.term.SetRows(cfg.Height)
	for _, p := range cfg.Prompts {
		m.ends.add(endings.of(p.Shape))
		if p.Above != nil {
			m.above = maxAbove
		}
	}
	for _, p := range cfg.Pagers {
		m.ends.add(endings.of(p.Shape))
	}
	for _, patterns := range [][]*regexp.Regexp{cfg.Questions, cfg.Outside} {
		for _, q := range patterns {
			m.ends.add(endings.of(q))
		}
	}
	return m
}

func (m *machine) setWidth(columns int) {
	m.width = columns
	m.term.SetWidth(columns)
}

// mayEnd reports whether a line that ends in b may be anything but output.
func (m *machine) mayEnd(b byte) bool {
	return m.ends.has(b) || m.asksEnd.has(b) || m.prompt != "" && m.prompt[len(m.prompt)-1] == b
}

// text is b as a string. Mostly it is the learned prompt, of which there is one.
func (m *machine) text(b []byte) string {
	if string(b) == m.prompt {
		return m.prompt
	}
	return string(b)
}

// canMatch reports whether line ends as re wants it.
func (m *machine) canMatch(re *regexp.Regexp, line string) bool {
	e := endings.of(re)
	return line != "" && e.has(line[len(line)-1])
}

func (m *machine) matches(re *regexp.Regexp, line string) bool {
	return m.canMatch(re, line) && re.MatchString(line)
}

// begin starts an exchange: in is about to be typed.
func (m *machine) begin(in *Input, keepRaw bool) {
	m.expect(in)
	m.keep, m.raw, m.aside, m.behind = keepRaw, nil, nil, ""
	m.setAside()
	m.cut = m.goesOn(m.aside)
	m.echo = newEcho(in.Line, m.text(m.term.Current()))
	if m.room == nil {
		m.room = make([]byte, 0, usualDrawn)
	}
	m.lines, m.drawn, m.strayAt, m.stray, m.unwanted, m.answers = 0, m.room, 0, nil, false, nil
	m.probed, m.probes, m.wakes, m.answered, m.spoken, m.gave = "", 0, 0, "", false, false
}

// listen starts an exchange in which nothing is typed, so nothing is echoed:
// all that comes, and all that came already, is the answer.
func (m *machine) listen(in *Input) {
	m.expect(in)
	m.unwanted, m.cut = false, ""
	m.echo = echo{seen: true}
	m.probed, m.probes, m.wakes, m.answered = "", 0, 0, ""
}

// expect notes how the questions of the exchange end.
func (m *machine) expect(in *Input) {
	m.in, m.steps, m.asked, m.asksEnd = in, 0, make([]int, len(in.Asks)), ending{}
	for _, asks := range [][]Ask{in.Asks, in.Steps} {
		for _, a := range asks {
			m.asksEnd.add(endings.of(a.Shape))
		}
	}
}

// setAside moves the finished lines out of the way of the next answer.
func (m *machine) setAside() {
	if lines := m.unread(); lines != nil {
		m.aside = lines
		m.term.Drop(len(m.term.Finished()))
	}
}

// unread are the finished lines.
func (m *machine) unread() []string {
	fin := m.term.Finished()
	if len(fin) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(fin), "\n"), "\n")
}

// feed takes bytes from the device.
func (m *machine) feed(p []byte) {
	if m.keep {
		m.raw = append(m.raw, p...)
	}
	m.spoken = true
	count, begun := m.term.Count(), len(m.term.Current()) > 0
	_, _ = m.term.Write(p)
	m.piecemeal = begun && m.term.Count() == count
	switch {
	case m.in == nil && m.prompt != "" || m.unwanted && m.echo.seen:
		if n := len(m.term.Finished()); n > maxAside {
			m.term.Drop(n - maxAside/2)
			m.probed, m.stood, m.empty = "", "", false
		}
	case m.in != nil && !m.echo.seen:
		if len(m.drawn) > 0 {
			if len(m.drawn) < maxAside {
				m.drawn = append(m.drawn, p...)
			}
			m.fence()
			return
		}
		// Mostly the echo is in the first bytes that come, and they need not be kept.
		m.drawn = p
		m.fence()
		m.drawn = append(m.room[:0], m.drawn...)
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
		left := len(m.echo.lines)
		m.echo.take(text, bytes.TrimRight(drawn, "\r "), m.isPrompt)
		if m.answers != nil && len(m.echo.lines) < left {
			m.nextEcho(m.echo.behind)
		}
		if m.echo.seen {
			m.echoes = true
			m.prove()
			m.drawn = nil
		} else if m.answers != nil && m.answers.open {
			if len(m.echo.lines) == left && !m.echo.part {
				m.answers.lines = append(m.answers.lines, text)
			}
		} else if !m.echo.part {
			if m.lines == 1 && m.echoes {
				m.cut = more(m.echo.wrong)
				if m.cut == "" && m.empty {
					m.cut = m.late(text)
				}
			}
			if len(m.aside) < maxAsideLines {
				m.aside = append(m.aside, text)
			}
		}
	}
	m.term.Drop(used)
}

// unfence begins the answer of a device that does not echo: the rest of the
// prompt's line may be the answer's first.
func (m *machine) unfence(used *int, line string) {
	m.echo.seen = true
	rest, ok := strings.CutPrefix(line, m.echo.prompt)
	rest = strings.TrimSpace(rest)
	if ok && rest != "" && m.echo.prompt != "" && rest == strings.TrimSpace(m.echo.lines[0]) {
		m.mute, m.echoes = false, true // it does echo after all
		return
	}
	if !ok {
		*used -= len(line) + 1
	} else if rest != "" {
		*used -= len(line) - len(m.echo.prompt) + 1 // the answer begins behind the prompt
	}
}

// maybeMute reports whether the device may be one that echoes nothing: it never
// did, nor did it echo something else.
func (m *machine) maybeMute() bool { return !m.echoes && m.echo.wrong == "" }

// prove takes the echo as proof of the prompt that it stands behind: what was
// taken for the first prompt may have been a line of a banner.
func (m *machine) prove() {
	prompt := m.echo.behind
	if m.proved || prompt == "" {
		return
	}
	m.proved = true
	if p, host := m.shape(prompt, nil); p != nil && prompt != m.prompt {
		m.exact = nil
		m.host = host
		m.prompt, m.mode = prompt, p.Mode
	}
}

// settle ends the exchange at a prompt: it learns the prompt and returns the
// lines of the answer, as far as no stream has them already.
func (m *machine) settle(s sight) string {
	body := m.answer(s.line)
	at, _ := m.within(body, s.line)
	if at >= 0 {
		m.behind, body = string(body[at:]), body[:at]
	}
	text := string(body)
	if rest, glued := strings.CutSuffix(m.probed, s.line); m.repeated() && at < 0 && glued && rest != "" {
		text += rest + "\n" // the prompt stood behind the end of the output
	}
	text = m.cutExtra(text, s.line)
	s.mode = m.modeAbove(s.line, s.mode, text)
	text = m.cutAbove(text, s.mode)
	m.learn(s.line, s.mode)
	m.stood = m.text(m.term.Current())
	m.empty = text == "" && !m.gave && !m.unwanted && m.in.Line != "" && len(m.behind) == 0
	m.end()
	return text
}

// answer returns the finished lines of the answer that ends at prompt, without what a
// return brought that was typed to probe it. Where another prompt was probed, that
// was output.
func (m *machine) answer(prompt string) []byte {
	if m.repeated() && strings.HasSuffix(m.probed, prompt) {
		return m.term.Finished()[:m.probedAt]
	}
	return m.term.Finished()
}

// cutExtra removes the prompts at the end of text that answer the returns we typed
// ourselves, to probe what turned out to be a line of output, or to wake the device.
func (m *machine) cutExtra(text, prompt string) string {
	returns := m.probes + m.wakes
	if m.strayAt > 0 {
		returns++
	}
	for ; returns > 0; returns-- {
		at := lastLines(strings.TrimSuffix(text, "\n"), 1)
		if text == "" || at < 0 || trimRight(strings.TrimSuffix(text[at:], "\n")) != prompt {
			break
		}
		text = text[:at]
	}
	return text
}

// end ends the exchange, whatever came of it.
func (m *machine) end() {
	m.term.Rest()
	m.in, m.raw, m.keep = nil, nil, false
}

// fresh returns the finished lines of the answer that were not yet handed to a
// stream, but for those that may turn out to be part of a prompt. The slice is
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
	for range m.above {
		end = bytes.LastIndexByte(fin[:max(end-1, 0)], '\n') + 1
	}
	if at := ownLine(fin[:end], m.prompt); at >= 0 {
		end = at
	}
	return fin[:end]
}

// handed notes that n more bytes were handed to a stream, and forgets them.
func (m *machine) handed(n int) {
	m.term.Drop(n)
	m.gave = m.gave || n > 0
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
