package record

import "time"

// An entry is an event on its way to the file.
type entry struct {
	event Event         // its Parts are decided
	at    time.Duration // since the session began
	raw   []byte        // bytes behind Parts that may belong to a secret
	open  bool          // a hidden line is being typed: its secret has no number yet
}

// maxHeld bounds what waits to be decided, in bytes. Beyond it everything is
// decided as it stands.
const maxHeld = 64 << 10

// entryCost is what an entry counts for beside its bytes.
const entryCost = 128

// A redactor takes the secrets out of events. An event of which the end may be
// the beginning of a secret waits for what comes next in its direction, and the
// events behind it wait with it: their order is kept. It is not safe for
// concurrent use.
type redactor struct {
	secrets *Secrets
	matcher matcher
	waiting []*entry
	held    int // bytes in waiting
	emit    func(e Event, at time.Duration)
}

// add takes an event; for Output and Input, p is what was said and the Parts
// stand before it.
func (r *redactor) add(e *entry, p []byte) {
	r.matcher.use(r.secrets.texts())
	data := e.event.Kind == Output || e.event.Kind == Input
	if len(r.waiting) == 0 && !e.open && r.matcher.skip(p) == len(p) {
		if len(p) > 0 {
			e.event.Parts = append(e.event.Parts, Part{Text: p})
		}
		if !data || len(e.event.Parts) > 0 {
			r.emit(e.event, e.at)
		}
		return
	}
	e.raw = append([]byte(nil), p...)
	r.waiting = append(r.waiting, e)
	r.held += len(p) + entryCost
	if data {
		r.decide(e.event.Kind, false)
	}
	r.release()
	if r.held > maxHeld {
		r.flush()
	}
}

// flush decides everything that waits.
func (r *redactor) flush() {
	r.matcher.use(r.secrets.texts())
	r.decide(Output, true)
	r.decide(Input, true)
	for _, e := range r.waiting {
		if e.open {
			e.close(r.secrets.number(""))
		}
	}
	r.release()
}

// close gives the secret of a hidden line its number.
func (e *entry) close(number int) {
	e.event.Parts = []Part{{Secret: number}}
	e.open = false
}

// release emits the entries at the head that are decided.
func (r *redactor) release() {
	n := 0
	for _, e := range r.waiting {
		if len(e.raw) > 0 || e.open {
			break
		}
		n++
		if data := e.event.Kind == Output || e.event.Kind == Input; !data || len(e.event.Parts) > 0 {
			r.emit(e.event, e.at)
		}
	}
	if n == len(r.waiting) {
		r.waiting, r.held = nil, 0
		return
	}
	if n > 0 {
		r.waiting = append([]*entry(nil), r.waiting[n:]...)
		r.held = 0
		for _, e := range r.waiting {
			r.held += len(e.raw) + entryCost
			for _, p := range e.event.Parts {
				r.held += len(p.Text)
			}
		}
	}
}

// decide moves what can be decided of one direction from raw to Parts.
func (r *redactor) decide(kind Kind, final bool) {
	var text []byte
	for _, e := range r.waiting {
		if e.event.Kind == kind {
			text = append(text, e.raw...)
		}
	}
	plain := 0 // up to where nothing needs to be taken out
	for at := 0; ; {
		at += r.matcher.skip(text[at:])
		if at == len(text) {
			r.take(kind, text[plain:at], 0, 0)
			return
		}
		n, number, open := r.matcher.at(text[at:], final)
		switch {
		case open:
			r.take(kind, text[plain:at], 0, 0)
			return
		case n == 0:
			at++
		default:
			r.take(kind, text[plain:at], 0, 0)
			r.take(kind, nil, n, number)
			at += n
			plain = at
		}
	}
}

// take moves text from raw to Parts, or takes n bytes out as a secret. A secret
// that came in pieces stands where its first byte stood.
func (r *redactor) take(kind Kind, text []byte, n, number int) {
	for _, e := range r.waiting {
		if e.event.Kind != kind || len(e.raw) == 0 {
			continue
		}
		switch {
		case len(text) > 0:
			k := min(len(text), len(e.raw))
			e.event.Parts = append(e.event.Parts, Part{Text: e.raw[:k:k]})
			e.raw, text = e.raw[k:], text[k:]
			if len(text) > 0 {
				continue
			}
			return
		case n > 0:
			if number > 0 {
				e.event.Parts = append(e.event.Parts, Part{Secret: number})
				number = 0
			}
			k := min(n, len(e.raw))
			e.raw, n = e.raw[k:], n-k
			if n > 0 {
				continue
			}
			return
		default:
			return
		}
	}
}
