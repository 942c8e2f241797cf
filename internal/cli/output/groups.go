package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vtynet/vty/internal/cli/streams"
)

// Groups collects answers and writes in the end each that was given with the hosts
// that gave it: first the one of most hosts. It keeps one copy of each. It is for
// one goroutine.
type Groups struct {
	w       io.Writer
	format  Format
	columns int // of the terminal, 0 for no limit
	style   streams.Style

	groups []*group
	index  map[groupKey]*group
	hosts  map[int]int // of each command
}

// groupKey is what the answers of a group have in common.
type groupKey struct {
	number        int
	output, cause string
}

// group is an answer and the hosts that gave it, in JSON.
type group struct {
	number  int
	places  []int    // of Hosts among all
	Command string   `json:"command"`
	Count   int      `json:"count"`
	Hosts   []string `json:"hosts"`
	Output  string   `json:"output"`
	Failed  bool     `json:"failed"`
	Cause   string   `json:"cause,omitempty"`
}

// NewGroups makes Groups, which are written as text, JSON or JSONL.
func NewGroups(w io.Writer, format Format, columns int, style streams.Style) *Groups {
	return &Groups{w: w, format: format, columns: columns, style: style, index: map[groupKey]*group{}, hosts: map[int]int{}}
}

// Answer takes an answer.
func (g *Groups) Answer(a *Answer) error {
	key := groupKey{a.Number, a.Shown(), a.Cause}
	in := g.index[key]
	if in == nil {
		in = &group{number: a.Number, Command: a.Command, Output: key.output, Failed: a.Failed, Cause: a.Cause}
		g.index[key] = in
		g.groups = append(g.groups, in)
	}
	in.Count++
	at, _ := slices.BinarySearch(in.places, a.Place)
	in.places, in.Hosts = slices.Insert(in.places, at, a.Place), slices.Insert(in.Hosts, at, a.Host)
	g.hosts[a.Number]++
	return nil
}

// Close writes the groups.
func (g *Groups) Close() error {
	slices.SortStableFunc(g.groups, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(b.Count, a.Count), cmp.Compare(a.places[0], b.places[0]))
	})
	if g.format == None {
		return nil
	}
	list := NewList(g.w, g.format == JSONL)
	for _, in := range g.groups {
		var err error
		if g.format == Text {
			_, err = io.WriteString(g.w, g.text(in))
		} else {
			err = list.Add(in)
		}
		if err != nil {
			return err
		}
	}
	if g.format == JSON {
		return list.Close()
	}
	return nil
}

func (g *Groups) text(in *group) string {
	verb := "answer"
	if in.Count == 1 {
		verb = "answers"
	}
	what := verb + ":"
	switch {
	case in.Failed && in.Output == "":
		what = "failed: " + in.Cause
	case in.Failed:
		what = verb + ", and failed: " + in.Cause
	case in.Output == "":
		what = verb + " nothing"
	}
	head := fmt.Sprintf("=== %s: %d of %d hosts %s", in.Command, in.Count, g.hosts[in.number], what)
	var b strings.Builder
	b.WriteString(g.style.Bold(head) + "\n")
	b.WriteString(wrap(in.Hosts, "--- ", g.columns))
	if in.Output != "" {
		b.WriteString(in.Output + "\n")
	}
	return b.String()
}

// wrap is words separated by commas, in lines that begin alike and have no more
// than so many columns, 0 for no limit.
func wrap(words []string, begin string, columns int) string {
	var b strings.Builder
	at := 0
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		width := len([]rune(word))
		switch {
		case i == 0:
			b.WriteString(begin + word)
			at = len(begin) + width
		case columns > 0 && at+1+width >= columns:
			b.WriteString("\n" + begin + word)
			at = len(begin) + width
		default:
			b.WriteString(" " + word)
			at += 1 + width
		}
	}
	b.WriteString("\n")
	return b.String()
}
