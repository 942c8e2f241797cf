package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// command runs a line typed at the prompt.
func (s *shell) command(line string) {
	s.fails = 0
	m := s.model()
	text := strings.TrimSpace(line)
	if text == "" || m.isComment(text) {
		s.again()
		return
	}
	if t, ok := s.dev.answer(text); ok {
		s.show(s.cursor(t, nil), s.again)
		return
	}
	config := s.configuring()
	words := m.opts.split(line)
	mode := s.mode
	if do := m.data.Configuration.Do; config && do != "" && len(words) > 1 && strings.EqualFold(words[0].text, do) {
		mode, config = s.below(), false
		words = words[1:]
	}
	if d := &m.data.Configuration; config && d.Edit != "" && words[0].text == d.Edit {
		s.edit(line, words)
		return
	}
	got, keep := s.find(mode, line, words)
	if got.value != nil {
		s.run(*got.value, line, words, got.caught, keep)
		return
	}
	if config {
		if refused := s.accept(line); refused != nil {
			if refused.at > got.at || refused.at == got.at && got.why == invalid {
				got.why, got.at = refused.why, refused.at
			}
			s.refuse(mode, got.why, line, words, got.at)
		}
		return
	}
	s.refuse(mode, got.why, line, words, got.at)
}

// find looks a line up, with a filter after a "|" where it has one.
func (s *shell) find(mode, line string, words []token) (match[*command], func([]byte) bool) {
	m := s.model()
	got := m.commands[mode].match(line, words)
	if got.value != nil {
		return got, nil
	}
	bar := slices.IndexFunc(words, func(t token) bool { return t.text == "|" })
	if bar < 1 || bar == len(words)-1 {
		return got, nil
	}
	how, ok := m.data.Filters[strings.ToLower(words[bar+1].text)]
	if !ok {
		return got, nil
	}
	arg := ""
	if bar+2 < len(words) {
		arg = strings.Trim(strings.TrimSpace(line[words[bar+2].at:]), `"`)
	}
	plain := m.commands[mode].match(line[:words[bar].at], words[:bar])
	return plain, filter(how, arg)
}

func filter(how, arg string) func([]byte) bool {
	has := func(b []byte) bool { return strings.Contains(string(b), arg) }
	switch how {
	case "include":
		return has
	case "exclude":
		return func(b []byte) bool { return !has(b) }
	case "begin":
		begun := false
		return func(b []byte) bool {
			begun = begun || has(b)
			return begun
		}
	}
	return nil // all
}

// run asks what the command asks, prints its text, and does what it does.
func (s *shell) run(c *command, line string, words []token, caught map[string]string, keep func([]byte) bool) {
	if c.Paging && s.dev.cfg.RefusePaging {
		s.deny(s.model().data.Errors.Refused, line, words, 0)
		return
	}
	if c.Needs != "" && s.dev.section(s.current(), c.Needs) == "" {
		s.say(c.Lacking)
		s.again()
		return
	}
	s.questions(c.Ask, func() {
		s.fails = c.Status
		if d := s.model().data.Stamp; s.stamp && slices.Contains(d.Words, strings.ToLower(words[0].text)) {
			s.out.text(s.dev.cfg.Now().Format(d.Layout) + "\n")
		}
		if c.Do == "" && len(c.Text.parts) == 0 && c.to == "" && !c.Hold {
			s.again()
			return
		}
		more := map[string]string{"line": strings.TrimSpace(line), "word": words[0].text}
		for k, v := range caught {
			more[k] = v
		}
		from := s.cursor(c.Text, more)
		from.keep, from.paged = keep, c.Paged
		if c.Text.endless() {
			s.hold = c
			s.stream = &stream{cursor: from, every: time.Duration(c.Every)}
			s.trickle()
			return
		}
		then := func() { s.act(c, more) }
		if c.Hold {
			then = func() { s.hold = c }
		}
		s.show(from, then)
	})
}

// stream is an answer without end.
type stream struct {
	cursor
	every time.Duration // between its lines
}

// trickle shows one line of an answer without end.
func (s *shell) trickle() {
	if line, ok := s.stream.next(); ok {
		s.out.line(line)
	}
}

// interrupted ends a command that would have gone on.
func (s *shell) interrupted() {
	c := s.hold
	s.hold, s.stream = nil, nil
	s.out.text(s.model().data.Keys.Interrupt + "\n")
	s.say(c.After)
	s.again()
}

