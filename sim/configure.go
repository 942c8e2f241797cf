package sim

import "strings"

// move enters a mode; leaving configuration may ask about what is uncommitted.
func (s *shell) move(to string) {
	to, how, _ := strings.Cut(to, " ")
	if _, config := s.model().data.Configuration.Modes[to]; s.configuring() && !config {
		s.leave("end", to)
		return
	}
	s.enter(to, how)
	s.again()
}

func (s *shell) enter(to, how string) {
	d := &s.model().data
	if to != s.mode {
		s.say(d.Leave[s.mode])
	}
	if how == "" {
		how, s.next = s.next, ""
	}
	s.mode, s.path, s.how = to, nil, how
	s.own = nil
	said, ok := d.Enter[to+" "+how]
	if !ok {
		said = d.Enter[to]
	}
	s.say(said)
	if s.kind() == "shared" && s.dirty() {
		s.say(d.Configuration.Changed)
	}
}

// below is the mode that exit leads to.
func (s *shell) below() string {
	if to := s.model().data.Exits[s.mode]; to != "" {
		return to
	}
	return s.dev.cfg.Mode
}

// leave goes one level up ("exit") or out of configuration ("end"), to a mode
// where one is named. At the outermost level the session ends.
func (s *shell) leave(how, to string) {
	d := &s.model().data
	if !s.configuring() {
		if out := d.Exits[s.mode]; to == "" && out != "" {
			to = out
		}
		if to == "" {
			s.say(d.Bye)
			s.finish()
			return
		}
		s.enter(to, "")
		s.again()
		return
	}
	if how == "exit" && len(s.path) > 0 {
		s.path = s.path[:len(s.path)-1]
		s.again()
		return
	}
	if to == "" {
		to = s.below()
	}
	out := func() {
		s.enter(to, "")
		s.again()
	}
	name := d.Configuration.Question[s.kind()]
	if name == "" || !s.dirty() {
		out()
		return
	}
	s.pose(&asking{question: d.Questions[name], then: func(outcome string) {
		switch outcome {
		case "commit":
			if !s.commit() {
				s.again()
				return
			}
		case "discard":
			s.discard()
		case "keep":
		default:
			s.again()
			return
		}
		out()
	}})
}

// edit goes into a part of a configuration whose lines are paths.
func (s *shell) edit(line string, words []token) {
	if len(words) < 2 {
		s.refuse(s.mode, incomplete, line, words, len(words))
		return
	}
	path, ok := s.model().edit(s.path, line[words[1].at:])
	if !ok {
		s.refuse(s.mode, invalid, line, words, 1)
		return
	}
	s.path = path
	s.again()
}

// accept takes a configuration line, and asks for the next; it returns what was
// wrong with the line where nothing was printed.
func (s *shell) accept(line string) *fitted {
	f := s.model().fit(s.path, line)
	if f.value == nil {
		return &f
	}
	r := *f.value
	if r.Until != "" && f.change.remove == nil {
		s.gather(f, r)
		return nil
	}
	s.change(f)
	s.path = f.into
	s.again()
	return nil
}

// gather takes the lines up to the delimiter that the line named.
func (s *shell) gather(f fitted, r *rule) {
	first := f.caught[r.Until]
	finish := func(body []string) {
		last := &f.change.steps[len(f.change.steps)-1]
		last.line = strings.TrimSuffix(last.line, first) + "^C"
		last.body = append(body, "^C")
		s.change(f)
		s.path = f.into
		s.again()
	}
	if end := strings.IndexByte(first[1:], first[0]); end >= 0 {
		finish([]string{first[1 : 1+end]})
		return
	}
	s.say(strings.ReplaceAll(r.Prompt, "{delimiter}", first[:1]))
	s.text = &collect{until: first[0], then: finish}
	if rest := first[1:]; rest != "" {
		s.text.lines = append(s.text.lines, rest)
	}
	s.line.reset("", 0, false)
}

// collected is one of those lines.
func (s *shell) collected(line string) {
	c := s.text
	if end := strings.IndexByte(line, c.until); end >= 0 {
		if end > 0 {
			c.lines = append(c.lines, line[:end])
		}
		s.text = nil
		c.then(c.lines)
		return
	}
	c.lines = append(c.lines, line)
	s.line.reset("", 0, false)
}
