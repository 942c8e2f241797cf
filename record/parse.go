package record

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty/transport"
)

// SyntaxError says where a recording is not one.
type SyntaxError struct {
	File string
	Line int // counted from 1
	Err  error
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *SyntaxError) Unwrap() error { return e.Err }

// maxFileLine bounds a line of a file, so that a file that is no recording is
// not read into memory in search of one.
const maxFileLine = 64 << 10

// Parse reads a recording. file is the name that errors give. The error is a
// *SyntaxError, or one of r's.
func Parse(file string, r io.Reader) (*Recording, error) {
	if file == "" {
		file = "recording"
	}
	p := &parser{in: bufio.NewReaderSize(r, maxFileLine), rec: &Recording{File: file}}
	if err := p.parse(); err != nil {
		var of *readError
		if errors.As(err, &of) {
			return nil, fmt.Errorf("%s: %w", file, of.err)
		}
		return nil, &SyntaxError{File: file, Line: p.line, Err: err}
	}
	return p.rec, nil
}

type parser struct {
	in   *bufio.Reader
	rec  *Recording
	line int // the number of the line that was read last
}

// A readError is an error of the reader, not of what was read.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }

// next reads a line without its end; io.EOF says that there is none.
func (p *parser) next() ([]byte, error) {
	line, err := p.in.ReadSlice('\n')
	switch {
	case err == io.EOF && len(line) == 0:
		return nil, io.EOF
	case err == bufio.ErrBufferFull:
		p.line++
		return nil, fmt.Errorf("the line is longer than %d bytes", maxFileLine)
	case err != nil && err != io.EOF:
		return nil, &readError{err}
	}
	p.line++
	// A checkout on Windows may have changed the line ends; a device's own are
	// escapes.
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), nil
}

func (p *parser) parse() error {
	line, err := p.next()
	if err == io.EOF {
		p.line = 1
		return errors.New("the file is empty")
	} else if err != nil {
		return err
	}
	number, ok := strings.CutPrefix(string(line), magic)
	if !ok {
		return fmt.Errorf("no recording: the first line is not %q", magic+"1")
	}
	if number != strconv.Itoa(version) {
		return fmt.Errorf("a recording of version %q: only version %d is known", number, version)
	}
	if err := p.header(); err != nil {
		return err
	}
	return p.events()
}

// header reads up to the first empty line.
func (p *parser) header() error {
	seen := map[string]bool{}
	for {
		line, err := p.next()
		switch {
		case err == io.EOF:
			return errors.New("the file ends within its header: an empty line ends a header")
		case err != nil:
			return err
		case len(line) == 0:
			return nil
		case line[0] == '#':
			continue
		}
		key, value, _ := strings.Cut(string(line), " ")
		if seen[key] {
			return fmt.Errorf("%s is stated twice", key)
		}
		seen[key] = true
		if err := p.field(key, value); err != nil {
			return err
		}
	}
}

func (p *parser) field(key, value string) error {
	text, err := plain(value)
	if err != nil {
		return err
	}
	if text == "" {
		return fmt.Errorf("%s without a value", key)
	}
	h := &p.rec.Header
	switch key {
	case "platform":
		h.Platform = text
	case "transport":
		h.Transport = text
	case "host":
		h.Host = text
	case "size":
		h.Size, err = parseSize(text)
	case "started":
		h.Started, err = time.Parse(time.RFC3339, text)
	default:
		err = fmt.Errorf("unknown key %q: the header knows platform, transport, host, size and started", key)
	}
	return err
}

