package telnet

// qstate is the state of one option on one side (RFC 1143, section 7): the
// RFC's state and queue bit in one.
type qstate byte

const (
	qNo              qstate = iota
	qYes                    // in effect
	qWantNo                 // we asked to end it
	qWantNoOpposite         // we asked to end it, and want it again since
	qWantYes                // we asked to begin it
	qWantYesOpposite        // we asked to begin it, and no longer want it since
)

// maxRefusals is how often one option is refused. One refusal tells a peer all
// there is to say; one that asks again after each would otherwise go on for
// ever (RFC 1143, section 3, has such peers).
const maxRefusals = 16

// side is every option as one of the two ends performs it.
type side struct {
	on, off command // what we say to begin or end an option on this side
	allowed options
	// standings are of the options that either end has spoken of: a handful, of
	// the 256 that there are.
	standings []standing
}

// standing is where one option stands.
type standing struct {
	option   option
	state    qstate
	refusals uint8
}

// of finds where an option stands, and takes it among those spoken of. It lasts
// until the next is taken among them.
func (s *side) of(o option) *standing {
	for i := range s.standings {
		if s.standings[i].option == o {
			return &s.standings[i]
		}
	}
	s.standings = append(s.standings, standing{option: o})
	return &s.standings[len(s.standings)-1]
}

// state is where an option stands; one that nobody spoke of is not in effect.
func (s *side) state(o option) qstate {
	for i := range s.standings {
		if s.standings[i].option == o {
			return s.standings[i].state
		}
	}
	return qNo
}

// accepted handles the peer's word that an option is to be in effect: WILL for
// the peer's side, DO for ours. It returns what to answer; zero is nothing.
func (s *side) accepted(o option) command {
	at := s.of(o)
	switch at.state {
	case qNo:
		if s.allowed.has(o) {
			at.state = qYes
			return s.on
		}
		if at.refusals < maxRefusals {
			at.refusals++
			return s.off
		}
	case qWantNo:
		at.state = qNo // a breach by the peer, which the RFC lets us read so
	case qWantNoOpposite, qWantYes:
		at.state = qYes
	case qWantYesOpposite:
		at.state = qWantNo
		return s.off
	}
	return 0
}

// rejected handles the peer's word that an option is not to be in effect: WONT
// for the peer's side, DONT for ours.
func (s *side) rejected(o option) command {
	at := s.of(o)
	switch at.state {
	case qYes:
		at.state = qNo
		return s.off
	case qWantNoOpposite:
		at.state = qWantYes
		return s.on
	case qWantNo, qWantYes, qWantYesOpposite:
		at.state = qNo
	}
	return 0
}

// request asks for the option to be in effect, or not to be. The answer to an
// earlier request is waited for before the opposite is asked.
func (s *side) request(o option, want bool) command {
	at := s.of(o)
	switch state := at.state; {
	case want && state == qNo:
		at.state = qWantYes
		return s.on
	case want && state == qWantNo:
		at.state = qWantNoOpposite
	case want && state == qWantYesOpposite:
		at.state = qWantYes
	case !want && state == qYes:
		at.state = qWantNo
		return s.off
	case !want && state == qWantYes:
		at.state = qWantYesOpposite
	case !want && state == qWantNoOpposite:
		at.state = qWantNo
	}
	return 0
}

func (s *side) inEffect(o option) bool { return s.state(o) == qYes }

// settled tells whether no request of ours is unanswered.
func (s *side) settled(o option) bool {
	state := s.state(o)
	return state == qYes || state == qNo
}