// act does what a command does beside printing.
func (s *shell) act(c *command, caught map[string]string) {
	if c.to != "" {
		s.move(c.to)
		return
	}
	timed := false
	for do := range strings.SplitSeq(c.Do, ";") {
		verb, arg, _ := strings.Cut(strings.TrimSpace(expand(do, lookup(caught))), " ")
		switch verb {
		case "":
		case "exit", "end":
			s.leave(verb, "")
			return
		case "argument":
			s.argument = arg
		case "kind":
			s.next = arg
		case "go":
			s.move(arg)
			return
		case "quit":
			s.say(s.model().data.Bye)
			s.finish()
			return
		case "rows":
			s.rows, _ = strconv.Atoi(arg)
		case "columns":
			s.cols, _ = strconv.Atoi(arg)
		case "stamp":
			s.stamp = arg == "on"
		case "save":
			s.dev.save()
		case "commit":
			if !s.commit() {
				s.fails = 1
				s.again()
				return
			}
			if !timed { // it confirms one with a timer
				s.dev.stopTimer(false)
			}
		case "discard":
			s.discard()
		case "timer": // it goes back to the configuration of this moment
			s.dev.startTimer(limit(arg))
			timed = true
		case "confirm", "revert":
			if !s.dev.stopTimer(verb == "revert") {
				s.say(s.model().data.Configuration.Untimed)
				s.again()
				return
			}
		case "up":
			if len(s.path) > 0 {
				s.path = s.path[:len(s.path)-1]
			}
		case "top":
			s.path = nil
		}
	}
	s.again()
}

// refuse says what is wrong with a line.
func (s *shell) refuse(mode string, why refusal, line string, words []token, at int) {
	e := &s.model().data.Errors
	text := e.Invalid
	switch {
	case why == incomplete:
		text = e.Incomplete
	case why == ambiguous:
		text = e.Ambiguous
	case e.Modes[mode] != "":
		text = e.Modes[mode]
	case at == 0 && len(words) == 1:
		text = e.Unknown
	}
	s.deny(text, line, words, at)
}

// deny prints a refusal about a word of a line.
func (s *shell) deny(text, line string, words []token, at int) {
	s.fails = s.model().data.Errors.Status
	column, token := len(line), ""
	if at >= 0 && at < len(words) {
		column, token = words[at].at, words[at].text
	}
	s.out.text(expand(text, func(name string) (string, bool) {
		switch name {
		case "line":
			return strings.TrimSpace(line), true
		case "word":
			return words[0].text, true
		case "token":
			return token, true
		case "index":
			return strconv.Itoa(at), true
		case "caret":
			return strings.Repeat(" ", s.line.prompt+column) + "^", true
		}
		return s.value(name)
	}))
	s.again()
}

func lookup(m map[string]string) values {
	return func(name string) (string, bool) {
		v, ok := m[name]
		return v, ok
	}
}

// cursor gives a text with the session's placeholders and more.
func (s *shell) cursor(t text, more map[string]string) cursor {
	return cursor{parts: t.parts, values: func(name string) (string, bool) {
		if v, ok := more[name]; ok {
			return v, true
		}
		if name == "section" {
			return s.dev.section(s.current(), more["what"]), true
		}
		return s.value(name)
	}}
}

// value is the text of a placeholder.
func (s *shell) value(name string) (string, bool) {
	m := s.model()
	switch name {
	case "host":
		return s.dev.Hostname(), true
	case "user":
		if s.user == "" {
			user, _, _ := s.dev.Credentials()
			return user, true
		}
		return s.user, true
	case "clock":
		return s.dev.cfg.Now().Format(m.data.Clock), true
	case "uptime":
		return uptime(s.dev.cfg.Now().Sub(s.dev.born)), true
	case "config":
		return s.dev.RunningConfig(), true
	case "bytes":
		return strconv.Itoa(len(s.dev.RunningConfig())), true
	case "startup":
		return s.dev.showStartup(), true
	case "candidate":
		return s.dev.section(s.current(), ""), true
	case "here":
		return s.here(), true
	case "flat":
		return s.flat(), true
	case "changes":
		return s.changes(), true
	case "rows":
		return strconv.Itoa(s.size().Rows), true
	case "columns":
		return strconv.Itoa(s.size().Columns), true
	}
	if mode := m.mode(s.mode); name == mode.Argument && name != "" {
		return s.argument, true
	}
	v, ok := m.data.Vars[name]
	return v, ok
}

func uptime(d time.Duration) string {
	minutes := int(d / time.Minute)
	plural := func(n int, what string) string {
		if n == 1 {
			return "1 " + what
		}
		return fmt.Sprintf("%d %ss", n, what)
	}
	text := plural(minutes%60, "minute")
	if h := minutes / 60 % 24; h > 0 {
		text = plural(h, "hour") + ", " + text
	}
	if days := minutes / 60 / 24; days > 0 {
		text = plural(days, "day") + ", " + text
	}
	return text
}
