package rfc2217

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/vtynet/vty/transport/line"
)

// comPort is the option's number in the IANA registry.
const comPort = 44

// command is what a subnegotiation is about (RFC 2217, section 3). The server's
// are the client's and fromServer more.
type command byte

const (
	signature   command = 0
	setBaud     command = 1
	setData     command = 2
	setParity   command = 3
	setStop     command = 4
	setControl  command = 5
	notifyLine  command = 6
	notifyModem command = 7
	suspend     command = 8
	resume      command = 9
	setLineMask command = 10
	purgeData   command = 12

	fromServer command = 100
)

// queried is the value that asks how the port is set.
const queried = 0

// The values of setControl that begin and end a break.
const (
	breakOn  = 5
	breakOff = 6
)

// The bits of notifyLine and of notifyModem.
const (
	lineOverrun = 1 << 1
	lineParity  = 1 << 2
	lineFraming = 1 << 3
	lineBreak   = 1 << 4

	modemCTS     = 1 << 4
	modemDSR     = 1 << 5
	modemRing    = 1 << 6
	modemCarrier = 1 << 7
)

// parities and flows are in the order of their values, from 1 on.
var (
	parities = []line.Parity{line.NoParity, line.OddParity, line.EvenParity, line.MarkParity, line.SpaceParity}
	flows    = []line.Flow{line.NoFlow, line.Software, line.Hardware}
)

// Buffer is what Purge empties: what the server holds of one direction.
type Buffer byte

// The buffers, by their values in RFC 2217.
const (
	Received Buffer = 1 // by the port, and not yet sent to us
	Unsent   Buffer = 2 // by the port, of what we wrote
	Both     Buffer = 3
)

// Port is what a server has said of its port.
type Port struct {
	// Server is how the server names itself; "" where it does not.
	Server string
	// Settings are those of the line; what the server has not said is not stated.
	Settings line.Settings
	Modem    Modem
	Errors   Errors
}

// Modem are the signals that the device gives to the port.
type Modem struct {
	CTS, DSR, Ring, Carrier bool
}

// Errors counts what went wrong on the line. Framing errors mean a wrong speed,
// mostly.
type Errors struct {
	Overrun, Parity, Framing, Break int
}

// port is the client's end of the option, without I/O.
type port struct {
	mu      sync.Mutex
	now     Port
	refused error // the first setting that the server did not take
	// What was asked for and not yet confirmed, by command.
	awaited map[command]uint32
	gate    chan struct{} // closed while the server takes data
	held    bool
}

func newPort() *port {
	p := &port{awaited: map[command]uint32{}, gate: make(chan struct{})}
	close(p.gate)
	return p
}

// begin returns what to send once the option is agreed on: what is to be set,
// and questions for what is not.
func (p *port) begin(want line.Settings) [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	frame := want.Frame.Full()
	set := func(c command, value uint32) []byte {
		if value != queried {
			p.awaited[c] = value
		}
		if c == setBaud {
			return binary.BigEndian.AppendUint32([]byte{byte(c)}, value)
		}
		return []byte{byte(c), byte(value)}
	}
	return [][]byte{
		{byte(signature)},
		set(setBaud, uint32(want.Baud)),
		set(setData, uint32(frame.Data)),
		set(setParity, valueOf(parities, frame.Parity)),
		set(setStop, uint32(frame.Stop)),
		set(setControl, valueOf(flows, want.Flow)),
		{byte(setLineMask), lineOverrun | lineParity | lineFraming | lineBreak},
	}
}

// valueOf is the value of one of a list, queried where it is not there.
func valueOf[T comparable](list []T, one T) uint32 {
	for i := range list {
		if list[i] == one {
			return uint32(i) + 1
		}
	}
	return queried
}

// nameOf is the one of a list with a value; the zero T where there is none.
func nameOf[T any](list []T, value uint32) (one T) {
	if value > 0 && value <= uint32(len(list)) {
		one = list[value-1]
	}
	return one
}

// received takes a subnegotiation of the server. What is too short or unknown
// means nothing.
func (p *port) received(body []byte) (answer []byte) {
	if len(body) == 0 || command(body[0]) < fromServer {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c, value := command(body[0])-fromServer, body[1:]
	switch c {
	case signature:
		if len(value) == 0 { // a question
			return append([]byte{byte(signature)}, "vty"...)
		}
		p.now.Server = string(value)
	case suspend:
		p.hold(true)
	case resume:
		p.hold(false)
	case setBaud:
		if len(value) >= 4 {
			p.confirmed(c, binary.BigEndian.Uint32(value))
		}
	case setData, setParity, setStop, setControl:
		if len(value) >= 1 {
			p.confirmed(c, uint32(value[0]))
		}
	case notifyLine:
		if len(value) >= 1 {
			p.now.Errors.count(value[0])
		}
	case notifyModem:
		if len(value) >= 1 {
			b := value[0]
			p.now.Modem = Modem{CTS: b&modemCTS != 0, DSR: b&modemDSR != 0, Ring: b&modemRing != 0, Carrier: b&modemCarrier != 0}
		}
	}
	return nil
}

func (e *Errors) count(state byte) {
	for bit, n := range map[byte]*int{lineOverrun: &e.Overrun, lineParity: &e.Parity, lineFraming: &e.Framing, lineBreak: &e.Break} {
		if state&bit != 0 {
			*n++
		}
	}
}

// confirmed notes how the server says the port is set.
func (p *port) confirmed(c command, value uint32) {
	s := &p.now.Settings
	switch c {
	case setBaud:
		s.Baud = int(min(value, 1<<31-1))
	case setData:
		s.Frame.Data = int(value)
	case setParity:
		s.Frame.Parity = nameOf(parities, value)
	case setStop:
		s.Frame.Stop = int(value)
	case setControl:
		flow := nameOf(flows, value)
		if flow == "" {
			return // of a break or a signal
		}
		s.Flow = flow
	}
	want, awaited := p.awaited[c]
	if !awaited {
		return
	}
	delete(p.awaited, c)
	if want != value && p.refused == nil {
		p.refused = &SettingError{Setting: c.String(), Want: c.show(want), Is: c.show(value)}
	}
}

// hold closes or opens the gate for data.
func (p *port) hold(on bool) {
	if on == p.held {
		return
	}
	p.held = on
	if on {
		p.gate = make(chan struct{})
	} else {
		close(p.gate)
	}
}

// open is closed while the server takes data.
func (p *port) open() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gate
}

// settled tells whether all that was set is confirmed, and what was refused.
func (p *port) settled() (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.awaited) == 0 || p.refused != nil, p.refused
}

func (p *port) state() Port {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// String names what a command sets.
func (c command) String() string {
	switch c {
	case setBaud:
		return "speed"
	case setData:
		return "data bits"
	case setParity:
		return "parity"
	case setStop:
		return "stop bits"
	case setControl:
		return "flow control"
	}
	return fmt.Sprintf("command %d", byte(c))
}

// show is a value as people write it.
func (c command) show(value uint32) string {
	switch c {
	case setParity:
		if p := nameOf(parities, value); p != 0 {
			return string(rune(p))
		}
	case setControl:
		if f := nameOf(flows, value); f != "" {
			return string(f)
		}
	}
	return fmt.Sprint(value)
}
