package telnet

import "bytes"

// maxSub is how much of one subnegotiation is kept. What the options here take
// is far shorter; the rest of a longer one is passed over.
const maxSub = 512

// place is where in the syntax the decoder stands between two bytes.
type place byte

const (
	inData   place = iota
	inIAC          // after IAC
	inVerb         // after IAC WILL, WONT, DO or DONT
	inSub          // after IAC SB
	inSubIAC       // after IAC within a subnegotiation
)

// decoder splits what the peer sends into data and commands.
type decoder struct {
	place   place
	verb    command
	sub     []byte // the subnegotiation so far, option first
	afterCR bool   // the last data byte was CR: a NUL next is only its padding
}

// handler takes what is not data, in the order of the wire.
type handler interface {
	command(command)
	negotiate(verb command, o option)
	subnegotiate(sub []byte)
	// binary tells whether the peer's data is in binary: CR is then a byte as
	// any other (RFC 856).
	binary() bool
}

// decode gathers the data in p at the start of p, and returns it: data is never
// longer than its wire form.
//
// CR NUL becomes CR; CR LF stays, and so does a CR that is followed by something
// else, which RFC 854 forbids and devices send.
func (d *decoder) decode(p []byte, h handler) []byte {
	w := 0     // data found so far is p[:w]
	next := -1 // the first IAC from i on: kept, or else line ends would make the search quadratic
	for i := 0; i < len(p); {
		if d.place != inData {
			if d.step(p[i], h) {
				p[w] = iac
				w++
			}
			i++
			continue
		}
		if d.afterCR {
			d.afterCR = p[i] == iac // a command between CR and NUL changes nothing
			if p[i] == nul && !h.binary() {
				i++
				continue
			}
		}
		if next < i {
			next = i + indexByte(p[i:], iac)
		}
		end := next
		if !h.binary() {
			if j := bytes.IndexByte(p[i:end], cr); j >= 0 {
				end = i + j + 1
				d.afterCR = true
			}
		}
		if w != i {
			copy(p[w:], p[i:end])
		}
		w += end - i
		if i = end; i == next && i < len(p) {
			d.place = inIAC
			i++
		}
	}
	return p[:w]
}

// step takes one byte outside data. It tells whether that ended an IAC IAC,
// which is a byte of data.
func (d *decoder) step(b byte, h handler) (data bool) {
	switch d.place {
	case inIAC:
		return d.afterIAC(b, h)
	case inVerb:
		d.place = inData
		h.negotiate(d.verb, option(b))
	case inSub:
		if b == iac {
			d.place = inSubIAC
		} else {
			d.keep(b)
		}
	case inSubIAC:
		switch command(b) {
		case cmdIAC:
			d.place = inSub
			d.keep(b)
		case cmdSE:
			d.place = inData
			if len(d.sub) > 0 {
				h.subnegotiate(d.sub)
			}
		default:
			// RFC 855 allows nothing else here. The subnegotiation was cut
			// short; to go on waiting for its end would swallow the session.
			return d.afterIAC(b, h)
		}
	}
	return false
}

func (d *decoder) afterIAC(b byte, h handler) (data bool) {
	d.place = inData
	switch c := command(b); c {
	case cmdIAC:
		d.afterCR = false
		return true
	case cmdWILL, cmdWONT, cmdDO, cmdDONT:
		d.place, d.verb = inVerb, c
	case cmdSB:
		d.place, d.sub = inSub, d.sub[:0]
	default:
		h.command(c)
	}
	return false
}

func (d *decoder) keep(b byte) {
	if len(d.sub) < maxSub {
		d.sub = append(d.sub, b)
	}
}

// indexByte is bytes.IndexByte with the length for "nowhere".
func indexByte(p []byte, b byte) int {
	if i := bytes.IndexByte(p, b); i >= 0 {
		return i
	}
	return len(p)
}
