package textfsm

// queue hands records on. Those that a Fillup may still change wait in it.
type queue struct {
	emit    func(Record) bool
	stopped bool // nobody wants more

	columns []int // those of Fillup; if there are none, no record waits
	filled  []int // for each, the number of the last record that has something there; -1 at first
	waiting []Record
	sent    int // how many went out, so the number of the first that waits
}

func newQueue(t *Template, emit func(Record) bool) queue {
	q := queue{emit: emit}
	for _, v := range t.values {
		if v.fillup {
			q.columns, q.filled = append(q.columns, v.index), append(q.filled, -1)
		}
	}
	return q
}

func (q *queue) push(r Record) {
	if len(q.columns) == 0 {
		q.send(r)
		return
	}
	for i, column := range q.columns {
		if !r.Values[column].empty() {
			q.filled[i] = q.sent + len(q.waiting)
		}
	}
	q.waiting = append(q.waiting, r)
	q.release()
}

func (v *Value) empty() bool { return v.Text == "" && len(v.List) == 0 }

func (q *queue) send(r Record) {
	if !q.stopped && !q.emit(r) {
		q.stopped = true
	}
}

// fillUp fills a column of the records that wait, from the last up to the first
// that has something there. As the reference does, it puts the text even where
// the column is a List.
func (q *queue) fillUp(column int, text string) {
	for i := len(q.waiting) - 1; i >= 0; i-- {
		v := &q.waiting[i].Values[column]
		if !v.empty() {
			break
		}
		*v = Value{Text: text}
	}
	for i, c := range q.columns {
		if c == column && len(q.waiting) > 0 {
			q.filled[i] = q.sent + len(q.waiting) - 1
		}
	}
	q.release()
}

// release sends the records that no Fillup can reach: at them or below, each of
// its columns has something.
func (q *queue) release() {
	for len(q.waiting) > 0 {
		for _, f := range q.filled {
			if f < q.sent {
				return
			}
		}
		q.send(q.waiting[0])
		q.waiting[0] = Record{}
		q.waiting = q.waiting[1:]
		q.sent++
	}
}

// flush sends all that wait, at the end of the input.
func (q *queue) flush() {
	for _, r := range q.waiting {
		q.send(r)
	}
	q.waiting = nil
}
