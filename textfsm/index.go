package textfsm

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vtynet/vty/textfsm/internal/pyre"
)

// Index says which templates are for which platforms and commands, as the
// reference's CliTable reads it: comma-separated columns, each a pattern but the
// one of the templates.
type Index struct {
	// Columns are the names in the heading, such as Template, Hostname,
	// Platform and Command.
	Columns []string
	// Dropped are the numbers of the lines that have another number of columns
	// than the heading, which the reference passes over in silence. A comma in
	// a pattern does that.
	Dropped []int

	rows []indexRow
}

type indexRow struct {
	line      int
	templates []string
	patterns  []*pyre.Regexp // by column; nil where anything will do
}

// ParseIndex reads an index. Name is what errors call it. The error is a
// *TemplateError, or that of the reader.
func ParseIndex(name string, r io.Reader) (*Index, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	x := &Index{}
	for i, line := range templateLines(string(text)) {
		wrong := func(reason string, err error) error {
			return &TemplateError{Template: name, Line: i + 1, Text: line, Reason: reason, Err: err}
		}
		if x.Columns == nil {
			heading, _, _ := strings.Cut(line, "#")
			if heading = strings.TrimFunc(heading, isSpace); heading == "" {
				continue
			}
			for c := range strings.SplitSeq(heading, ",") {
				if c = strings.TrimFunc(c, isSpace); slices.Contains(x.Columns, c) {
					return nil, wrong(fmt.Sprintf("column %q is there twice", c), nil)
				}
				x.Columns = append(x.Columns, strings.TrimFunc(c, isSpace))
			}
			if !slices.Contains(x.Columns, "Template") {
				return nil, wrong("there is no column Template", nil)
			}
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, ",")
		if len(fields) != len(x.Columns) {
			if strings.TrimFunc(line, isSpace) != "" {
				x.Dropped = append(x.Dropped, i+1)
			}
			continue
		}
		row, err := x.row(fields)
		if err != nil {
			return nil, wrong("invalid pattern", err)
		}
		row.line = i + 1
		x.rows = append(x.rows, row)
	}
	if x.Columns == nil {
		return nil, &TemplateError{Template: name, Reason: "there is no heading"}
	}
	return x, nil
}

func (x *Index) row(fields []string) (indexRow, error) {
	row := indexRow{patterns: make([]*pyre.Regexp, len(fields))}
	for i, f := range fields {
		f = strings.TrimFunc(f, isSpace)
		switch {
		case x.Columns[i] == "Template":
			row.templates = strings.Split(f, ":")
			continue
		case f == "":
			continue
		case x.Columns[i] == "Command":
			f = complete(f)
		}
		var err error
		if row.patterns[i], err = pyre.Compile(f); err != nil {
			return row, err
		}
	}
	return row, nil
}

// complete writes sh[[ow]] as sh(o(w)?)?.
func complete(pattern string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(pattern, "[[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		// There is at least one character between the brackets.
		end := -1
		if len(rest) > 1 {
			end = strings.Index(rest[1:], "]]") + 1
		}
		if end < 1 {
			b.WriteString("[[" + rest)
			return b.String()
		}
		n := 0
		for _, r := range rest[:end] {
			b.WriteString("(" + string(r))
			n++
		}
		b.WriteString(strings.Repeat(")?", n))
		pattern = rest[end+2:]
	}
}

// Find gives the templates of the first row that matches all attributes, such as
// Platform and Command. As in the reference, patterns match from the start and
// need not match all, and attributes that are no column say nothing.
func (x *Index) Find(attributes map[string]string) (templates []string, ok bool) {
	var m pyre.Scratch
rows:
	for _, row := range x.rows {
		for i, re := range row.patterns {
			value, asked := attributes[x.Columns[i]]
			if re == nil || !asked {
				continue
			}
			if ok, err := re.Match(&m, value); err != nil || !ok {
				continue rows
			}
		}
		return row.templates, true
	}
	return nil, false
}
