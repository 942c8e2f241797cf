package record

import (
	"bytes"
	"fmt"
)

// DivergenceError says that a replay was told something other than what was
// typed when the session was recorded. Secrets that are known are masked.
type DivergenceError struct {
	File string
	Line int    // of the event in the file, from 1; 0 where it has none
	Want string // what the recording holds, escaped; "" at its end
	Got  string // what was typed, escaped; "" for nothing
}

func (e *DivergenceError) Error() string {
	place := e.File
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	switch {
	case e.Want == "":
		return fmt.Sprintf("%s: got %s typed, but nothing more was typed in the recording", place, e.Got)
	case e.Got == "":
		return fmt.Sprintf("%s: wanted %s typed, got nothing", place, e.Want)
	}
	return fmt.Sprintf("%s: wanted %s typed, got %s", place, e.Want, e.Got)
}

// A key is one thing that has to be typed: a byte, a secret of any length, or
// the end of all input.
type key struct {
	b      byte
	secret int
	end    bool
	event  int // which holds it
}

// endsLine reports whether a secret ends before the key.
func (k key) endsLine() bool {
	return k.end || k.secret == 0 && endOfHidden([]byte{k.b}) == 0
}

// keysOf returns everything that was typed.
func keysOf(events []Event) (keys []key) {
	for i, e := range events {
		switch e.Kind {
		case HalfClosed:
			keys = append(keys, key{end: true, event: i})
		case Input:
			for _, p := range e.Parts {
				if p.Secret > 0 {
					keys = append(keys, key{secret: p.Secret, event: i})
				}
				for _, b := range p.Text {
					keys = append(keys, key{b: b, event: i})
				}
			}
		}
	}
	return keys
}

// A script compares what is typed with what was typed.
type script struct {
	keys  []key
	done  int // of keys
	line  int // where in keys the line under way began
	typed []byte
	// The line under way holds a secret, which may be anything: secret is where,
	// and blank is what was typed since. It is compared once it has ended.
	secret int
	blank  []byte
	within bool
	rest   bool // the recording ends within a secret: anything may follow
	bound  map[int]string
}

// maxLineTyped bounds a line that is typed where a secret was.
const maxLineTyped = 64 << 10

// press takes one key and reports whether it is what was recorded.
func (s *script) press(b byte) bool {
	switch {
	case s.rest:
		return true
	case s.within:
	case s.done == len(s.keys):
		s.typed = append(s.typed, b)
		return false
	case s.keys[s.done].secret > 0:
		s.within, s.secret, s.blank = true, s.done, nil
		if s.lineEnd() == len(s.keys) {
			s.rest, s.done = true, len(s.keys)
			return true
		}
	}
	s.typed = append(s.typed, b)
	k := key{b: b}
	if s.within {
		s.blank = append(s.blank, b)
		if len(s.blank) > maxLineTyped {
			return false
		}
		return !k.endsLine() || s.endSecret(s.lineEnd()+1)
	}
	if want := s.keys[s.done]; want.end || want.b != b {
		return false
	}
	s.advance(s.done + 1)
	return true
}

// halfClose takes the end of all input.
func (s *script) halfClose() bool {
	switch {
	case s.rest:
		return true
	case s.within:
		end := s.lineEnd()
		return end < len(s.keys) && s.keys[end].end && s.endSecret(end) && s.halfClose()
	case s.done == len(s.keys) || !s.keys[s.done].end:
		return false
	}
	s.advance(s.done + 1)
	return true
}

// lineEnd returns where in keys the line under way ends.
func (s *script) lineEnd() int {
	for i := s.done; i < len(s.keys); i++ {
		if s.keys[i].endsLine() {
			return i
		}
	}
	return len(s.keys)
}

// endSecret compares a line that holds a secret with the keys up to end.
func (s *script) endSecret(end int) bool {
	bound, ok := fit(s.keys[s.secret:min(end, len(s.keys))], s.blank)
	if !ok {
		return false
	}
	for number, text := range bound {
		s.bound[number] = text
	}
	s.within = false
	s.advance(end)
	return true
}

func (s *script) advance(to int) {
	s.done = to
	if s.keys[to-1].endsLine() {
		s.line, s.typed = to, s.typed[:0]
	}
}

// fit compares text with a line that begins with a secret and may hold more. It
// returns what stood where the secrets were, the shortest that fits.
func fit(line []key, text []byte) (bound map[int]string, ok bool) {
	bound = map[int]string{}
	for len(line) > 0 {
		number := line[0].secret
		var between []byte
		i := 1
		for ; i < len(line) && line[i].secret == 0; i++ {
			if line[i].end {
				return nil, false
			}
			between = append(between, line[i].b)
		}
		at := bytes.Index(text, between)
		if i == len(line) { // the last secret: what follows it is the end
			at = len(text) - len(between)
			if !bytes.HasSuffix(text, between) {
				return nil, false
			}
		}
		if at < 0 {
			return nil, false
		}
		bound[number] = string(text[:at])
		text, line = text[at+len(between):], line[i:]
	}
	return bound, len(text) == 0
}

// maxShown is how much of a line a divergence shows.
const maxShown = 200

// diverged says where the script stands and what it wants. next is what was
// typed and not yet taken.
func (s *script) diverged(rec *Recording, next []byte, mask func(string) string) *DivergenceError {
	e := &DivergenceError{File: rec.File, Got: shown(mask(string(s.typed) + string(next)))}
	if e.File == "" {
		e.File = "recording"
	}
	at := s.done
	if at == len(s.keys) {
		if n := len(rec.Events); n > 0 {
			e.Line = rec.Events[n-1].Line
		}
		if s.line == at {
			return e
		}
		at-- // the recording ends within a line
	}
	e.Line = rec.Events[s.keys[at].event].Line
	var want []Part
	for _, k := range s.keys[s.line:min(s.lineEnd()+1, len(s.keys))] {
		switch {
		case k.end:
			want = append(want, Part{Text: []byte("(end of input)")})
		case k.secret > 0:
			want = append(want, Part{Secret: k.secret})
		default:
			want = append(want, Part{Text: []byte{k.b}})
		}
	}
	e.Want = quoted(want)
	return e
}

func shown(text string) string {
	if text == "" {
		return ""
	}
	return quoted([]Part{{Text: []byte(text)}})
}

// quoted shows parts as a recording would, within quotation marks.
func quoted(parts []Part) string {
	var joined []Part
	for _, p := range parts {
		if n := len(joined) - 1; n >= 0 && p.Secret == 0 && joined[n].Secret == 0 {
			joined[n].Text = append(joined[n].Text, p.Text...)
		} else {
			joined = append(joined, Part{Text: append([]byte(nil), p.Text...), Secret: p.Secret})
		}
	}
	text := []byte{'"'}
	for _, p := range joined {
		if p.Secret > 0 {
			text = appendParts(text, []Part{p})
		} else {
			text = appendQuoted(text, p.Text)
		}
		if len(text) > maxShown {
			return string(text[:maxShown]) + `..."`
		}
	}
	return string(append(text, '"'))
}
