package framing

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
)

// bufferSize is what a Decoder reads at once: the largest packet of most SSH
// implementations.
const bufferSize = 32 << 10

// state is where a Decoder stands.
type state int

const (
	between  state = iota // no message is open
	inDelim               // in a message that ends with the delimiter
	atHeader              // before a chunk's header, in a message
	inChunk               // before a byte of a chunk
	finished              // at the end of a message
)

// Decoder reads messages from a stream. Next opens a message, Read returns its
// bytes and io.EOF at its end.
//
// The zero Strict tolerates what servers in the field get wrong without making a
// message ambiguous: a line feed that is missing or is one too many before a
// header, carriage returns before line feeds, zeros before a chunk's size, blank
// space between messages. A strict one takes what RFC 6242 allows and no more.
//
// A Decoder is for one goroutine.
type Decoder struct {
	// Strict refuses all that RFC 6242 does not allow. It may be set before the
	// first byte is read.
	Strict bool

	r       *bufio.Reader
	version Version
	state   state
	left    int64 // bytes of the chunk to come
	offset  int64 // of the next byte of r
	err     error // sticky
}

// NewDecoder returns a decoder that begins with the framing of base:1.0, as a
// session does.
func NewDecoder(r io.Reader) *Decoder {
	return &Decoder{r: bufio.NewReaderSize(r, bufferSize)}
}

// SetVersion sets the framing of all that follows the message read last. It must
// not be called within a message.
func (d *Decoder) SetVersion(v Version) { d.version = v }

// Offset is the number of bytes that were taken from the stream.
func (d *Decoder) Offset() int64 { return d.offset }

// Buffered is the number of bytes that can be read from the stream without
// waiting, framing included.
func (d *Decoder) Buffered() int { return d.r.Buffered() }

// Next waits for the first byte of the next message, skipping what is left of
// the current one. It returns io.EOF where the stream ends between messages.
func (d *Decoder) Next() error {
	for d.state != between && d.state != finished {
		if _, err := d.skip(); err != nil && err != io.EOF {
			return err
		}
	}
	if d.err != nil {
		return d.err
	}
	d.state = between
	if err := d.open(); err != nil {
		if err != io.EOF || d.state != between {
			err = d.fail(err)
		}
		d.err = err
		return err
	}
	return nil
}

// open finds the start of a message.
func (d *Decoder) open() error {
	if d.version == V11 {
		size, err := d.header(true)
		if err != nil {
			return err
		}
		d.left, d.state = size, inChunk
		return nil
	}
	if !d.Strict {
		if _, err := d.skipBlanks(); err != nil {
			return err
		}
	}
	if _, err := d.r.Peek(1); err != nil {
		return err
	}
	d.state = inDelim
	return nil
}

// Read returns bytes of the current message, and io.EOF at its end. Any other
// error ends the stream; io.ErrUnexpectedEOF says that it broke off within the
// message.
func (d *Decoder) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if d.state == inChunk && d.r.Buffered() == 0 {
		return d.direct(p)
	}
	part, err := d.part(len(p))
	return copy(p, part), err
}

// direct reads bytes of a chunk of which none is in the buffer. A large p saves
// the copy through it.
func (d *Decoder) direct(p []byte) (int, error) {
	n, err := d.r.Read(p[:min(int64(len(p)), d.left)])
	d.took(n)
	if n == 0 && err != nil {
		d.err = d.fail(err)
		return 0, d.err
	}
	return n, nil
}

// took counts bytes of a chunk.
func (d *Decoder) took(n int) {
	d.offset += int64(n)
	d.left -= int64(n)
	if d.left == 0 {
		d.state = atHeader
	}
}

// skip leaves out some bytes of the current message.
func (d *Decoder) skip() (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	part, err := d.part(math.MaxInt)
	return len(part), err
}

// part takes up to limit bytes of the current message out of the buffer. They
// are valid until the next call.
func (d *Decoder) part(limit int) ([]byte, error) {
	var part []byte
	var err error
	switch {
	case d.state == finished || d.state == between:
		return nil, io.EOF
	case d.state == inDelim:
		part, err = d.untilDelimiter(limit)
	default:
		part, err = d.ofChunk(limit)
	}
	if err != nil && err != io.EOF {
		err = d.fail(err)
		d.err = err
	}
	return part, err
}

// ofChunk returns bytes of the chunk, after reading the header of the next one
// where one must come first.
func (d *Decoder) ofChunk(limit int) ([]byte, error) {
	if d.state == atHeader {
		size, err := d.header(false)
		if err != nil {
			return nil, unexpected(err)
		}
		if size == 0 {
			d.state = finished
			return nil, io.EOF
		}
		d.left, d.state = size, inChunk
	}
	if _, err := d.r.Peek(1); err != nil {
		return nil, unexpected(err)
	}
	part, _ := d.r.Peek(int(min(int64(d.r.Buffered()), int64(limit), d.left)))
	_, _ = d.r.Discard(len(part))
	d.took(len(part))
	return part, nil
}

// untilDelimiter returns bytes that are not part of a delimiter.
func (d *Decoder) untilDelimiter(limit int) ([]byte, error) {
	want := 1
	for {
		if _, err := d.r.Peek(want); err != nil {
			return nil, unexpected(err)
		}
		buf, _ := d.r.Peek(d.r.Buffered())
		i := bytes.Index(buf, []byte(delimiter))
		if i == 0 {
			d.discard(len(delimiter))
			d.state = finished
			return nil, io.EOF
		}
		if i < 0 {
			i = len(buf) - partial(buf)
		}
		if i > 0 {
			part := buf[:min(i, limit)]
			d.discard(len(part))
			return part, nil
		}
		want = len(buf) + 1 // all that there is may be the start of a delimiter
	}
}

// partial is how many bytes at the end of buf may be the start of a delimiter.
func partial(buf []byte) int {
	for n := min(len(delimiter)-1, len(buf)); n > 0; n-- {
		if bytes.HasSuffix(buf, []byte(delimiter[:n])) {
			return n
		}
	}
	return 0
}

// discard takes bytes out of the buffer that are in it.
func (d *Decoder) discard(n int) {
	_, _ = d.r.Discard(n)
	d.offset += int64(n)
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// fail makes the end of the stream within framing or content what it is.
func (d *Decoder) fail(err error) error {
	if _, ok := errors.AsType[*SyntaxError](err); ok {
		return err
	}
	return unexpected(err)
}

// Guess tells by its first bytes how the next message is framed, for a server
// that does not send its hello in the framing of base:1.0 as it should. It waits
// for no more than the first byte that decides.
func (d *Decoder) Guess() (Version, error) {
	if d.Strict {
		return d.version, nil
	}
	if _, err := d.skipBlanks(); err != nil {
		return V10, err
	}
	for n := 1; ; n++ {
		b, err := d.r.Peek(n)
		if err != nil {
			return V10, unexpected(err)
		}
		switch c := b[n-1]; {
		case n == 1 && c == '#', n > 1 && n < maxDigits && c >= '0' && c <= '9':
		case n > 2 && (c == '\n' || c == '\r'):
			return V11, nil
		default:
			return V10, nil
		}
	}
}
