package textfsm

import (
	"io"
	"iter"
)

// Step is what Trace says of a rule that matched a line, of a line that no rule
// matched, or of the end of the input.
type Step struct {
	Line  int    // of the input, from 1; 0 at the end
	Text  string // of the line
	State string // the state that the template was in
	Rule  *Rule  // nil if none matched, and at the end
	// Assigned are the values that the rule set, with what.
	Assigned []Assigned
	// Record is the record that was made, nil if none. A Fillup may change it
	// later.
	Record *Record
	// Next is the state behind the step; EOF or End if the run is over.
	Next string
}

// Assigned is what a rule set a Value to.
type Assigned struct {
	Name string
	Text string
	None bool // the rule matched without it
}

// Trace runs the template and tells what it does, line by line. The error is as
// with Run.
func (t *Template) Trace(r io.Reader) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		m := newMachine(t, func(Record) bool { return true })
		m.trace = &tracer{emit: func(s Step) bool { return yield(s, nil) }}
		err := readLines(r, m.feed)
		if err == nil && !m.trace.stopped {
			m.trace.step = Step{State: m.state.name, Next: stateEOF}
			if m.ended != "" {
				m.trace.step.Next = m.ended
			}
			m.finish()
			if m.failure == nil {
				m.trace.send()
			}
			err = m.failure
		}
		if err != nil && !m.trace.stopped {
			yield(Step{}, err)
		}
	}
}

// tracer puts steps together. A nil one does nothing.
type tracer struct {
	emit    func(Step) bool
	stopped bool
	step    Step
	matched bool
}

func (t *tracer) send() {
	if !t.stopped && !t.emit(t.step) {
		t.stopped = true
	}
}

func (t *tracer) begin(m *machine, line string) {
	if t == nil {
		return
	}
	t.matched = false
	t.step = Step{Line: m.line, Text: line, State: m.state.name}
}

func (t *tracer) match(m *machine, r *rule, line string) {
	if t == nil {
		return
	}
	t.matched = true
	t.step = Step{Line: m.line, Text: line, State: m.state.name, Rule: &Rule{State: m.state.name, Line: r.line, Text: r.text}}
	for _, a := range r.assigns {
		lo, hi, ok := m.scratch.Group(a.group)
		assigned := Assigned{Name: m.template.names[a.value], None: !ok}
		if ok {
			assigned.Text = line[lo:hi]
		}
		t.step.Assigned = append(t.step.Assigned, assigned)
	}
}

func (t *tracer) record(r Record) {
	if t != nil {
		t.step.Record = &r
	}
}

// acted is the end of what a rule that matched did.
func (t *tracer) acted(m *machine, r *rule) {
	if t == nil {
		return
	}
	t.step.Next = m.state.name
	if r.target != "" && r.op != lineError {
		t.step.Next = r.target
	}
	t.send()
}

// unmatched is the end of a line's rules.
func (t *tracer) unmatched(m *machine) {
	if t == nil || t.matched {
		return
	}
	t.step.Next = m.state.name
	t.send()
}

func (t *tracer) over() bool { return t != nil && t.stopped }
