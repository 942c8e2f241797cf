package framing

import (
	"io"
)

// maxDigits bounds a chunk's size as a tolerant decoder reads it, zeros
// included. RFC 6242 has ten digits at most.
const maxDigits = 32

// header reads LF # SIZE LF, or LF # # LF, for which it returns 0: that is not
// allowed first in a message. Only where the stream ends before the first byte of
// a message is the error io.EOF.
func (d *Decoder) header(first bool) (int64, error) {
	begun, err := d.beforeHash()
	if err != nil {
		if first && begun && err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, err
	}
	if err := d.expect('#', "# of a chunk's header"); err != nil {
		return 0, unexpected(err)
	}
	b, err := d.peek()
	if err != nil {
		return 0, unexpected(err)
	}
	if b == '#' {
		if first {
			return 0, d.syntax("the size of a chunk; a message has at least one")
		}
		d.discard(1)
		return 0, d.endOfChunks()
	}
	size, err := d.size()
	if err != nil {
		return 0, unexpected(err)
	}
	return size, nil
}

// beforeHash reads the line feed before a header. begun tells that it was there,
// or part of it: blank space between messages does not count in a tolerant
// decoder, for which a stream may end with it.
func (d *Decoder) beforeHash() (begun bool, err error) {
	if d.Strict {
		err := d.expect('\n', "the line feed before a chunk's header")
		if err != nil {
			return false, err
		}
		return true, nil
	}
	return d.skipBlanks()
}

// endOfChunks reads the line feed after ##. A tolerant decoder does not wait for
// it: nothing else can be meant, and a server that forgets it would make us wait
// until its next message.
func (d *Decoder) endOfChunks() error {
	if !d.Strict {
		return nil
	}
	return unexpected(d.expect('\n', "the line feed after ##"))
}

// size reads SIZE LF.
func (d *Decoder) size() (int64, error) {
	var size int64
	for digits := 0; ; digits++ {
		b, err := d.peek()
		switch {
		case err != nil:
			return 0, err
		case b == '\n' && size > 0:
			d.discard(1)
			return size, nil
		case b == '\r' && size > 0 && !d.Strict:
			d.discard(1)
			return size, d.expect('\n', "the line feed after a chunk's size")
		case b < '0' || b > '9' || digits == maxDigits:
			return 0, d.syntax("the size of a chunk and a line feed")
		case b == '0' && size == 0 && d.Strict:
			return 0, d.syntax("the size of a chunk, which does not begin with 0")
		}
		size = size*10 + int64(b-'0')
		if size > maxChunk {
			return 0, d.syntax("the size of a chunk, up to 4294967295")
		}
		d.discard(1)
	}
}

// skipBlanks leaves out blank space and tells whether a byte was waiting behind.
func (d *Decoder) skipBlanks() (bool, error) {
	for {
		b, err := d.peek()
		if err != nil {
			return false, err
		}
		if b != '\n' && b != '\r' && b != ' ' && b != '\t' {
			return true, nil
		}
		d.discard(1)
	}
}

func (d *Decoder) peek() (byte, error) {
	b, err := d.r.Peek(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

func (d *Decoder) expect(want byte, name string) error {
	b, err := d.peek()
	if err != nil {
		return err
	}
	if b != want {
		return d.syntax(name)
	}
	d.discard(1)
	return nil
}

func (d *Decoder) syntax(want string) error {
	got, _ := d.r.Peek(min(16, d.r.Buffered()))
	return &SyntaxError{Offset: d.offset, Got: string(got), Want: want}
}
