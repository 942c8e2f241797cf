package parse

import (
	"fmt"
	"io"
	"strings"

	"github.com/vtynet/vty/textfsm"
)

// debug shows what templates make of each line.
func debug(w io.Writer, templates []*textfsm.Template, in io.Reader) error {
	text := in
	if len(templates) > 1 {
		all, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		for _, t := range templates {
			if _, err := fmt.Fprintf(w, "=== %s\n", t.Name()); err != nil {
				return err
			}
			if err := debugOne(w, t, strings.NewReader(string(all))); err != nil {
				return err
			}
		}
		return nil
	}
	return debugOne(w, templates[0], text)
}

func debugOne(w io.Writer, t *textfsm.Template, in io.Reader) error {
	shown := 0
	for step, err := range t.Trace(in) {
		if err != nil {
			return err
		}
		var b strings.Builder
		if step.Line == 0 {
			fmt.Fprintf(&b, "end of input in state %s\n", step.State)
		} else if step.Line != shown {
			fmt.Fprintf(&b, "%d: %q\n", step.Line, step.Text)
			shown = step.Line
		}
		switch {
		case step.Rule != nil:
			fmt.Fprintf(&b, "    %s, rule at line %d: %s\n", step.State, step.Rule.Line, step.Rule.Text)
		case step.Line > 0:
			fmt.Fprintf(&b, "    %s: no rule matches\n", step.State)
		}
		for _, a := range step.Assigned {
			if a.None {
				fmt.Fprintf(&b, "        %s has no part in it\n", a.Name)
			} else {
				fmt.Fprintf(&b, "        %s = %q\n", a.Name, a.Text)
			}
		}
		if step.Record != nil {
			record, err := step.Record.MarshalJSON()
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "        record %s\n", record)
		}
		if step.Next != step.State {
			fmt.Fprintf(&b, "        goes to %s\n", step.Next)
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}
