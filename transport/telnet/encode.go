package telnet

// Newline is how a CR that the user writes, the Enter key, goes out on the wire.
// It is for NVT text; where BINARY was agreed on, bytes go as they are. LF and
// every other byte are never changed.
type Newline byte

const (
	// CRNUL sends CR NUL, a carriage return in the words of RFC 854 and what
	// terminals of people send. Whatever is written arrives as it was.
	CRNUL Newline = iota
	// CRLF sends CR LF, for devices that take only the whole new line of
	// RFC 854. Others count two returns, and the second answers a question that
	// was not yet asked.
	CRLF
	// CR sends a CR alone, for devices that choke on the NUL.
	CR
	// LF sends an LF in place of the CR.
	LF

	// lazyCR sends CR, and NUL before the next byte unless that is LF. It is
	// the server's: CR LF must arrive as such, and the rest as it was written.
	lazyCR
)

// wireSize is how much is encoded, and written, at a time.
const wireSize = 16 << 10

// leastWire is the room for a usual command.
const leastWire = 128

// encoder turns data into what goes out on the wire.
type encoder struct {
	newline Newline
	afterCR bool // lazyCR only: a CR was the last byte out
	buf     []byte
}

// encode returns the wire form of a start of p, and how long that start is; it
// is empty only if p is. The wire is valid until the next call.
func (e *encoder) encode(p []byte, binary bool) (wire []byte, n int) {
	if binary {
		e.afterCR = false
	}
	// Most data has nothing to encode, and need not be copied.
	if !e.afterCR {
		if n = e.plain(p, binary); n == len(p) || n >= wireSize/4 {
			return p[:n], n
		}
	}
	// A command needs little, and thousands of sessions keep what they have.
	if need := min(wireSize, 2*len(p)+1); cap(e.buf) < need {
		e.buf = make([]byte, 0, max(need, leastWire))
	}
	wire, n = e.buf[:0], 0
	for n < len(p) && len(wire) < wireSize-2 {
		if e.afterCR {
			e.afterCR = false
			if p[n] != lf {
				wire = append(wire, nul)
			}
		}
		run := p[n:min(len(p), n+wireSize-len(wire)-2)]
		run = run[:e.plain(run, binary)]
		wire = append(wire, run...)
		if n += len(run); n == len(p) || len(wire) >= wireSize-2 {
			break
		}
		switch b := p[n]; {
		case b == iac:
			wire = append(wire, iac, iac)
		case b == cr && !binary:
			wire = e.enter(wire)
		default:
			continue // the run ended where the buffer does
		}
		n++
	}
	return wire, n
}

// plain is how many bytes at the start of p go out as they are. It looks a
// stretch at a time, since the next CR may be near and the next IAC far away, or
// the other way round.
func (e *encoder) plain(p []byte, binary bool) int {
	const stretch = 512
	for at := 0; at < len(p); at += stretch {
		part := p[at:min(len(p), at+stretch)]
		n := len(part)
		if !binary && e.newline != CR {
			n = indexByte(part, cr)
		}
		if n = indexByte(part[:n], iac); n < len(part) {
			return at + n
		}
	}
	return len(p)
}

func (e *encoder) enter(wire []byte) []byte {
	switch e.newline {
	case CRLF:
		return append(wire, cr, lf)
	case CR:
		return append(wire, cr)
	case LF:
		return append(wire, lf)
	case lazyCR:
		e.afterCR = true
		return append(wire, cr)
	}
	return append(wire, cr, nul)
}
