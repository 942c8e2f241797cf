package sim

import (
	"strings"
)

// asking is a question on the screen.
type asking struct {
	question
	tries int
	then  func(outcome string)
}

// put asks a question and hands over what was typed.
func (s *shell) put(q question, then func(typed string)) {
	s.pose(&asking{question: q, then: then})
}

func (s *shell) pose(a *asking) {
	text := expand(a.Text, s.value)
	s.ask = a
	s.out.text(text)
	s.line.reset(text[strings.LastIndexByte(text, '\n')+1:], s.size().Columns, a.Hidden)
}

// questions asks one after another, and then goes on, or stops where one was
// answered with no.
func (s *shell) questions(names []string, then func()) {
	if len(names) == 0 {
		then()
		return
	}
	name := names[0]
	q := s.model().data.Questions[name]
	if q.Secret != "" && s.secret(q.Secret) == "" {
		s.questions(names[1:], then)
		return
	}
	s.pose(&asking{question: q, then: func(outcome string) {
		if outcome == "no" {
			s.again()
			return
		}
		s.questions(names[1:], then)
	}})
}

// secret is what a question about it must be answered with.
func (s *shell) secret(name string) string {
	if name == "password" {
		if p, ok := s.dev.cfg.Users[s.user]; ok {
			return p
		}
	}
	return s.dev.cfg.Secrets[name]
}

// answered is a key that answers.
func (s *shell) answered(b byte) {
	a := s.ask
	s.ask = nil
	text := string(b)
	if b == '\r' || b == '\n' {
		text = ""
	} else if b >= 0x20 && b < 0x7f && !a.Hidden {
		s.out.raw(text)
	}
	s.replied(a, text)
}

// replied judges an answer.
func (s *shell) replied(a *asking, typed string) {
	switch {
	case a.Secret != "":
		if typed == s.secret(a.Secret) {
			a.then("yes")
			return
		}
		if a.tries++; a.tries >= a.Tries {
			s.say(a.Failed)
			if a.Ends {
				s.finish()
				return
			}
			s.again()
			return
		}
		s.say(a.Wrong)
		s.pose(a)
		return
	case a.Answers == nil && a.Default == "":
		a.then(typed)
		return
	}
	if typed = strings.TrimSpace(typed); typed == "" {
		typed = a.Default
	}
	outcome, known := a.Answers[strings.ToLower(typed)]
	if !known {
		outcome, known = a.Answers["*"]
	}
	if !known && a.Answers == nil {
		outcome, known = "yes", true
	}
	if !known || outcome == "again" {
		s.say(a.Wrong)
		s.pose(a)
		return
	}
	s.say(a.Said[outcome])
	a.then(outcome)
}
