package textfsm

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Record is one row of results.
type Record struct {
	names  []string
	Values []Value // in the order of the template's Values
}

// Value is what a record has for one of the template's Values.
type Value struct {
	Text string
	List []Item // of a List, never nil then; Text is ""
}

// Item is one entry of a List.
type Item struct {
	Text string
	// None tells that the rule matched without the Value: it was in a part that
	// may be left out. The reference has None there, other than "".
	None bool
	// Groups are the nested named groups of the Value, if it has any. Text is
	// then "".
	Groups []Group
}

// Group is what a nested named group of a List matched.
type Group struct {
	Name string
	Text string
	None bool // it took no part in the match
}

// Names are the names of the values. The caller must not change it.
func (r Record) Names() []string { return r.names }

// Value is that of a name; ok is false if there is none of that name.
func (r Record) Value(name string) (v Value, ok bool) {
	i := slices.Index(r.names, name)
	if i < 0 {
		return Value{}, false
	}
	return r.Values[i], true
}

// Text is the text of a value, "" for a List or a name that is not there.
func (r Record) Text(name string) string {
	v, _ := r.Value(name)
	return v.Text
}

// MarshalJSON writes the record as the reference's ParseTextToDicts has it: an
// object of strings, and for a List an array of strings, of nulls where the Value
// took no part, or of objects if the List has nested groups.
func (r Record) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, name := range r.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, name), ':')
		b = r.Values[i].appendJSON(b)
	}
	return append(b, '}'), nil
}

// MarshalJSON writes a string or, for a List, an array.
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

func (v Value) appendJSON(b []byte) []byte {
	if v.List == nil {
		return appendJSON(b, v.Text)
	}
	b = append(b, '[')
	for i, item := range v.List {
		if i > 0 {
			b = append(b, ',')
		}
		b = item.appendJSON(b)
	}
	return append(b, ']')
}

func (i Item) appendJSON(b []byte) []byte {
	if i.Groups == nil {
		return appendNullable(b, i.Text, i.None)
	}
	b = append(b, '{')
	for n, g := range i.Groups {
		if n > 0 {
			b = append(b, ',')
		}
		b = appendNullable(append(appendJSON(b, g.Name), ':'), g.Text, g.None)
	}
	return append(b, '}')
}

func appendNullable(b []byte, s string, none bool) []byte {
	if none {
		return append(b, "null"...)
	}
	return appendJSON(b, s)
}

// appendJSON writes a string as it is, without the escapes for HTML.
func appendJSON(b []byte, s string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can't fail
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}