// events reads up to the end of the file.
func (p *parser) events() error {
	var e *Event // under way
	mark := byte(0)
	add := func() {
		if e != nil {
			p.rec.Events = append(p.rec.Events, *e)
		}
	}
	for {
		line, err := p.next()
		if err == io.EOF {
			if e != nil && mark == 0 {
				return errors.New("the file ends within an event")
			}
			add()
			return nil
		}
		if err != nil {
			return err
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		switch m := line[0]; m {
		case '+':
			if e != nil && mark == 0 {
				return errors.New("the event before this line says only its time")
			}
			add()
			e, mark = &Event{Line: p.line}, 0
			e.After, err = parseSeconds(string(line[1:]))
		case '<', '>', '=':
			switch {
			case e == nil:
				return fmt.Errorf("%q before the first event: an event begins with its time, as in +0.5", line[:1])
			case mark != 0 && (mark != m || m == '='):
				return errors.New("an event goes in one direction: the next one begins with its time, as in +0.5")
			}
			mark = m
			err = e.take(m, line[1:])
		default:
			err = fmt.Errorf("the line begins with %q, and not with one of + < > = #", line[:1])
		}
		if err != nil {
			return err
		}
	}
}

// take adds a line of the file to an event.
func (e *Event) take(mark byte, rest []byte) error {
	rest, ok := bytes.CutPrefix(rest, []byte(" "))
	if !ok || len(rest) == 0 {
		return fmt.Errorf("%c wants a blank and something behind it", mark)
	}
	if mark == '=' {
		return e.happen(string(rest))
	}
	e.Kind = Output
	if mark == '>' {
		e.Kind = Input
	}
	parts, err := unquote(rest)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if last := len(e.Parts) - 1; last >= 0 && part.Secret == 0 && e.Parts[last].Secret == 0 {
			e.Parts[last].Text = append(e.Parts[last].Text, part.Text...)
		} else {
			e.Parts = append(e.Parts, part)
		}
	}
	return nil
}

// happen reads what stands behind "= ".
func (e *Event) happen(text string) (err error) {
	word, rest, more := strings.Cut(text, " ")
	switch word {
	case "ended":
		e.Kind = Ended
	case "half-closed":
		e.Kind = HalfClosed
	case "closed":
		e.Kind = Closed
	case "resized":
		e.Kind = Resized
		e.Size, err = parseSize(rest)
		return err
	case "failed":
		e.Kind = Failed
		e.Note, err = plain(rest)
		return err
	default:
		return fmt.Errorf("%q: only ended, failed, half-closed, closed and resized can happen", word)
	}
	if more {
		return fmt.Errorf("nothing can stand behind %q", word)
	}
	return nil
}

// plain undoes the quoting of a text in which no secret can stand.
func plain(s string) (string, error) {
	parts, err := unquote([]byte(s))
	switch {
	case err != nil:
		return "", err
	case len(parts) == 0:
		return "", nil
	case len(parts) > 1 || parts[0].Secret > 0:
		return "", errors.New("a secret cannot stand here")
	}
	return string(parts[0].Text), nil
}

// maxSeconds bounds a time: the longest that a time.Duration holds.
const maxSeconds = 1 << 33

func parseSeconds(s string) (time.Duration, error) {
	whole, fraction, cut := strings.Cut(s, ".")
	sec, err := strconv.ParseUint(whole, 10, 64)
	bad := err != nil || sec >= maxSeconds || cut && (fraction == "" || len(fraction) > 6)
	us := uint64(0)
	if fraction != "" && !bad {
		us, err = strconv.ParseUint((fraction + "00000")[:6], 10, 64)
		bad = err != nil
	}
	if bad {
		return 0, fmt.Errorf("%q is no time in seconds with up to six decimals", s)
	}
	return time.Duration(sec)*time.Second + time.Duration(us)*time.Microsecond, nil
}

func parseSize(s string) (transport.Size, error) {
	c, r, ok := strings.Cut(s, "x")
	columns, err1 := strconv.ParseUint(c, 10, 16)
	rows, err2 := strconv.ParseUint(r, 10, 16)
	if !ok || err1 != nil || err2 != nil {
		return transport.Size{}, fmt.Errorf("%q is no size of a terminal, as in 80x24", s)
	}
	return transport.Size{Columns: int(columns), Rows: int(rows)}, nil
}
