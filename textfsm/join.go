package textfsm

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Join gives the records of a text by one or more templates, as the reference's
// CliTable does: the columns of further templates are added to the rows of the
// first, to those whose Keys are equal, or in order if there are no Keys. See
// Library.Parse for their shape. The error is a *RunError, or says that a
// template lacks the Keys.
func Join(templates []*Template, text string) ([]Record, error) {
	var joined *table
	var keys []string
	for _, t := range templates {
		records, err := t.RunText(text)
		if err != nil {
			return nil, err
		}
		if len(keys) == 0 {
			keys = t.keys()
		}
		next := newTable(t, records)
		if joined == nil {
			joined = next
		} else if err := joined.extend(next, keys, t.name); err != nil {
			return nil, err
		}
	}
	if joined == nil {
		return nil, nil
	}
	return joined.records(), nil
}

func (t *Template) keys() []string {
	var keys []string
	for _, v := range t.values {
		if v.has(Key) {
			keys = append(keys, v.name)
		}
	}
	return keys
}

// table is what the reference makes of records: all entries are strings.
type table struct {
	columns []string
	rows    [][]Value
}

func newTable(t *Template, records []Record) *table {
	b := &table{columns: slices.Clone(t.names)}
	for _, r := range records {
		for i := range r.Values {
			for j, item := range r.Values[i].List {
				r.Values[i].List[j] = Item{Text: item.python()}
			}
		}
		b.rows = append(b.rows, r.Values)
	}
	return b
}

func (b *table) extend(next *table, keys []string, name string) error {
	var added []int
	for i, c := range next.columns {
		if !slices.Contains(b.columns, c) {
			added = append(added, i)
		}
	}
	var ours, others []int
	for _, k := range keys {
		i, j := slices.Index(b.columns, k), slices.Index(next.columns, k)
		if i < 0 || j < 0 {
			return fmt.Errorf("template %s can't be joined to the one before it: not both have the Key %s", name, k)
		}
		ours, others = append(ours, i), append(others, j)
	}
	for n, row := range b.rows {
		var from []Value
		if len(keys) == 0 && n < len(next.rows) {
			from = next.rows[n]
		}
		for _, other := range next.rows {
			if len(keys) == 0 || from != nil {
				break
			}
			if sameKeys(row, ours, other, others) {
				from = other
			}
		}
		for _, i := range added {
			var v Value
			if from != nil {
				v = from[i]
			}
			b.rows[n] = append(b.rows[n], v)
		}
	}
	for _, i := range added {
		b.columns = append(b.columns, next.columns[i])
	}
	return nil
}

func sameKeys(a []Value, as []int, b []Value, bs []int) bool {
	for i := range as {
		x, y := a[as[i]], b[bs[i]]
		if x.Text != y.Text || (x.List == nil) != (y.List == nil) ||
			!slices.EqualFunc(x.List, y.List, func(p, q Item) bool { return p.Text == q.Text }) {
			return false
		}
	}
	return true
}

func (b *table) records() []Record {
	names := make([]string, len(b.columns))
	for i, c := range b.columns {
		names[i] = strings.ToLower(c)
	}
	records := make([]Record, len(b.rows))
	for i, row := range b.rows {
		records[i] = Record{names: names, Values: row}
	}
	return records
}

// python is the item as Python's str writes it.
func (i Item) python() string {
	if i.Groups == nil {
		if i.None {
			return "None"
		}
		return i.Text
	}
	var parts []string
	for _, g := range i.Groups {
		text := "None"
		if !g.None {
			text = quoted(g.Text)
		}
		parts = append(parts, quoted(g.Name)+": "+text)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// quoted is s as Python's repr writes it.
func quoted(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\n':
			b.WriteString(`\n`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}
