package platform

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parser collects the problems of one file, and the lines of its fields so that
// the checks that come after reading can name them.
type parser struct {
	problems []*Problem
	lines    map[string]int // field, as in Problem, to line
}

// A field reads one node; at is the field's name as in Problem.
type field func(n *yaml.Node, at string)

type fields map[string]field

func (p *parser) fail(line int, at, format string, args ...any) {
	p.failWith(line, at, fmt.Errorf(format, args...))
}

func (p *parser) failWith(line int, at string, err error) {
	p.problems = append(p.problems, &Problem{Line: line, Field: at, Err: err})
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// value finds the node of a key, nil where there is none.
func value(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// mapping reads a mapping whose keys are those of known. Aliases are refused by
// the way nodes are told by kind: the format has no use for them, and without
// them a short text cannot unfold into a huge one.
func (p *parser) mapping(n *yaml.Node, at string, required []string, known fields) {
	if n.Kind != yaml.MappingNode {
		p.fail(n.Line, at, "must be a mapping with some of the keys %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		where := join(at, key.Value)
		read, ok := known[key.Value]
		switch first, dup := seen[key.Value]; {
		case dup:
			p.fail(key.Line, where, "is given twice, first on line %d", first)
		case !ok:
			p.fail(key.Line, where, "is no field here%s", suggest(key.Value, slices.Sorted(maps.Keys(known))))
		default:
			seen[key.Value] = key.Line
			p.lines[where] = val.Line
			read(val, where)
		}
	}
	for _, key := range required {
		if seen[key] == 0 {
			p.fail(n.Line, join(at, key), "is missing")
		}
	}
}

func suggest(name string, known []string) string {
	if near := nearest(name, known); len(near) > 0 {
		return fmt.Sprintf("; did you mean %q?", near[0])
	}
	return "; there are " + strings.Join(known, ", ")
}

// list reads a sequence of items, each with read.
func list[T any](p *parser, to *[]T, read func(n *yaml.Node, at string, item *T)) field {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.SequenceNode {
			p.fail(n.Line, at, "must be a list")
			return
		}
		for i, child := range n.Content {
			where := fmt.Sprintf("%s[%d]", at, i)
			p.lines[where] = child.Line
			var item T
			read(child, where, &item)
			*to = append(*to, item)
		}
	}
}

func (p *parser) texts(to *[]string) field {
	return list(p, to, func(n *yaml.Node, at string, item *string) { p.text(item)(n, at) })
}

// text reads a scalar as the text it is written as: "answer: 1" needs no quotes.
func (p *parser) text(to *string) field {
	return func(n *yaml.Node, at string) {
		switch {
		case n.Kind != yaml.ScalarNode:
			p.fail(n.Line, at, "must be a text")
		case n.Tag == "!!null":
			p.fail(n.Line, at, `is left open; write "" for an empty text`)
		default:
			*to = n.Value
		}
	}
}

func (p *parser) flag(to *bool) field {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.ScalarNode || n.Value != "true" && n.Value != "false" {
			p.fail(n.Line, at, "must be true or false")
			return
		}
		*to = n.Value == "true"
	}
}

func (p *parser) number(to *int) field {
	return func(n *yaml.Node, at string) {
		v, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || v < 1 {
			p.fail(n.Line, at, "must be a number, 1 or more")
			return
		}
		*to = v
	}
}

// textOrTexts reads a text or a list of texts.
func (p *parser) textOrTexts(to *[]string) field {
	return func(n *yaml.Node, at string) {
		if n.Kind == yaml.ScalarNode {
			var one string
			p.text(&one)(n, at)
			*to = []string{one}
			return
		}
		p.texts(to)(n, at)
	}
}

func (p *parser) patterns(to *[]*regexp.Regexp) field {
	return list(p, to, func(n *yaml.Node, at string, item **regexp.Regexp) { p.pattern(item)(n, at) })
}

func oneOf[T ~string](p *parser, to *T, values ...T) field {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.ScalarNode || !slices.Contains(values, T(n.Value)) {
			p.fail(n.Line, at, "must be one of %v", values)
			return
		}
		*to = T(n.Value)
	}
}

func (p *parser) pattern(to **regexp.Regexp) field {
	return func(n *yaml.Node, at string) {
		var text string
		before := len(p.problems)
		p.text(&text)(n, at)
		if len(p.problems) > before {
			return
		}
		if text == "" {
			p.failWith(n.Line, at, errors.New("an empty pattern would match every line"))
			return
		}
		re, err := regexp.Compile(text)
		if err != nil {
			p.problems = append(p.problems, &Problem{Line: n.Line, Column: column(n, err), Field: at, Err: err})
			return
		}
		*to = re
	}
}

// column finds where in its line a pattern is wrong: at the part of it that the
// error names, where the text stands in the file as it is.
func column(n *yaml.Node, err error) int {
	var wrong *syntax.Error
	if !errors.As(err, &wrong) || n.Column == 0 || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Column
	}
	at := strings.Index(n.Value, wrong.Expr)
	if at < 0 || wrong.Expr == n.Value {
		return n.Column
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		at++
	}
	return n.Column + at
}

// patternOr reads a pattern that stands alone, or under key beside others.
func (p *parser) patternOr(n *yaml.Node, at string, to **regexp.Regexp, key string, others fields) {
	if n.Kind == yaml.ScalarNode {
		p.pattern(to)(n, at)
		return
	}
	others[key] = p.pattern(to)
	p.mapping(n, at, []string{key}, others)
}
