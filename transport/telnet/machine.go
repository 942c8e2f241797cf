package telnet

import "github.com/vtynet/vty/transport"

// machine is one end of the Telnet protocol, without I/O. What receive leaves in
// out is to be sent, in order, before any data that is written later.
type machine struct {
	decoder
	us, him side
	out     []byte

	term string         // TERMINAL-TYPE: ours as a client, the peer's as a server
	size transport.Size // NAWS: likewise

	extension *Extension // nil is none

	server bool
	spoken bool // the peer sent a command: it is no bare TCP port
	// What the server's owner wants to know; nil is nobody.
	resized     func(transport.Size)
	interrupted func()
	// trace sees every option and command that comes or goes; nil is nobody.
	trace func(sent bool, verb command, o option)
}

// newClient makes the client's end, which says term and size when asked.
func newClient(term string, size transport.Size) *machine {
	m := newMachine()
	m.term, m.size = term, clamp(size)
	m.us.allowed = oneOf(optBinary, optSGA, optStatus, optTType, optNAWS)
	m.him.allowed = oneOf(optBinary, optSGA, optEcho)
	return m
}

// newServer makes the server's end.
func newServer() *machine {
	m := newMachine()
	m.server = true
	m.us.allowed = oneOf(optBinary, optSGA, optStatus, optEcho)
	m.him.allowed = oneOf(optBinary, optSGA, optTType, optNAWS)
	return m
}

func newMachine() *machine {
	return &machine{
		us:  side{on: cmdWILL, off: cmdWONT},
		him: side{on: cmdDO, off: cmdDONT},
	}
}

// options is a set of them.
type options [4]uint64

func oneOf(some ...option) (set options) {
	for _, o := range some {
		set.add(o)
	}
	return set
}

func (s *options) add(o option) { s[o>>6] |= 1 << (o & 63) }

func (s *options) has(o option) bool { return s[o>>6]&(1<<(o&63)) != 0 }

// open makes the first offers. A client offers what it has to tell, and asks for
// character-at-a-time operation by the usual means (RFC 858). A server takes the
// echo on itself as well, which ends line-at-a-time operation.
func (m *machine) open(binary bool) {
	if m.server {
		m.ask(&m.us, optEcho, true)
		m.ask(&m.us, optSGA, true)
		m.ask(&m.him, optTType, true)
		m.ask(&m.him, optNAWS, true)
	} else {
		m.ask(&m.us, optNAWS, true)
		m.ask(&m.us, optTType, true)
		m.ask(&m.us, optSGA, true)
		m.ask(&m.him, optSGA, true)
	}
	if binary {
		m.ask(&m.us, optBinary, true)
		m.ask(&m.him, optBinary, true)
	}
	if m.extension != nil && !m.server {
		m.ask(&m.us, option(m.extension.Option), true)
	}
}

func (m *machine) ask(s *side, o option, want bool) {
	m.say(s.request(o, want), o)
}

// receive takes bytes of the peer and returns the data among them, which it
// moves to the start of p.
func (m *machine) receive(p []byte) []byte { return m.decode(p, m) }

// resize changes the client's window and tells the peer if it cares.
func (m *machine) resize(size transport.Size) {
	m.size = clamp(size)
	if m.us.inEffect(optNAWS) {
		m.sayWindow()
	}
}

// binary is handler's: whether the peer sends in binary.
func (m *machine) binary() bool { return m.him.inEffect(optBinary) }

func (m *machine) command(c command) {
	m.spoken = true
	m.note(false, c, 0)
	switch {
	case !m.server:
		// GA, NOP and DM mean nothing to us, and the keys are for servers.
	case c == cmdAYT:
		// RFC 854 wants visible evidence.
		m.out = append(m.out, "\r\n[Yes]\r\n"...)
	case (c == cmdIP || c == cmdBRK) && m.interrupted != nil:
		m.interrupted()
	}
}

