package rpc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/vtynet/vty/netconf/element"
)

// Reply is what a server answered, kept as it came. It is read only and may be
// shared.
type Reply struct {
	raw    []byte
	text   []byte // raw, with a policy applied to what is not text
	root   element.Tag
	inner  []byte
	errors Errors
}

// ErrNotReply is what a message is refused with that is no rpc-reply.
var ErrNotReply = errors.New("not an rpc-reply")

// ParseReply reads a whole rpc-reply. The policy is for bytes that may not be in
// XML. raw belongs to the reply from here on.
func ParseReply(raw []byte, p element.Policy) (*Reply, error) {
	text, err := element.Text(raw, p)
	if err != nil {
		return nil, err
	}
	r := &Reply{raw: raw, text: text}
	tag, _, start, err := element.Start(raw)
	if err != nil {
		return nil, err
	}
	if tag.Local() != "rpc-reply" {
		return nil, fmt.Errorf("%w: <%s>", ErrNotReply, tag.Name)
	}
	r.root = tag
	if !tag.Empty {
		if r.inner, err = inner(raw, tag, start); err != nil {
			return nil, err
		}
	}
	// Most replies have no error, and a large one is searched for the word at the
	// speed of memory.
	if bytes.Contains(raw, []byte("rpc-error")) || bytes.Contains(raw, []byte(xnmNS)) {
		r.errors, err = findErrors(text)
	}
	return r, err
}

// inner is what stands within the root element, whose start tag ends at start. Mostly
// its end tag is the last, so that what comes before need not be read.
func inner(raw []byte, root element.Tag, start int) ([]byte, error) {
	end := bytes.LastIndex(raw, []byte("</"))
	if end >= start {
		rest, ok := bytes.CutPrefix(raw[end+len("</"):], []byte(root.Name))
		if ok && string(bytes.TrimSpace(rest)) == ">" {
			return raw[start:end], nil
		}
	}
	s := element.Scan(raw, nil)
	s.MaxElement = len(raw)
	whole, err := s.Next()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return whole.Inner(), err
}

func findErrors(doc []byte) (Errors, error) {
	var found Errors
	s := element.Scan(doc, ErrorPaths()...)
	for {
		e, err := s.Next()
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return found, err
		}
		switch one, err := ParseError(e); err {
		case nil:
			found = append(found, one)
		case ErrNotError:
		default:
			return found, err
		}
	}
}

// Bytes is the message, from the first byte to the last, exactly as it came.
func (r *Reply) Bytes() []byte { return r.raw }

// Inner is what stands within <rpc-reply>, exactly as it came. Namespaces that it
// uses may be declared outside.
func (r *Reply) Inner() []byte { return r.inner }

// MessageID is the reply's message-id, "" where the server left it out.
func (r *Reply) MessageID() string {
	id, _ := r.root.Attr("message-id")
	return id
}

// SetID is not empty where a Huawei server has more; see Parts.
func (r *Reply) SetID() string {
	for _, a := range r.root.Attrs {
		if a.Name == "set-id" || len(a.Name) > 7 && a.Name[len(a.Name)-7:] == ":set-id" {
			return a.Value
		}
	}
	return ""
}

// Errors are all errors of the reply, warnings too.
func (r *Reply) Errors() Errors { return r.errors }

// Warnings are the errors that did not keep the server from doing what it was
// asked to.
func (r *Reply) Warnings() Errors {
	var warnings Errors
	for _, e := range r.errors {
		if e.Warning() {
			warnings = append(warnings, e)
		}
	}
	return warnings
}

// Err is nil unless one of the errors is no warning; then it is all of them, an
// Errors.
func (r *Reply) Err() error {
	if worst := r.errors.Worst(); worst == nil || worst.Warning() {
		return nil
	}
	return r.errors
}

// OK tells that the reply says <ok/>, or nothing at all.
func (r *Reply) OK() bool {
	if len(bytes.TrimSpace(r.inner)) == 0 {
		return true
	}
	for _, err := range element.Within(r.text, "ok") {
		return err == nil
	}
	return false
}

// Decode decodes <data> into v as encoding/xml does, or where the reply has none
// all of <rpc-reply>: v stands for the element around what was asked for.
func (r *Reply) Decode(v any) error {
	switch e, err := data(r.text); err {
	case nil:
		return e.Decode(v)
	case io.EOF:
	default:
		return err
	}
	return xml.NewDecoder(bytes.NewReader(r.text)).Decode(v)
}

// Elements hands over the elements at a path below <rpc-reply>; see element.In.
func (r *Reply) Elements(path ...string) iter.Seq2[element.Element, error] {
	return element.Within(r.text, path...)
}

// Data is what stands within <data>, or where the reply has none within
// <rpc-reply>, exactly as it came.
func (r *Reply) Data() []byte {
	e, err := data(r.raw)
	if err != nil {
		return r.inner
	}
	return e.Inner()
}

// data finds <data>. The error is io.EOF where there is none.
func data(doc []byte) (element.Element, error) {
	s := element.Scan(doc, []string{"data"})
	s.MaxElement = max(len(doc), 1)
	return s.Next()
}
