package platform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

var (
	// piece is a field, or what falls away as a whole where the field in it is empty.
	piece = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\{[a-z_]+\}|\[[^\[\]{}]*\{[a-z_]+\}[^\[\]{}]*\]`)
	})
	mark = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\{[a-z_]+\}`)
	})
)

// Fill puts values in the place of the fields {name} of a text. A part in square
// brackets around one field stands without its brackets where the field has a
// value, and falls away where it is "": "commit[ comment {comment}]". A field
// that values does not hold stays as it is.
func Fill(text string, values map[string]string) string {
	var b strings.Builder
	for text != "" {
		at := piece().FindStringIndex(text)
		if at == nil {
			break
		}
		b.WriteString(text[:at[0]])
		found := text[at[0]:at[1]]
		name := fieldIn(found)
		switch v, ok := values[name]; {
		case !ok:
			b.WriteString(found)
		case found[0] == '{':
			b.WriteString(v)
		case v != "":
			b.WriteString(strings.Replace(found[1:len(found)-1], "{"+name+"}", v, 1))
		}
		text = text[at[1]:]
	}
	b.WriteString(text)
	return b.String()
}

func fieldIn(text string) string {
	m := mark().FindString(text)
	return m[1 : len(m)-1]
}

// FillSteps is Fill for what steps type and answer.
func FillSteps(steps []Step, values map[string]string) []Step {
	filled := slices.Clone(steps)
	for i := range filled {
		s := &filled[i]
		s.Send = Fill(s.Send, values)
		s.Asks = slices.Clone(s.Asks)
		for j := range s.Asks {
			s.Asks[j].Answer = Fill(s.Asks[j].Answer, values)
		}
	}
	return filled
}

// Takes reports whether steps have a place for a field, such as "comment".
func Takes(steps []Step, field string) bool {
	return slices.Contains(Fields(steps), field)
}

// Fields names the fields that steps have a place for.
func Fields(steps []Step) []string {
	var names []string
	add := func(text string) {
		for _, m := range mark().FindAllString(text, -1) {
			names = append(names, m[1:len(m)-1])
		}
	}
	for _, s := range steps {
		add(s.Send)
		for _, a := range s.Asks {
			add(a.Answer)
		}
	}
	return names
}

// configureFields are those that the steps of a Configure may hold.
var configureFields = []string{"comment", "label", "minutes", "seconds", "clock", "number"}

// fields checks that the texts of steps hold no field but these.
func (p *parser) fields(at string, steps []Step, known ...string) {
	for _, name := range Fields(steps) {
		if slices.Contains(known, name) {
			continue
		}
		there := "there are none here"
		if len(known) > 0 {
			there = fmt.Sprintf("there are {%s}", strings.Join(known, "}, {"))
		}
		p.failAt(at, "knows no {%s}; %s", name, there)
	}
}
