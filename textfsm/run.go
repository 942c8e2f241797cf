package textfsm

import (
	"io"
	"iter"
)

// Run gives the records of a text as it is read, each as soon as it is complete;
// memory does not grow with the text. Only records that a Fillup may still change
// wait for that. After an error, which is a *RunError or that of the reader, there
// are no more; the reference would discard the records before it, too.
func (t *Template) Run(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		m := newMachine(t, func(rec Record) bool { return yield(rec, nil) })
		err := readLines(r, m.feed)
		if err == nil {
			m.finish()
			err = m.failure
		}
		if err != nil && !m.records.stopped {
			yield(Record{}, err)
		}
	}
}

// RunText gives the records of a text. Their values are parts of it, not copies.
// An error is a *RunError, and then there are no records.
func (t *Template) RunText(text string) ([]Record, error) {
	var records []Record
	m := newMachine(t, func(rec Record) bool {
		records = append(records, rec)
		return true
	})
	eachLine(text, m.feed)
	m.finish()
	if m.failure != nil {
		return nil, m.failure
	}
	return records, nil
}
