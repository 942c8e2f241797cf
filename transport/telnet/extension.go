package telnet

import "errors"

// Extension is one more option, which another package understands. The client
// performs it and the server agrees, as with the serial port of RFC 2217.
type Extension struct {
	Option byte // by its number in the IANA registry
	// Received is called by Read, in its place among the data, for each
	// subnegotiation of the option once that is in effect. The body is what stands
	// behind the option's number, at most 511 bytes of it, and lasts for the call.
	// What Received returns is sent as a subnegotiation in answer; nil is none. It
	// must not call the connection.
	Received func(body []byte) (answer []byte)
}

// extend takes an extension among the options that may be agreed on.
func (m *machine) extend(e *Extension) {
	if e == nil {
		return
	}
	m.extension = e
	m.performer().allowed.add(option(e.Option))
}

// received hands a subnegotiation to the extension.
func (m *machine) received(body []byte) {
	if answer := m.extension.Received(body); answer != nil {
		m.saySub(option(m.extension.Option), answer...)
	}
}

// performer is the side that performs the extension.
func (m *machine) performer() *side {
	if m.server {
		return &m.him
	}
	return &m.us
}

// extended tells whether the extension is in effect.
func (m *machine) extended() bool {
	return m.extension != nil && m.performer().inEffect(option(m.extension.Option))
}

// Extended tells whether the Extension is in effect.
func (l *link) Extended() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m.extended()
}

// Settled tells whether the peer has answered all that was asked of BINARY and
// of the Extension.
func (l *link) Settled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.m
	settled := m.us.settled(optBinary) && m.him.settled(optBinary)
	return settled && (m.extension == nil || m.performer().settled(option(m.extension.Option)))
}

// Binary tells whether both ends send in binary (RFC 856).
func (l *link) Binary() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m.us.inEffect(optBinary) && l.m.him.inEffect(optBinary)
}

// Subnegotiate sends a subnegotiation of the Extension, in its place behind what
// was written before. It does not wait for it to go out. The error is
// errors.ErrUnsupported where the Extension is not in effect.
func (l *link) Subnegotiate(body ...byte) error {
	if !l.Extended() {
		return errors.ErrUnsupported
	}
	return l.tell(func() { l.m.saySub(option(l.m.extension.Option), body...) })
}
