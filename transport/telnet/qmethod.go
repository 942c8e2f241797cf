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
	on, off  command // what we say to begin or end an option on this side
	allowed  func(option) bool
	state    [256]qstate
	refusals [256]uint8
}

// accepted handles the peer's word that an option is to be in effect: WILL for
// the peer's side, DO for ours. It returns what to answer; zero is nothing.
func (s *side) accepted(o option) command {
	switch s.state[o] {
	case qNo:
		if s.allowed(o) {
			s.state[o] = qYes
			return s.on
		}
		if s.refusals[o] < maxRefusals {
			s.refusals[o]++
			return s.off
		}
	case qWantNo:
		s.state[o] = qNo // a breach by the peer, which the RFC lets us read so
	case qWantNoOpposite, qWantYes:
		s.state[o] = qYes
	case qWantYesOpposite:
		s.state[o] = qWantNo
		return s.off
	}
	return 0
}

// rejected handles the peer's word that an option is not to be in effect: WONT
// for the peer's side, DONT for ours.
func (s *side) rejected(o option) command {
	switch s.state[o] {
	case qYes:
		s.state[o] = qNo
		return s.off
	case qWantNoOpposite:
		s.state[o] = qWantYes
		return s.on
	case qWantNo, qWantYes, qWantYesOpposite:
		s.state[o] = qNo
	}
	return 0
}

// request asks for the option to be in effect, or not to be. The answer to an
// earlier request is waited for before the opposite is asked.
func (s *side) request(o option, want bool) command {
	switch state := s.state[o]; {
	case want && state == qNo:
		s.state[o] = qWantYes
		return s.on
	case want && state == qWantNo:
		s.state[o] = qWantNoOpposite
	case want && state == qWantYesOpposite:
		s.state[o] = qWantYes
	case !want && state == qYes:
		s.state[o] = qWantNo
		return s.off
	case !want && state == qWantYes:
		s.state[o] = qWantYesOpposite
	case !want && state == qWantNoOpposite:
		s.state[o] = qWantNo
	}
	return 0
}

func (s *side) inEffect(o option) bool { return s.state[o] == qYes }

// settled tells whether no request of ours is unanswered.
func (s *side) settled(o option) bool { return s.state[o] == qYes || s.state[o] == qNo }