func (m *machine) negotiate(verb command, o option) {
	m.spoken = true
	m.note(false, verb, o)
	if o == optTimingMark {
		// No state (RFC 860): each DO asks for one mark, and the other verbs
		// answer a DO of ours.
		if verb == cmdDO {
			m.say(cmdWILL, o)
		}
		return
	}
	switch verb {
	case cmdWILL:
		m.changed(&m.him, o, m.him.accepted)
	case cmdWONT:
		m.changed(&m.him, o, m.him.rejected)
	case cmdDO:
		m.changed(&m.us, o, m.us.accepted)
	case cmdDONT:
		m.changed(&m.us, o, m.us.rejected)
	}
}

// changed moves one option by what the peer said, and does what its coming into
// effect calls for.
func (m *machine) changed(s *side, o option, move func(option) command) {
	before := s.inEffect(o)
	m.say(move(o), o)
	if before || !s.inEffect(o) {
		return
	}
	switch {
	case s == &m.us && o == optNAWS && !m.server:
		m.sayWindow()
	case s == &m.him && o == optTType && m.server:
		m.saySub(optTType, subSEND)
	case s == &m.him && o == optBinary:
		m.afterCR = false
	}
}

func (m *machine) subnegotiate(sub []byte) {
	o, body := option(sub[0]), sub[1:]
	m.note(false, cmdSB, o)
	switch {
	case m.extended() && o == option(m.extension.Option):
		m.received(body)
	case o == optTType && m.us.inEffect(o) && len(body) == 1 && body[0] == subSEND:
		m.saySub(optTType, append([]byte{subIS}, m.term...)...)
	case o == optTType && m.him.inEffect(o) && len(body) > 1 && body[0] == subIS:
		m.term = string(body[1:])
	case o == optNAWS && m.him.inEffect(o) && len(body) == 4:
		m.size = transport.Size{
			Columns: int(body[0])<<8 | int(body[1]),
			Rows:    int(body[2])<<8 | int(body[3]),
		}
		if m.resized != nil {
			m.resized(m.size)
		}
	case o == optStatus && m.us.inEffect(o) && len(body) == 1 && body[0] == subSEND:
		m.sayStatus()
	}
}

// sayWindow tells the size of the window (RFC 1073): two bytes each, high first.
func (m *machine) sayWindow() {
	c, r := m.size.Columns, m.size.Rows
	m.saySub(optNAWS, byte(c>>8), byte(c), byte(r>>8), byte(r))
}

// sayStatus tells which options are in effect (RFC 859).
func (m *machine) sayStatus() {
	body := []byte{subIS}
	for o := range 255 {
		if m.us.inEffect(option(o)) {
			body = append(body, byte(cmdWILL), byte(o))
		}
		if m.him.inEffect(option(o)) {
			body = append(body, byte(cmdDO), byte(o))
		}
	}
	m.saySub(optStatus, body...)
}

func (m *machine) say(verb command, o option) {
	if verb != 0 {
		m.out = append(m.out, iac, byte(verb), byte(o))
		m.note(true, verb, o)
	}
}

func (m *machine) sayCommand(c command) {
	m.out = append(m.out, iac, byte(c))
	m.note(true, c, 0)
}

func (m *machine) saySub(o option, body ...byte) {
	m.out = append(m.out, iac, byte(cmdSB), byte(o))
	for _, b := range body {
		m.out = append(m.out, b)
		if b == iac {
			m.out = append(m.out, iac)
		}
	}
	m.out = append(m.out, iac, byte(cmdSE))
	m.note(true, cmdSB, o)
}

func (m *machine) note(sent bool, verb command, o option) {
	if m.trace != nil {
		m.trace(sent, verb, o)
	}
}

// clamp brings a size into what NAWS can say.
func clamp(s transport.Size) transport.Size {
	return transport.Size{
		Columns: min(max(s.Columns, 0), 0xffff),
		Rows:    min(max(s.Rows, 0), 0xffff),
	}
}
