package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
)

// result is what became of the lines on one host, and its form in JSON.
type result struct {
	Host      string `json:"host"`
	Platform  string `json:"platform"`
	Lines     []line `json:"lines"`
	Candidate bool   `json:"candidate"`
	Committed bool   `json:"committed"`
	Aborted   bool   `json:"aborted"`
	LetGo     bool   `json:"let_go,omitempty"`
	Commit    string `json:"commit"` // what the device said to the commit
	Saved     bool   `json:"saved"`
	Error     string `json:"error"`
	Cause     string `json:"cause,omitempty"`
	Diff      string `json:"diff,omitempty"`      // what the candidate changes, as the device shows it
	Check     string `json:"check,omitempty"`     // what the device said to the check
	Timed     bool   `json:"timed,omitempty"`     // the commit is taken back unless it is confirmed
	Confirmed bool   `json:"confirmed,omitempty"` // and it was

	err error
	dry bool // nothing was to be committed
}

// line is what became of one line.
type line struct {
	Number  int    `json:"number"`
	Text    string `json:"text"`
	State   state  `json:"state"`
	Answer  string `json:"answer"`
	Elapsed int64  `json:"elapsed_ms"`
}

// state is what became of a line.
type state string

const (
	accepted state = "accepted"
	refused  state = "refused"
	unsent   state = "not sent"
)

// newResult puts together what is known; rep is nil where the host was not
// reached.
func newResult(t *target.Target, rep *vty.Report, lines []numbered, err error) *result {
	r := &result{Host: t.Label, Platform: t.Platform(), Lines: []line{}, Cause: report.Cause(err), err: err}
	var sent []vty.Line
	if rep != nil {
		sent = slices.Concat(rep.Lines, rep.Beyond)
		r.Candidate, r.Committed, r.Aborted, r.LetGo = rep.Candidate, rep.Committed, rep.Aborted, rep.LetGo
		r.Commit, r.Saved = rep.Commit, rep.Saved
		r.Diff, r.Check, r.Timed = rep.Diff, rep.Check, rep.Timed
	}
	for i, l := range lines {
		out := line{Number: l.number, Text: l.text, State: unsent}
		if i < len(sent) {
			out.State, out.Answer, out.Elapsed = accepted, sent[i].Answer, sent[i].Elapsed.Milliseconds()
			if !sent[i].Accepted {
				out.State = refused
			}
		}
		r.Lines = append(r.Lines, out)
	}
	if err != nil {
		r.Error = report.Text(t.Host.Name, renumber(err, lines))
	}
	return r
}

// renumber gives an error the number that the line has for the user.
func renumber(err error, lines []numbered) error {
	refusal, ok := errors.AsType[*vty.ConfigureError](err)
	if !ok || refusal.Line < 1 || refusal.Line > len(lines) {
		return err
	}
	own := *refusal
	own.Line = lines[refusal.Line-1].number
	return &own
}

// printer writes results.
type printer struct {
	w       io.Writer
	format  output.Format
	headers bool
	style   streams.Style
	list    *output.List
}

func newPrinter(w io.Writer, format output.Format, headers bool, style streams.Style) *printer {
	return &printer{w: w, format: format, headers: headers, style: style, list: output.NewList(w, format == output.JSONL)}
}

func (p *printer) print(r *result) error {
	if p.format != output.Text {
		return p.list.Add(r)
	}
	var b strings.Builder
	if p.headers {
		b.WriteString(p.style.Bold("=== "+r.Host) + "\n")
	}
	if !r.dry || r.err != nil {
		b.WriteString(r.lines())
	}
	for _, said := range []string{r.Diff, r.Check} {
		if said = strings.Trim(said, "\n"); said != "" {
			b.WriteString(said + "\n")
		}
	}
	b.WriteString(r.summary() + "\n")
	_, err := io.WriteString(p.w, b.String())
	return err
}

// lines says what became of each line.
func (r *result) lines() string {
	if len(r.Lines) == 0 {
		return ""
	}
	var b strings.Builder
	width := len(fmt.Sprint(r.Lines[len(r.Lines)-1].Number))
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%*d  %-8s  %s\n", width, l.Number, l.State, indent(l.Text, width+12))
		if answer := strings.Trim(l.Answer, "\n"); answer != "" {
			fmt.Fprintf(&b, "%*s%s\n", width+12, "", indent(answer, width+12))
		}
	}
	return b.String()
}

// summary says what is in effect now.
func (r *result) summary() string {
	n := 0
	for _, l := range r.Lines {
		if l.State == accepted {
			n++
		}
	}
	text := fmt.Sprintf("%d of %d lines accepted", n, len(r.Lines))
	switch {
	case len(r.Lines) == 0:
		return "no lines for this host"
	case r.dry && r.Aborted && r.err == nil && strings.TrimSpace(r.Diff) == "":
		text += ": no difference"
	case r.dry && r.Aborted && r.err == nil:
		text += ": the difference is shown, and nothing was changed"
	case r.Confirmed:
		text += ", committed and confirmed"
	case r.Timed:
		text += ", committed and not confirmed: the device takes it back"
	case r.Committed:
		text += ", committed"
	case r.Aborted:
		text += ", candidate thrown away: nothing was changed"
	case r.Candidate && n == len(r.Lines) && r.Error != "":
		text += "; whether they were committed is not known"
	case r.Candidate:
		text += ", nothing committed"
	case r.LetGo:
		text += "; what they had begun and not finished was thrown away"
	case n > 0:
		text += " and in effect"
	}
	if r.Saved {
		text += ", saved"
	}
	return text
}

func indent(text string, by int) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", by))
}

func (p *printer) close() error {
	if p.format == output.JSON {
		return p.list.Close()
	}
	return nil
}
