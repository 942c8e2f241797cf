package rpc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/vtynet/vty/netconf/element"
)

// builder writes a request. The first mistake stays.
type builder struct {
	buf   bytes.Buffer
	name  string
	open  []string
	bare  int // length of buf right after a start tag
	needs []Need
	err   error
}

// begin starts a request; namespace is "" for NETCONF's own.
func begin(name, namespace string) *builder {
	b := &builder{name: name}
	if namespace == "" {
		b.start(name)
	} else {
		b.start(name, "xmlns", namespace)
	}
	return b
}

// start writes a start tag with attributes, given as names and values.
func (b *builder) start(name string, attrs ...string) {
	b.tag(name, attrs...)
	b.buf.WriteByte('>')
	b.bare = b.buf.Len()
	b.open = append(b.open, name)
}

func (b *builder) tag(name string, attrs ...string) {
	b.buf.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		b.buf.WriteString(" " + attrs[i] + `="`)
		b.escape(attrs[i+1])
		b.buf.WriteByte('"')
	}
}

func (b *builder) escape(text string) {
	if err := xml.EscapeText(&b.buf, []byte(text)); err != nil {
		b.fail(err)
	}
}

// end closes the innermost element. One without content is written as a single
// tag: netconfd answers <discard-changes></discard-changes> with <ok/> and does
// nothing.
func (b *builder) end() {
	last := len(b.open) - 1
	if b.buf.Len() == b.bare {
		b.buf.Truncate(b.bare - 1)
		b.buf.WriteString("/>")
	} else {
		b.buf.WriteString("</" + b.open[last] + ">")
	}
	b.open = b.open[:last]
}

// empty writes an element without content.
func (b *builder) empty(name string, attrs ...string) {
	b.tag(name, attrs...)
	b.buf.WriteString("/>")
}

// leaf writes an element with text, unless that is "".
func (b *builder) leaf(name, text string, attrs ...string) {
	if text == "" {
		return
	}
	b.start(name, attrs...)
	b.escape(text)
	b.end()
}

func (b *builder) number(name string, n uint64) { b.leaf(name, strconv.FormatUint(n, 10)) }

func (b *builder) flag(name string, set bool) {
	if set {
		b.empty(name)
	}
}

// instant writes a time, unless it is zero (RFC 6991, date-and-time).
func (b *builder) instant(name string, t time.Time) {
	if !t.IsZero() {
		b.leaf(name, t.Format(time.RFC3339Nano))
	}
}

// raw writes a user's XML as it is, once it is known that its tags match: it
// could end elements of ours otherwise.
func (b *builder) raw(what string, text []byte) {
	if err := fragment(text); err != nil {
		b.fail(fmt.Errorf("%s: %w", what, err))
	}
	b.buf.Write(text)
}

// fragment checks that a user's text is a sequence of whole elements.
func fragment(text []byte) error {
	s := element.NewScanner(io.MultiReader(bytes.NewReader([]byte("<a>")), bytes.NewReader(text), bytes.NewReader([]byte("</a>"))))
	for {
		_, err := s.Next()
		if e, ok := errors.AsType[*element.SyntaxError](err); ok {
			return &element.SyntaxError{Offset: e.Offset - int64(len("<a>")), Reason: e.Reason}
		}
		if err == io.ErrUnexpectedEOF {
			return errors.New("an element is not closed")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (b *builder) need(n Need) { b.needs = append(b.needs, n) }

func (b *builder) fail(err error) {
	if b.err == nil {
		b.err = fmt.Errorf("%s: %w", b.name, err)
	}
}

// request ends the request.
func (b *builder) request() (*Request, error) {
	for len(b.open) > 0 {
		b.end()
	}
	if b.err != nil {
		return nil, b.err
	}
	return &Request{Name: b.name, Body: b.buf.Bytes(), Needs: b.needs}, nil
}
