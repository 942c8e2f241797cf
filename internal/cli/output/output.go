// Package output writes answers the way the user asked for: as text, as JSON, or
// as the bytes that came.
package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/vtynet/vty/internal/cli/streams"
)

// Format is a form of output.
type Format string

// The formats.
const (
	Text  Format = "text"  // as a person would read it
	JSON  Format = "json"  // one array
	JSONL Format = "jsonl" // one object a line
	Raw   Format = "raw"   // the device's own bytes
	None  Format = "none"  // nothing
)

// Answer is what became of one command on one host.
type Answer struct {
	Host     string
	Place    int // of the host among all, from 0
	Platform string
	Command  string
	Number   int // of the command, from 0: the same may be run twice
	Output   string
	Raw      []byte
	Failed   bool // refused, or not answered
	Err      error
	Error    string // what Err says; "" where it is nil
	Cause    string // Err in words that are the same for all hosts
	Elapsed  time.Duration
	// Transport is what the answer came by where that is not what was asked for first.
	Transport string
	// Streamed tells that Output was written line by line before.
	Streamed bool
	// Executed is how a command without a shell ended; nil for one in a shell.
	Executed *Executed
	// Parsed is what the output was parsed to, in JSON; nil if it was not.
	Parsed json.RawMessage
}

// Executed is how a command without a shell ended.
type Executed struct {
	Stderr string
	Status int    // -1 where the device did not say
	Signal string // that ended it; "" for none
}

// SetParsed sets Parsed to records, which text output then shows in place of
// Output.
func (a *Answer) SetParsed(records any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(records); err != nil {
		return err
	}
	a.Parsed = bytes.TrimSpace(b.Bytes())
	return nil
}

// object is an Answer in JSON.
type object struct {
	Host     string `json:"host"`
	Platform string `json:"platform"`
	Command  string `json:"command"`
	Output   string `json:"output"`
	Failed   bool   `json:"failed"`
	Error    string `json:"error"`
	Elapsed  int64  `json:"elapsed_ms"`

	Stderr *string `json:"stderr,omitempty"`
	Status *int    `json:"exit_status,omitempty"`
	Signal string  `json:"signal,omitempty"`

	Cause     string          `json:"cause,omitempty"`
	Transport string          `json:"transport,omitempty"`
	Parsed    json.RawMessage `json:"parsed,omitempty"`
}

func (a *Answer) object() object {
	o := object{
		Host: a.Host, Platform: a.Platform, Command: a.Command, Output: a.Output,
		Failed: a.Failed, Error: a.Error, Elapsed: a.Elapsed.Milliseconds(), Cause: a.Cause, Transport: a.Transport, Parsed: a.Parsed,
	}
	if x := a.Executed; x != nil {
		o.Stderr, o.Signal = &x.Stderr, x.Signal
		if x.Status >= 0 {
			o.Status = &x.Status
		}
	}
	return o
}

// Shown is what text output shows of an answer.
func (a *Answer) Shown() string {
	if a.Parsed != nil {
		return string(a.Parsed)
	}
	return a.Output
}

// Printer writes answers in one format. It is for one goroutine.
type Printer struct {
	w       io.Writer
	format  Format
	headers bool
	style   streams.Style
	list    *List
	named   string // host and command that a header was written for
}

// NewPrinter makes a Printer. With headers, text names host and command above
// each answer.
func NewPrinter(w io.Writer, format Format, headers bool, style streams.Style) *Printer {
	return &Printer{w: w, format: format, headers: headers, style: style, list: NewList(w, format == JSONL)}
}

// Header writes the line above an answer in text, once.
func (p *Printer) Header(host, command string) error {
	name := host + ": " + command
	if !p.headers || p.format != Text || p.named == name {
		return nil
	}
	p.named = name
	_, err := fmt.Fprintln(p.w, p.style.Bold("=== "+name))
	return err
}

// Line writes a line of a streamed answer.
func (p *Printer) Line(host, command, line string) error {
	if err := p.Header(host, command); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.w, line)
	return err
}

// Answer writes an answer.
func (p *Printer) Answer(a *Answer) error {
	switch p.format {
	case JSON, JSONL:
		return p.list.Add(a.object())
	case Raw:
		_, err := p.w.Write(a.Raw)
		return err
	case None:
		return nil
	}
	if a.Output != "" || a.Err == nil {
		if err := p.Header(a.Host, a.Command); err != nil {
			return err
		}
	}
	p.named = "" // the same command may come again
	if a.Output == "" || a.Streamed {
		return nil
	}
	_, err := fmt.Fprintln(p.w, a.Shown())
	return err
}

// Close ends the output.
func (p *Printer) Close() error {
	if p.format == JSON {
		return p.list.Close()
	}
	return nil
}

// List writes objects as they come: an array with one object a line, or, as
// lines, without the array.
type List struct {
	w     io.Writer
	lines bool
	count int
}

// NewList makes a List; lines leaves the brackets out.
func NewList(w io.Writer, lines bool) *List { return &List{w: w, lines: lines} }

// Add writes an object.
func (l *List) Add(v any) error {
	text, err := Marshal(v)
	if err != nil {
		return err
	}
	before, after := "", "\n"
	if !l.lines {
		before, after = ",\n", ""
		if l.count == 0 {
			before = "[\n"
		}
	}
	l.count++
	_, err = fmt.Fprintf(l.w, "%s%s%s", before, text, after)
	return err
}

// Close ends the array.
func (l *List) Close() error {
	end := "\n]\n"
	switch {
	case l.lines:
		return nil
	case l.count == 0:
		end = "[]\n"
	}
	_, err := io.WriteString(l.w, end)
	return err
}

// Marshal is JSON on one line in which <, > and & stay as they are: a device's
// prompts are full of them.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
