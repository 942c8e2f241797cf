package channel

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// An echo is the fence in front of an answer: it goes through the lines that
// come after a command was typed, until the command itself was seen.
type echo struct {
	lines  []string // of the command, still to be seen
	prompt string   // what stood at the cursor when the command was typed
	// bare is set once the prompt has scrolled away: the echo may then stand at
	// the start of a line.
	bare   bool
	whole  string // the line of the command that a message broke into, or ""
	behind string // what the last echo seen stood behind: the prompt, or ""
	wrong  string // what was echoed behind the prompt instead
	part   bool   // the line taken last is a draft of the echo, or its beginning
	seen   bool   // the whole command was seen
}

func newEcho(input, prompt string) echo {
	return echo{lines: strings.Split(input, "\n"), prompt: trimRight(prompt), bare: trimRight(prompt) == ""}
}

// take looks at the next finished line, and at the bytes that drew it. It
// reports whether the line was (the last of) the echo.
func (e *echo) take(line string, drawn []byte, isPrompt func(string) bool) bool {
	line, e.part = trimRight(line), false
	want := strings.TrimSpace(e.lines[0])
	if e.matches(line, want, isPrompt) || e.whole != "" && e.matches(line, e.whole, isPrompt) || want != "" && wrapped(string(drawn), want) {
		e.lines, e.whole = e.lines[1:], ""
		e.bare = true // the next line of a command stands behind no prompt
		e.seen = len(e.lines) == 0
		e.part = !e.seen
		return e.seen
	}
	rest, behind := strings.CutPrefix(line, e.prompt)
	if !behind || e.prompt == "" {
		return false // something else was printed meanwhile
	}
	whole := e.whole
	if whole == "" {
		whole = want
	}
	if rest = strings.TrimSpace(rest); !strings.HasPrefix(whole, rest) {
		e.wrong = rest
		return false
	}
	// A message broke into the echo: its rest comes on a line of its own, or the
	// device draws the whole line again.
	e.whole, e.lines[0] = whole, strings.TrimSpace(whole[len(rest):])
	e.bare, e.part, e.wrong = true, true, rest
	return false
}

// matches reports whether line is want typed behind a prompt.
func (e *echo) matches(line, want string, isPrompt func(string) bool) bool {
	if before, ok := strings.CutSuffix(line, want); ok {
		before = trimRight(before)
		if before == e.prompt || before == "" && e.bare || before != "" && (isPrompt(before) || e.bare && continued().MatchString(before)) {
			e.behind = before
			return true
		}
	}
	if want == "" {
		return false
	}
	rest, behind := strings.CutPrefix(line, e.prompt)
	if !behind && !e.bare {
		return scrolled(line, want)
	}
	if more, ok := strings.CutPrefix(strings.TrimSpace(rest), want); ok && appended().MatchString(more) {
		return true
	}
	return squeeze(rest) == squeeze(want) || scrolled(rest, want) ||
		behind && e.prompt != "" && (e.whole == "" || want == e.whole) && !strings.HasPrefix(want, strings.TrimSpace(rest)) && sameWords(rest, want)
}

// sameWords reports whether shown is want with words cut short or written out,
// as devices do that show the command they took an abbreviation for.
func sameWords(shown, want string) bool {
	a, b := strings.Fields(shown), strings.Fields(want)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !strings.HasPrefix(a[i], b[i]) && !strings.HasPrefix(b[i], a[i]) {
			return false
		}
	}
	return true
}

// continued is what devices show in front of the further lines of a command: a
// shell's here-document, a key that is pasted.
var continued = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[\w() .-]{0,24}[>:|]|\.{3})$`)
})

// appended is what devices add to the echo of a command of their own accord:
// dots, and the mark of a command that goes to the standby unit (Huawei USG).
var appended = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:\.+|\s*\(\+[A-Z]\))$`)
})

// minScrolled is how much of a command must be on the screen for a scrolled line
// to be taken for its echo.
const minScrolled = 8

// scrolled reports whether shown is a part of want, as devices show a line that
// is longer than their terminal: "$" and its tail, or its head and "$". A "$" of the
// command itself is none of theirs.
func scrolled(shown, want string) bool {
	head, tail, cut := strings.Cut(shown, "$")
	if !cut || strings.HasPrefix(want, strings.TrimSpace(shown)) {
		return false
	}
	head, tail = strings.TrimSpace(head), strings.TrimSpace(tail)
	return len(tail) >= minScrolled && strings.HasSuffix(want, tail) ||
		tail == "" && len(head) >= minScrolled && strings.HasPrefix(want, head)
}

// wrapped reports whether drawn is the whole of want with returns in between, as
// a line editor draws it that takes the terminal to be of another width: at its
// edge it writes the next character or a blank, returns, and writes the
// character again. What the terminal then shows has holes, but every character
// of the command was drawn.
func wrapped(drawn, want string) bool {
	at := 0
	for segment := range strings.SplitSeq(strip(drawn), "\r") {
		switch {
		case strings.HasPrefix(want[at:], segment):
			at += len(segment)
		case at > 0 && strings.HasPrefix(want[at-1:], segment):
			at += len(segment) - 1
		case strings.HasSuffix(segment, " ") && strings.HasPrefix(want[at:], segment[:len(segment)-1]):
			at += len(segment) - 1
		default:
			return false
		}
	}
	return at == len(want)
}

// escapes are the control sequences and strings that a line editor uses.
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[=>])`)
})

// strip removes escape sequences from drawn bytes.
func strip(drawn string) string {
	if !strings.Contains(drawn, "\x1b") {
		return drawn
	}
	return escapes().ReplaceAllString(drawn, "")
}

// squeeze removes blanks, of which some devices add to an echo.
func squeeze(s string) string {
	if !strings.Contains(s, " ") {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}

func trimRight(s string) string { return strings.TrimRight(s, " ") }

func trimBlanks(b []byte) []byte { return bytes.TrimRight(b, " ") }
