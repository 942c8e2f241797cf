// Package element finds elements in an XML document that may be larger than
// memory, and hands each over as the very bytes that came.
//
// It reads what a NETCONF message may be: XML in UTF-8 without a document type
// (RFC 6241, section 3). It checks that tags match, and nothing inside of what it
// hands over: that is for the decoder, encoding/xml, and it does not judge
// whether the bytes are UTF-8.
package element

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// SyntaxError is a byte at which a document stops being XML of the kind that is
// read here.
type SyntaxError struct {
	Offset int64 // of the byte, from the start of the document
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("xml: at byte %d: %s", e.Offset, e.Reason) }

// ErrTooLarge is what a document that goes beyond a limit is refused with.
var ErrTooLarge = errors.New("xml: an element goes beyond the limit")

// Attr is an attribute, its value as it is written: references are not resolved.
type Attr struct{ Name, Value string }

// Element is an element of a document. Its bytes are valid until the next one is
// asked for; Clone keeps them.
type Element struct {
	Name string // as it is written, with its prefix
	Path int    // which of the paths asked for led to it
	raw  []byte
	// scope holds the namespace declarations of the elements around it.
	scope []Attr
}

// Local is the name without its prefix.
func (e Element) Local() string { return local(e.Name) }

// Bytes are the element's, from < to >, exactly as they came. Namespaces that it
// uses may be declared outside.
func (e Element) Bytes() []byte { return e.raw }

// Inner is what stands between the element's tags, exactly as it came.
func (e Element) Inner() []byte {
	start, end := tagEnd(e.raw), bytes.LastIndex(e.raw, []byte("</"))
	if start < 0 || end < start || bytes.HasSuffix(e.raw, []byte("/>")) {
		return nil // <a/>, which may be written <a </>, for all that is looked at
	}
	return e.raw[start:end]
}

// Scope are the namespace declarations in force where the element stands.
func (e Element) Scope() []Attr { return slices.Clone(e.scope) }

// Within hands over the elements at a path below this one; see In.
func (e Element) Within(path ...string) iter.Seq2[Element, error] {
	return func(yield func(Element, error) bool) {
		s := Scan(e.raw, path)
		s.scope, s.MaxElement = e.scope, max(len(e.raw), 1)
		s.all(yield)
	}
}

// Clone returns an element that stays valid.
func (e Element) Clone() Element {
	e.raw, e.scope = bytes.Clone(e.raw), slices.Clone(e.scope)
	return e
}

// Decode decodes the element into v as encoding/xml does, with the namespaces
// that are declared outside of it.
func (e Element) Decode(v any) error {
	var head bytes.Buffer
	head.WriteString("<scope")
	for _, a := range e.scope {
		quote := `"`
		if bytes.Contains([]byte(a.Value), []byte(quote)) {
			quote = "'"
		}
		head.WriteString(" " + a.Name + "=" + quote + a.Value + quote)
	}
	head.WriteString(">")
	d := xml.NewDecoder(io.MultiReader(&head, bytes.NewReader(e.raw)))
	if _, err := d.Token(); err != nil {
		return err
	}
	return d.Decode(v)
}

// In hands over, in order, the elements of a document at a path of names below
// its root: In(r, "data", "interfaces", "interface"). Names are compared without
// prefix, and "*" is any. No path at all is the root itself.
//
// An error comes last. Memory holds one element at a time.
func In(r io.Reader, path ...string) iter.Seq2[Element, error] {
	return func(yield func(Element, error) bool) { NewScanner(r, path).all(yield) }
}

// Within is In for a document that is in memory; see Scan.
func Within(doc []byte, path ...string) iter.Seq2[Element, error] {
	return func(yield func(Element, error) bool) { Scan(doc, path).all(yield) }
}

func (s *Scanner) all(yield func(Element, error) bool) {
	for {
		e, err := s.Next()
		if err == io.EOF || !yield(e, err) || err != nil {
			return
		}
	}
}

func local(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == ':' {
			return name[i+1:]
		}
	}
	return name
}
