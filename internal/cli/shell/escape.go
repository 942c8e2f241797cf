package shell

import "io"

// escaping is a keyboard whose ~. at the beginning of a line ends it, and whose ~B
// there is the Break key, as users of ssh know them, and whose ~h shows what was
// entered before.
type escaping struct {
	in     io.Reader
	left   func() // called once at ~.
	breaks func() // called at each ~B
	shows  func() // called at each ~h

	buf     [1024]byte
	pending []byte // typed, and not yet read
	err     error  // of in, or io.EOF after ~.
	midLine bool   // the next byte does not begin a line
	tilde   bool   // a ~ that began a line is held back
}

// Read gives what is typed, without the escapes.
func (e *escaping) Read(p []byte) (int, error) {
	for len(e.pending) == 0 && e.err == nil {
		var n int
		n, e.err = e.in.Read(e.buf[:])
		e.take(e.buf[:n])
	}
	if len(e.pending) == 0 {
		return 0, e.err
	}
	n := copy(p, e.pending)
	e.pending = e.pending[n:]
	return n, nil
}

// take works the escapes into what is typed.
func (e *escaping) take(keys []byte) {
	for _, key := range keys {
		switch {
		case e.tilde && key == '.':
			e.err = io.EOF
			e.left()
			return
		case e.tilde && key == 'B':
			e.tilde, e.midLine = false, false
			e.breaks()
			continue
		case e.tilde && key == 'h' && e.shows != nil:
			e.tilde, e.midLine = false, false
			e.shows()
			continue
		case e.tilde:
			e.tilde = false
			e.pending = append(e.pending, '~')
			if key == '~' {
				continue
			}
		case !e.midLine && key == '~':
			e.tilde, e.midLine = true, true
			continue
		}
		e.pending = append(e.pending, key)
		e.midLine = key != '\r' && key != '\n'
	}
}
