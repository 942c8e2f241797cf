package parse

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/vtynet/vty/textfsm"
)

// writer writes records in one form.
type writer interface {
	add(textfsm.Record) error
	close() error
}

func newWriter(w io.Writer, format string) writer {
	switch format {
	case "jsonl":
		return &lines{w}
	case "csv":
		return &commas{w: csv.NewWriter(w)}
	case "table":
		return &columns{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	}
	return &array{w: w}
}

// array is one JSON array with a record on each line.
type array struct {
	w       io.Writer
	started bool
}

func (a *array) add(r textfsm.Record) error {
	before := ",\n"
	if !a.started {
		before, a.started = "[\n", true
	}
	b, err := r.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.w, "%s%s", before, b)
	return err
}

func (a *array) close() error {
	end := "\n]\n"
	if !a.started {
		end = "[]\n"
	}
	_, err := io.WriteString(a.w, end)
	return err
}

// lines is an object of JSON on each line.
type lines struct{ w io.Writer }

func (l *lines) add(r textfsm.Record) error {
	b, err := r.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(l.w, "%s\n", b)
	return err
}

func (l *lines) close() error { return nil }

type commas struct {
	w       *csv.Writer
	started bool
}

func (c *commas) add(r textfsm.Record) error {
	if !c.started {
		c.started = true
		if err := c.w.Write(r.Names()); err != nil {
			return err
		}
	}
	if err := c.w.Write(cells(r)); err != nil {
		return err
	}
	c.w.Flush()
	return c.w.Error()
}

func (c *commas) close() error { return nil }

// columns is a table for people.
type columns struct {
	w       *tabwriter.Writer
	started bool
}

func (c *columns) add(r textfsm.Record) error {
	if !c.started {
		c.started = true
		if _, err := fmt.Fprintln(c.w, strings.Join(r.Names(), "\t")); err != nil {
			return err
		}
	}
	row := cells(r)
	for i := range row {
		// A tab within would begin another column.
		row[i] = strings.ReplaceAll(row[i], "\t", " ")
	}
	_, err := fmt.Fprintln(c.w, strings.Join(row, "\t"))
	return err
}

func (c *columns) close() error { return c.w.Flush() }

// cells are the values as texts; the entries of a List have commas between them.
func cells(r textfsm.Record) []string {
	row := make([]string, len(r.Values))
	for i, v := range r.Values {
		if v.List == nil {
			row[i] = v.Text
			continue
		}
		var items []string
		for _, item := range v.List {
			text := item.Text
			if item.Groups != nil {
				var groups []string
				for _, g := range item.Groups {
					groups = append(groups, g.Name+"="+g.Text)
				}
				text = strings.Join(groups, " ")
			}
			items = append(items, text)
		}
		row[i] = strings.Join(items, ", ")
	}
	return row
}
