package textfsm

import (
	"strings"

	"github.com/vtynet/vty/textfsm/internal/pyre"
)

// machine is a run of a template over lines.
type machine struct {
	template *Template
	scratch  pyre.Scratch
	state    *state
	ended    string // EOF or End once a rule went there
	line     int    // the number of the line
	cells    []cell
	records  queue
	slab     []Value // of records to come
	rows     int     // how many there were in the last slab
	trace    *tracer // nil unless somebody watches
	// failure is what ended the run; nil while it goes on.
	failure error
}

// cell is what the record that is being made has for a Value.
type cell struct {
	now  text
	kept text   // what a Filldown goes back to
	list []Item // of a List
}

// text is a string or the lack of one.
type text struct {
	string
	set bool
}

// newMachine makes a machine that hands its records to emit, until that returns
// false.
func newMachine(t *Template, emit func(Record) bool) *machine {
	return &machine{
		template: t, state: t.start, cells: make([]cell, len(t.values)),
		records: newQueue(t, emit),
	}
}

// feed takes a line and tells whether the machine wants more.
func (m *machine) feed(line string) bool {
	m.line++
	m.trace.begin(m, line)
	candidates := m.state.prefilter.candidates(line)
	for {
		i, more := candidates.next()
		if !more {
			break
		}
		if candidates.excluded(m.state.prefilter.leads[i]) {
			continue
		}
		r := m.state.rules[i]
		ok, err := r.re.Match(&m.scratch, line)
		if err != nil {
			m.fail(r, line, "", err)
			return false
		}
		if !ok {
			continue
		}
		m.trace.match(m, r, line)
		for _, a := range r.assigns {
			m.assign(m.template.values[a.value], line, a.group)
		}
		switch r.record {
		case recordRecord:
			m.append()
		case recordClear:
			m.clear()
		case recordClearall:
			m.clearAll()
		}
		m.trace.acted(m, r)
		if r.op == lineContinue {
			continue
		}
		if r.op == lineError {
			m.fail(r, line, strings.Trim(r.target, `"`), ErrState)
			return false
		}
		switch {
		case r.next != nil:
			m.state = r.next
		case r.target != "":
			m.ended = r.target
		}
		break
	}
	m.trace.unmatched(m)
	return m.ended == "" && !m.records.stopped && !m.trace.over()
}

func (m *machine) fail(r *rule, line, message string, err error) {
	m.failure = &RunError{Template: m.template.name, Rule: r.line, Line: m.line, Text: strings.Clone(line), Message: message, Err: err}
}

// finish is the end of the input.
func (m *machine) finish() {
	if m.failure != nil || m.records.stopped {
		return
	}
	if m.ended != stateEnd && !m.template.eof {
		m.append()
	}
	m.records.flush()
}

func (m *machine) assign(v *value, line string, group int) {
	lo, hi, ok := m.scratch.Group(group)
	c := &m.cells[v.index]
	c.now = text{set: ok}
	if ok {
		c.now.string = line[lo:hi]
	}
	if v.filldown {
		c.kept = c.now
	}
	if v.fillup && c.now.string != "" {
		m.records.fillUp(v.index, c.now.string)
	}
	if v.list {
		c.list = append(c.list, v.item(c.now))
	}
}

// item is what a List gets for a text that matched.
func (v *value) item(t text) Item {
	if v.nested == nil || !t.set {
		return Item{Text: t.string, None: !t.set}
	}
	// The machine's own scratch still holds the other groups of the rule.
	var m pyre.Scratch
	if ok, err := v.nested.Match(&m, t.string); err != nil || !ok {
		return Item{Text: t.string}
	}
	var item Item
	for i, name := range v.nested.Names() {
		if name == "" {
			continue
		}
		g := Group{Name: name}
		if lo, hi, ok := m.Group(i); ok {
			g.Text = t.string[lo:hi]
		} else {
			g.None = true
		}
		item.Groups = append(item.Groups, g)
	}
	return item
}

// append makes the record, if it has all that it must and is not empty.
func (m *machine) append() {
	empty := true
	for _, v := range m.template.values {
		c := &m.cells[v.index]
		missing := c.now.string == ""
		if v.list && !v.requiredFirst {
			missing = len(c.list) == 0
		}
		if v.required && missing {
			m.clear()
			return
		}
		empty = empty && (v.list && len(c.list) == 0 || !v.list && !c.now.set)
	}
	if empty {
		return
	}
	record := Record{names: m.template.names, Values: m.values()}
	for i, v := range m.template.values {
		c := &m.cells[i]
		if !v.list {
			record.Values[i].Text = c.now.string
			continue
		}
		record.Values[i].List = append(make([]Item, 0, len(c.list)), c.list...)
	}
	m.records.push(record)
	m.trace.record(record)
	m.clear()
}

// maxRows is how many records share an allocation at most.
const maxRows = 32

// values are those of a new record. The more records there were, the more get
// their room at once.
func (m *machine) values() []Value {
	n := len(m.cells)
	if len(m.slab) == 0 {
		m.rows = min(max(2*m.rows, 1), maxRows)
		m.slab = make([]Value, m.rows*n)
	}
	values := m.slab[:n:n]
	m.slab = m.slab[n:]
	return values
}

// clear empties all but what is filled down.
func (m *machine) clear() {
	for _, v := range m.template.values {
		c := &m.cells[v.index]
		c.now = c.kept
		if !v.filldown {
			c.list = c.list[:0]
		}
	}
}

func (m *machine) clearAll() {
	for i := range m.cells {
		c := &m.cells[i]
		c.now, c.kept, c.list = text{}, text{}, c.list[:0]
	}
}
