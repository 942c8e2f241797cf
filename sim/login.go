package sim

// identify asks for name and password.
func (s *shell) identify(failed int) {
	d := &s.model().data.Login
	if failed >= d.Tries {
		s.say(d.Failed)
		s.finish()
		return
	}
	password := func(name string) {
		s.put(question{Text: d.Password, Hidden: true}, func(typed string) {
			if !s.admits(name, typed) {
				s.say(d.Rejected)
				s.identify(failed + 1)
				return
			}
			s.user = name
			s.welcome()
		})
	}
	if d.User == "" {
		password("")
		return
	}
	s.put(question{Text: d.User}, password)
}

// finish ends the session; a console is idle then.
func (s *shell) finish() {
	if !s.console {
		s.done = true
		return
	}
	s.user, s.mode, s.path, s.own, s.how, s.next, s.argument = "", s.dev.cfg.Mode, nil, nil, "", "", ""
	s.rows, s.cols, s.inside = -1, -1, false
	s.ask, s.page, s.hold, s.text, s.stream = nil, nil, nil, nil, nil
	s.line.reset("", 0, true)
	if s.idle = s.model().data.Login.Idle != ""; s.idle {
		s.say(s.model().data.Login.Idle)
		return
	}
	s.open()
}

// admits checks a password; without a name any user's will do.
func (s *shell) admits(name, password string) bool {
	if name != "" || s.model().data.Login.User != "" {
		want, known := s.dev.cfg.Users[name]
		return known && want == password
	}
	for _, want := range s.dev.cfg.Users {
		if want == password {
			return true
		}
	}
	return false
}
