package element

import (
	"bytes"
	"errors"
)

// ErrShort is what Start says of bytes that hold no whole tag yet.
var ErrShort = errors.New("xml: no whole tag yet")

// Tag is a start tag.
type Tag struct {
	Name  string // as it is written
	Attrs []Attr
	Empty bool // <name/>
}

// Local is the name without its prefix.
func (t Tag) Local() string { return local(t.Name) }

// Attr is the value of the attribute of this name, as it is written.
func (t Tag) Attr(name string) (string, bool) {
	for _, a := range t.Attrs {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// Start reads the tag of the root element of a document that begins with doc,
// and tells where that tag begins and ends. The error is ErrShort where doc must
// be longer for that.
func Start(doc []byte) (tag Tag, from, to int, err error) {
	pos := 0
	if bytes.HasPrefix(doc, []byte(mark)) {
		pos = len(mark)
	} else if len(doc) < len(mark) && bytes.HasPrefix([]byte(mark), doc) {
		return Tag{}, 0, 0, ErrShort
	}
	for {
		i := bytes.IndexByte(doc[pos:], '<')
		text := doc[pos:]
		if i >= 0 {
			text = text[:i]
		}
		if len(bytes.Trim(text, blanks)) > 0 {
			return Tag{}, 0, 0, &SyntaxError{Offset: int64(pos), Reason: "text before the first element"}
		}
		if i < 0 {
			return Tag{}, 0, 0, ErrShort
		}
		pos += i
		kind, end, err := markup(doc[pos:], 0)
		switch {
		case err != nil:
			return Tag{}, 0, 0, err
		case end < 0:
			return Tag{}, 0, 0, ErrShort
		case kind == startTag:
			tag, err := parseTag(doc[pos : pos+end])
			return tag, pos, pos + end, err
		case kind != other:
			return Tag{}, 0, 0, &SyntaxError{Offset: int64(pos), Reason: "an end tag or CDATA before the first element"}
		}
		pos += end
	}
}

type kind int

const (
	other kind = iota // a comment or a processing instruction
	cdata
	startTag
	endTag
)

// markup tells what the markup is that b begins with, and how long: -1 where its
// end is not in b. The first seen bytes of it were looked at before.
func markup(b []byte, seen int) (k kind, end int, err error) {
	if len(b) < 2 {
		return other, -1, nil
	}
	switch b[1] {
	case '?':
		return other, find(b, "?>", 2, seen), nil
	case '/':
		return endTag, endTagEnd(b), nil
	case '!':
		switch {
		case bytes.HasPrefix(b, []byte("<!--")):
			return other, find(b, "-->", 4, seen), nil
		case bytes.HasPrefix(b, []byte("<![CDATA[")):
			return cdata, find(b, "]]>", 9, seen), nil
		case len(b) < len("<![CDATA[") && (bytes.HasPrefix([]byte("<!--"), b) || bytes.HasPrefix([]byte("<![CDATA["), b)):
			return other, -1, nil
		}
		return other, 0, &SyntaxError{Reason: "a document type, which NETCONF forbids"}
	}
	return startTag, tagEnd(b), nil
}

// find is where the first close that begins at from or later ends.
func find(b []byte, close string, from, seen int) int {
	from = max(from, seen-len(close))
	if from > len(b) {
		return -1
	}
	i := bytes.Index(b[from:], []byte(close))
	if i < 0 {
		return -1
	}
	return from + i + len(close)
}

// endTagEnd is where an end tag ends.
func endTagEnd(b []byte) int {
	i := bytes.IndexByte(b, '>')
	if i < 0 {
		return -1
	}
	return i + 1
}

// tagEnd is where a start tag ends: a > outside of quotes. Tags are short, so that
// one look at each byte costs less than several searches.
func tagEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch c := b[i]; c {
		case '>':
			return i + 1
		case '"', '\'':
			closing := bytes.IndexByte(b[i+1:], c)
			if closing < 0 {
				return -1
			}
			i += closing + 1
		}
	}
	return -1
}

// parseTag reads a whole start tag.
func parseTag(b []byte) (Tag, error) {
	bad := &SyntaxError{Reason: "malformed tag"}
	b = b[1 : len(b)-1]
	var t Tag
	if n := len(b); n > 0 && b[n-1] == '/' {
		t.Empty, b = true, b[:n-1]
	}
	t.Name = string(b[:nameEnd(b)])
	if t.Name == "" {
		return t, bad
	}
	b = b[len(t.Name):]
	for {
		rest := bytes.TrimLeft(b, blanks)
		if len(rest) == 0 {
			return t, nil
		}
		if len(rest) == len(b) { // no blank before it
			return t, bad
		}
		n := nameEnd(rest)
		name := string(rest[:n])
		rest = bytes.TrimLeft(rest[n:], blanks)
		if name == "" || len(rest) == 0 || rest[0] != '=' {
			return t, bad
		}
		rest = bytes.TrimLeft(rest[1:], blanks)
		if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
			return t, bad
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return t, bad
		}
		t.Attrs = append(t.Attrs, Attr{name, string(rest[1 : 1+end])})
		b = rest[end+2:]
	}
}

// nameEnd is where the name ends that b begins with.
func nameEnd(b []byte) int {
	for i, c := range b {
		if notInName[c] {
			return i
		}
	}
	return len(b)
}

var notInName = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, '/': true, '>': true, '=': true, '<': true, '"': true, '\'': true, '&': true}
