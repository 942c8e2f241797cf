package sim

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// text is what a device prints: lines with placeholders such as {host}, and
// lines repeated by rule. In YAML it is a string, or a list of strings and of
//
//   - repeat: 5000      # or a placeholder that holds a number, or "forever"
//     line: "line {n} of {count} on {host}"
//
// A name in braces that no one knows stands for itself.
type text struct {
	parts []part
}

// part is one line, or a rule for many.
type part struct {
	line   template
	repeat template // empty: the line once
}

// template is literal text and the names of placeholders, in turn: even indexes
// are literal.
type template []string

var placeholder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
})

func compile(s string) template {
	var t template
	at := 0
	for _, m := range placeholder().FindAllStringSubmatchIndex(s, -1) {
		t = append(t, s[at:m[0]], s[m[2]:m[3]])
		at = m[1]
	}
	return append(t, s[at:])
}

// values gives the text of a placeholder; false where it knows no such name.
type values func(name string) (string, bool)

func (t template) append(b []byte, v values) []byte {
	for i, s := range t {
		if i%2 == 0 {
			b = append(b, s...)
		} else if text, ok := v(s); ok {
			b = append(b, text...)
		} else {
			b = append(append(append(b, '{'), s...), '}')
		}
	}
	return b
}

// bind replaces all placeholders but {n}.
func (t template) bind(v values) template {
	out := template{""}
	for i, s := range t {
		switch {
		case i%2 == 1 && s == "n":
			out = append(out, s, "")
			continue
		case i%2 == 1:
			s = template{"", s, ""}.expand(v)
		}
		out[len(out)-1] += s
	}
	return out
}

// number appends a bound template with its {n}.
func (t template) number(b []byte, n int) []byte {
	for i, s := range t {
		if i%2 == 0 {
			b = append(b, s...)
		} else {
			b = strconv.AppendInt(b, int64(n), 10)
		}
	}
	return b
}

func (t template) expand(v values) string { return string(t.append(nil, v)) }

// expand replaces the placeholders in s.
func expand(s string, v values) string {
	if !strings.Contains(s, "{") {
		return s
	}
	return compile(s).expand(v)
}

// lines makes a text of s, whose last line need not end in a newline.
func lines(s string) text {
	var t text
	if s == "" {
		return t
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		t.parts = append(t.parts, part{line: compile(line)})
	}
	return t
}

// UnmarshalYAML reads the two forms of a text.
func (t *text) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*t = lines(n.Value)
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return fmt.Errorf("line %d: a text is a string or a list", n.Line)
	}
	*t = text{}
	for _, item := range n.Content {
		if item.Kind == yaml.ScalarNode {
			t.parts = append(t.parts, lines(item.Value).parts...)
			continue
		}
		var rule struct{ Repeat, Line string }
		if err := item.Decode(&rule); err != nil {
			return err
		}
		if rule.Repeat == "" {
			return fmt.Errorf("line %d: repeat is missing", item.Line)
		}
		t.parts = append(t.parts, part{compile(rule.Line), compile(rule.Repeat)})
	}
	return nil
}

// endless reports whether the text never ends by itself.
func (t text) endless() bool {
	n := len(t.parts)
	return n > 0 && len(t.parts[n-1].repeat) == 1 && t.parts[n-1].repeat[0] == forever
}

const forever = "forever"

// cursor gives a text line by line, so that a long one needs no memory.
type cursor struct {
	parts  []part
	values values
	keep   func([]byte) bool // nil, or which lines are shown
	paged  bool              // see pager.Only
	count  int               // lines of the repeated part; -1: without end
	n      int               // which of them is next, from 1; 0: not begun
	line   template          // of the repeated part, all but its numbers filled in
	block  []string          // what is left of a placeholder with many lines
	buf    []byte
}

var errNotANumber = errors.New("not a number")

// next gives one line, good until the next call.
func (c *cursor) next() ([]byte, bool) {
	for {
		line, ok := c.any()
		if !ok || c.keep == nil || c.keep(line) {
			return line, ok
		}
	}
}

func (c *cursor) any() ([]byte, bool) {
	for {
		if len(c.block) > 0 {
			c.buf = append(c.buf[:0], c.block[0]...)
			c.block = c.block[1:]
			return c.buf, true
		}
		if len(c.parts) == 0 {
			return nil, false
		}
		p := c.parts[0]
		switch {
		case p.repeat == nil:
			c.parts = c.parts[1:]
			if len(p.line) == 3 && p.line[0] == "" && p.line[2] == "" {
				if text, ok := c.values(p.line[1]); ok {
					if text != "" {
						c.block = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
					}
					continue
				}
			}
			c.buf = p.line.append(c.buf[:0], c.values)
			return c.buf, true
		case c.n == 0:
			c.n = 1
			c.count, _ = times(p.repeat.expand(c.values))
			c.line = p.line.bind(c.fixed)
		case c.count >= 0 && c.n > c.count:
			c.parts, c.n = c.parts[1:], 0
		default:
			c.buf = c.line.number(c.buf[:0], c.n)
			c.n++
			return c.buf, true
		}
	}
}

// fixed gives the placeholders that are the same on every line of a rule.
func (c *cursor) fixed(name string) (string, bool) {
	if name == "count" {
		return strconv.Itoa(c.count), true
	}
	return c.values(name)
}

// most is how many lines one rule makes at most: a number that a user typed must
// not keep the device busy for ever.
const most = 1_000_000

// times reads a repeat; what is no number stands for none.
func times(s string) (int, error) {
	if s == forever {
		return -1, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, errNotANumber
	}
	return min(n, most), nil
}

// total counts the lines that are left, without moving c.
func (c *cursor) total() int {
	ahead := *c
	ahead.buf = nil
	n := 0
	for {
		if _, ok := ahead.next(); !ok {
			return n
		}
		n++
	}
}
