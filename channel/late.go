package channel

import (
	"regexp"
	"strings"
	"sync"
)

// goesOn returns what tells that the answer before was not whole, though it ended
// at the prompt: what the device has printed since that nothing but an answer can
// be. It is printed on the very line of the prompt, which gets nothing but an echo
// behind it; or drawn over the prompt; or it comes below, where the answer was
// empty. Messages are none of these. finished are the lines since the answer.
func (m *machine) goesOn(finished []string) string {
	if m.prompt == "" || !m.echoes || m.mute {
		return ""
	}
	if len(finished) == 0 && string(trimBlanks(m.term.Current())) == m.prompt {
		return "" // as mostly
	}
	lines := append(finished[:len(finished):len(finished)], string(m.term.Current()))
	if rest, ok := strings.CutPrefix(lines[0], m.prompt); ok {
		if cut := more(rest); cut != "" {
			return cut
		}
	} else if trimRight(m.stood) == m.prompt {
		if cut := m.late(lines[0]); cut != "" {
			return cut
		}
	}
	if !m.empty {
		return ""
	}
	for _, line := range lines[1:] {
		if line = trimRight(line); line != "" && line != m.prompt && !m.isAbove(line) {
			return m.late(line) // the first line tells: a message may be longer
		}
	}
	return ""
}

// late returns line where it can only be of an answer: it is no prompt, and no
// message.
func (m *machine) late(line string) string {
	line = trimRight(line)
	if m.isPrompt(line) || m.isAbove(line) || m.isMessage(line) || timed().MatchString(line) || strings.HasPrefix(line, m.prompt) {
		return ""
	}
	return more(line)
}

// more returns what stands behind a prompt, unless it is a message's, or the echo
// of an interrupt.
func more(rest string) string {
	if rest = strings.TrimSpace(rest); message().MatchString(rest) {
		return ""
	}
	return rest
}

// message is how the messages begin that devices print wherever the cursor is.
var message = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[%*.!:<^]|\[?\d{1,4}[-:./]\d|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|(?i:broadcast message|message from)\b)`)
})

// timed is a line with the time of day near its beginning, as messages have that
// begin in other ways.
var timed = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^.{0,40}\b\d\d:\d\d:\d\d\b`)
})
