package element

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// The limits of a Scanner that sets none.
const (
	DefaultMaxElement = 64 << 20
	DefaultMaxDepth   = 1000
)

// maxTag bounds a single tag outside of the elements asked for.
const maxTag = 1 << 20

// scanBuffer is what a Scanner reads at once.
const scanBuffer = 64 << 10

const (
	blanks = " \t\r\n"
	mark   = "\ufeff"
)

// Scanner is In with limits, and for several paths. It is for one goroutine.
type Scanner struct {
	MaxElement int // bytes of an element that is handed over; 0 means 64 MiB
	MaxDepth   int // of elements in each other; 0 means 1000

	r     io.Reader
	paths [][]string
	done  []int // how much of each path leads to where we are

	buf  []byte
	pos  int   // of the next byte of buf to look at
	keep int   // where the element begins that is to be handed over; -1 while there is none
	base int64 // offset of buf[0] in the document
	eof  error // what r has ended with

	names  []byte // of the open elements, one after the other
	starts []int  // where each begins in names
	scope  []Attr
	scopes [][]Attr // scope outside of each open element, while not in an element that is kept

	out      Element // to be handed over once complete
	outDepth int
	rooted   bool // there was a root element
	err      error
}

// NewScanner returns a scanner for the elements at any of the paths. Within an
// element that is handed over, none is looked for.
func NewScanner(r io.Reader, paths ...[]string) *Scanner {
	return &Scanner{r: r, paths: paths, done: make([]int, len(paths)), keep: -1, buf: make([]byte, 0, scanBuffer)}
}

// Scan is NewScanner for a document that is in memory. It copies nothing: the
// elements share the document's bytes, and stay valid.
func Scan(doc []byte, paths ...[]string) *Scanner {
	return &Scanner{paths: paths, done: make([]int, len(paths)), keep: -1, buf: doc[:len(doc):len(doc)], eof: io.EOF}
}

// Next returns the next element, or io.EOF where the document ends in order.
func (s *Scanner) Next() (Element, error) {
	if s.err != nil {
		return Element{}, s.err
	}
	e, err := s.next()
	s.err = err
	return e, err
}

func (s *Scanner) next() (Element, error) {
	if s.base == 0 && s.pos == 0 {
		if err := s.skipMark(); err != nil {
			return Element{}, err
		}
	}
	for {
		if s.keep >= 0 {
			if s.inside(); s.complete() {
				return s.handOver()
			}
		}
		if err := s.text(); err != nil {
			return Element{}, err
		}
		kind, from, err := s.markup()
		if err != nil {
			return Element{}, err
		}
		tag := s.buf[from:s.pos]
		switch kind {
		case startTag:
			if err := s.open(tag, from); err != nil {
				return Element{}, err
			}
			if tag[len(tag)-2] != '/' {
				continue
			}
			s.shut()
		case endTag:
			if err := s.match(tag); err != nil {
				return Element{}, err
			}
			s.shut()
		case cdata:
			if len(s.starts) == 0 {
				return Element{}, s.syntax(from, "CDATA outside of the root element")
			}
			continue
		default:
			continue
		}
		if s.complete() {
			return s.handOver()
		}
	}
}

// inside goes on within an element that is to be handed over, as long as there
// come text, start tags, and the end tags that belong to them, whole and in buf: most
// of a reply. It stops at its end, and before all else, an error included.
func (s *Scanner) inside() {
	buf, pos := s.buf, s.pos
	names, starts := s.names, s.starts
	most := s.MaxDepth
	if most == 0 {
		most = DefaultMaxDepth
	}
	for len(starts) > s.outDepth {
		i := bytes.IndexByte(buf[pos:], '<')
		if i < 0 {
			pos = len(buf)
			break
		}
		pos += i
		tag := buf[pos:]
		if len(tag) < len("<a>") {
			break
		}
		if tag[1] == '/' {
			last := starts[len(starts)-1]
			end := len("</") + len(names) - last
			if len(tag) <= end || tag[end] != '>' || !bytes.Equal(tag[2:end], names[last:]) {
				break
			}
			pos += end + 1
			names, starts = names[:last], starts[:len(starts)-1]
			continue
		}
		n := nameEnd(tag[1:])
		if n == 0 || tag[1] == '!' || tag[1] == '?' || len(starts) >= most {
			break
		}
		end := n + 2
		if 1+n >= len(tag) || tag[1+n] != '>' {
			if end = tagEnd(tag); end < 0 {
				break
			}
		}
		pos += end
		if tag[end-2] != '/' {
			starts = append(starts, len(names))
			names = append(names, tag[1:1+n]...)
		}
	}
	s.pos, s.names, s.starts = pos, names, starts
	if s.complete() {
		s.restore()
	}
}

