package streams

import "golang.org/x/term"

// Style puts colours into text. The zero value leaves text as it is.
type Style struct{ on bool }

// Style is what the reader of w can be shown: colours on a terminal that is not
// "dumb", unless $NO_COLOR is set (https://no-color.org).
func (s *Streams) Style(w any) Style {
	_, terminal := Terminal(w)
	return Style{on: terminal && s.Env("NO_COLOR") == "" && s.Env("TERM") != "dumb"}
}

// Bold is for what divides.
func (s Style) Bold(text string) string { return s.in("1", text) }

// Red is for what went wrong.
func (s Style) Red(text string) string { return s.in("31", text) }

func (s Style) in(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[m"
}

// Width is how many columns w has, 0 where it is no terminal.
func Width(w any) int {
	fd, ok := Terminal(w)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(fd)
	if err != nil {
		return 0
	}
	return columns
}
