package element

import (
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"
)

// Policy says what becomes of bytes that may not be in an XML document: those
// that are not UTF-8, and characters outside of XML's own (XML 1.0, section 2.2),
// such as NUL.
type Policy int

// The policies.
const (
	Fail    Policy = iota // refuse the document, with a *TextError
	Replace               // put U+FFFD in place of each byte or character
	Drop                  // leave them out
)

// TextError is a byte that may not be in an XML document.
type TextError struct {
	Offset int64 // from the start of the document
	Byte   byte
}

func (e *TextError) Error() string {
	return fmt.Sprintf("xml: at byte %d: 0x%02X is not text", e.Offset, e.Byte)
}

const replacement = "\ufffd"

// Text applies a policy to a document. A document without fault is returned as
// it is, uncopied.
func Text(doc []byte, p Policy) ([]byte, error) {
	good := goodText(doc)
	if good == len(doc) {
		return doc, nil
	}
	if p == Fail {
		return nil, &TextError{Offset: int64(good), Byte: doc[good]}
	}
	out := make([]byte, 0, len(doc)+64)
	for len(doc) > 0 {
		out = append(out, doc[:good]...)
		if doc = doc[good:]; len(doc) > 0 {
			if p == Replace {
				out = append(out, replacement...)
			}
			_, size := utf8.DecodeRune(doc)
			doc = doc[size:]
		}
		good = goodText(doc)
	}
	return out, nil
}

// goodText is how many bytes at the start of b are text.
func goodText(b []byte) int {
	for i := 0; i < len(b); {
		// Eight bytes at once, as long as all are ASCII and none is a control character.
		for i+8 <= len(b) {
			x := binary.LittleEndian.Uint64(b[i:])
			if (x|(x-0x2020202020202020))&0x8080808080808080 != 0 {
				break
			}
			i += 8
		}
		if i == len(b) {
			break
		}
		c := b[i]
		if c >= ' ' && c < utf8.RuneSelf || c == '\n' || c == '\r' || c == '\t' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if c < ' ' || r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
			return i
		}
		i += size
	}
	return len(b)
}

// NewReader applies a policy to a document that streams. With Fail, the bytes
// before the fault are read first.
func NewReader(r io.Reader, p Policy) io.Reader { return &textReader{r: r, policy: p} }

type textReader struct {
	r      io.Reader
	policy Policy
	offset int64  // of the first byte that was not judged
	in     []byte // read and not judged: the start of a character
	start  [utf8.UTFMax]byte
	out    []byte // to be handed over
	err    error
}

// minText is the least room to read into: a character that was begun, and more.
const minText = 64

// Read has the bytes read into p itself, and judged there: only a fault, or too
// small a p, costs a copy.
func (t *textReader) Read(p []byte) (int, error) {
	for len(t.out) == 0 && t.err == nil && len(p) > 0 {
		into := p
		if len(p) < minText {
			into = make([]byte, minText)
		}
		text := t.more(into)
		if len(p) >= minText && len(text) > 0 && &text[0] == &p[0] {
			return len(text), nil
		}
		t.out = text
	}
	if len(t.out) == 0 {
		return 0, t.err
	}
	n := copy(p, t.out)
	t.out = t.out[n:]
	return n, nil
}

// more reads into buf, and returns what of it is to be handed over.
func (t *textReader) more(buf []byte) []byte {
	kept := copy(buf, t.in)
	n, err := t.r.Read(buf[kept:])
	text := buf[:kept+n]
	t.in, t.err = nil, err
	if err == nil {
		// A character that is cut by the end waits for the rest of it.
		for i := len(text) - 1; i >= 0 && i >= len(text)-utf8.UTFMax+1; i-- {
			if utf8.RuneStart(text[i]) {
				if !utf8.FullRune(text[i:]) {
					t.in = t.start[:copy(t.start[:], text[i:])]
					text = text[:i]
				}
				break
			}
		}
	}
	good := goodText(text)
	if good < len(text) && t.policy == Fail {
		t.err = &TextError{Offset: t.offset + int64(good), Byte: text[good]}
		return text[:good]
	}
	t.offset += int64(len(text))
	text, _ = Text(text, t.policy)
	return text
}