// complete tells that the element to be handed over has ended.
func (s *Scanner) complete() bool { return s.keep >= 0 && len(s.starts) == s.outDepth }

func (s *Scanner) handOver() (Element, error) {
	s.out.raw, s.out.scope = s.buf[s.keep:s.pos], s.scope
	s.keep = -1
	if len(s.out.raw) > s.limit() {
		return Element{}, ErrTooLarge
	}
	return s.out, nil
}

// skipMark leaves out a byte order mark at the start.
func (s *Scanner) skipMark() error {
	for bytes.HasPrefix([]byte(mark), s.buf) && len(s.buf) < len(mark) {
		if err := s.fill(0); err == io.EOF {
			return io.ErrUnexpectedEOF
		} else if err != nil {
			return err
		}
	}
	if bytes.HasPrefix(s.buf, []byte(mark)) {
		s.pos = len(mark)
	}
	return nil
}

// text goes to the next <. Outside of the root there may be blanks only.
func (s *Scanner) text() error {
	for {
		rest := s.buf[s.pos:]
		i := bytes.IndexByte(rest, '<')
		if i >= 0 {
			rest = rest[:i]
		}
		if len(s.starts) == 0 {
			if text := bytes.TrimLeft(rest, blanks); len(text) > 0 {
				return s.syntax(s.pos+len(rest)-len(text), "text outside of the root element")
			}
		}
		s.pos += len(rest)
		if i >= 0 {
			return nil
		}
		if err := s.fill(s.pos); err != nil {
			if err == io.EOF && (len(s.starts) > 0 || !s.rooted) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
}

// markup goes past what begins with the < at hand, and tells where in buf it
// begins.
func (s *Scanner) markup() (k kind, from int, err error) {
	seen := 0
	for {
		k, end, err := markup(s.buf[s.pos:], seen)
		if err != nil {
			return k, 0, s.syntax(s.pos, reason(err))
		}
		if end >= 0 {
			from = s.pos
			s.pos += end
			return k, from, nil
		}
		seen = len(s.buf) - s.pos
		// What is neither kept nor looked at again need not be held: of long comments
		// and CDATA the ends are enough.
		if s.keep < 0 && s.eof == nil && (k == cdata || k == other) && seen > scanBuffer/2 {
			s.shorten(k)
			seen = 0
		}
		if s.keep < 0 && seen > maxTag {
			return k, 0, ErrTooLarge
		}
		if err := s.fill(s.pos); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return k, 0, err
		}
	}
}

// shorten drops the inside of the comment, instruction or CDATA at hand, up to
// the last bytes, which may be the start of its end.
func (s *Scanner) shorten(k kind) {
	head := len("<?")
	switch {
	case k == cdata:
		head = len("<![CDATA[")
	case s.buf[s.pos+1] == '!':
		head = len("<!--")
	}
	from, to := s.pos+head, len(s.buf)-2
	if from >= to {
		return
	}
	s.base += int64(to - from)
	s.buf = append(s.buf[:from], s.buf[to:]...)
}

// open notes a start tag.
func (s *Scanner) open(tag []byte, from int) error {
	depth := len(s.starts)
	if depth == 0 && s.rooted {
		return s.syntax(from, "a second root element")
	}
	limit := s.MaxDepth
	if limit == 0 {
		limit = DefaultMaxDepth
	}
	if depth >= limit {
		return ErrTooLarge
	}
	inner := tag[1 : len(tag)-1]
	name := inner[:nameEnd(inner)]
	if len(name) == 0 {
		return s.syntax(from, "a tag without a name")
	}
	s.rooted = true
	s.starts = append(s.starts, len(s.names))
	s.names = append(s.names, name...)
	if s.keep >= 0 {
		return nil
	}
	s.scopes = append(s.scopes, s.scope)
	for i, path := range s.paths {
		if s.done[i] == depth-1 && depth > 0 && depth <= len(path) && (path[depth-1] == "*" || path[depth-1] == local(string(name))) {
			s.done[i] = depth
		}
		if s.done[i] == depth && depth == len(path) {
			s.keep, s.outDepth = from, depth
			s.out = Element{Name: string(name), Path: i}
			return nil
		}
	}
	if !bytes.Contains(tag, []byte("xmlns")) {
		return nil
	}
	t, err := parseTag(tag)
	if err != nil {
		return s.syntax(from, reason(err))
	}
	for _, a := range t.Attrs {
		if a.Name == "xmlns" || len(a.Name) > 6 && a.Name[:6] == "xmlns:" {
			s.declare(a)
		}
	}
	return nil
}

// declare adds a namespace to those in force, in place of the one that it hides.
func (s *Scanner) declare(a Attr) {
	hidden := func(old Attr) bool { return old.Name == a.Name }
	s.scope = append(slices.DeleteFunc(slices.Clone(s.scope), hidden), a)
}

// match checks an end tag against the element that is open.
func (s *Scanner) match(tag []byte) error {
	name := tag[2 : len(tag)-1]
	if c := tag[len(tag)-2]; c == ' ' || c == '\n' || c == '\r' || c == '\t' {
		name = bytes.TrimRight(name, " \t\r\n")
	}
	if n := len(s.starts); n == 0 || !bytes.Equal(s.names[s.starts[n-1]:], name) {
		return s.syntax(s.pos-len(tag), "an end tag that matches no start tag")
	}
	return nil
}

// shut closes the innermost element.
func (s *Scanner) shut() {
	depth := len(s.starts) - 1
	s.names, s.starts = s.names[:s.starts[depth]], s.starts[:depth]
	if s.keep >= 0 && depth > s.outDepth {
		return
	}
	s.restore()
}

// restore takes back what held for the element that was closed, in which elements
// are looked for or which is to be handed over.
func (s *Scanner) restore() {
	depth := len(s.starts)
	s.scope, s.scopes = s.scopes[depth], s.scopes[:depth]
	for i := range s.done {
		s.done[i] = min(s.done[i], max(depth-1, 0))
	}
}

func (s *Scanner) limit() int {
	if s.MaxElement == 0 {
		return DefaultMaxElement
	}
	return s.MaxElement
}

// fill reads more, keeping what is in buf from needed on, or from the element on
// that is to be handed over.
func (s *Scanner) fill(needed int) error {
	if s.eof != nil {
		return s.eof
	}
	if s.keep >= 0 {
		needed = s.keep
	}
	if needed > 0 && len(s.buf)+scanBuffer/4 > cap(s.buf) {
		n := copy(s.buf, s.buf[needed:])
		s.buf = s.buf[:n]
		s.base += int64(needed)
		s.pos -= needed
		if s.keep >= 0 {
			s.keep = 0
		}
	}
	if len(s.buf)+scanBuffer/4 > cap(s.buf) {
		if s.keep >= 0 && len(s.buf) > s.limit() {
			return ErrTooLarge
		}
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		s.eof = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

func (s *Scanner) syntax(at int, why string) error {
	return &SyntaxError{Offset: s.base + int64(at), Reason: why}
}

func reason(err error) string {
	if e, ok := errors.AsType[*SyntaxError](err); ok {
		return e.Reason
	}
	return err.Error()
}
