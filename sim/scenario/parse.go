package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/transport"
)

// ErrInvalid says that a text is no scenario.
var ErrInvalid = errors.New("not a scenario")

// Parse reads a scenario; name is that of the file. The error wraps ErrInvalid
// and names every line that is wrong.
func Parse(name string, text []byte) (*Scenario, error) {
	s := &Scenario{
		Name: strings.TrimSuffix(path.Base(name), path.Ext(name)), Platform: "generic", User: "ops", Password: "pw",
		Secrets: map[string]string{}, Size: transport.Size{Columns: 511, Rows: 1000},
		Fronts: []Front{OverPipe, OverSSH, OverTelnet},
	}
	p := &parser{s: s}
	var errs []error
	part, definition, definedAt := "head", []byte(nil), 0
	parts := map[string]func(string) error{"head": p.head, "device": p.device, "user": p.user}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		l := strings.TrimRight(string(line), "\r\n")
		if marker, ok := marker(l); ok {
			part = marker
			if part == "definition" {
				definedAt = n
			} else if parts[part] == nil {
				errs = append(errs, fmt.Errorf("%s:%d: there is no part %q", name, n, part))
				part = "device"
			}
			continue
		}
		if part == "definition" {
			definition = append(definition, line...)
			continue
		}
		if strings.TrimSpace(l) == "" || strings.HasPrefix(l, "#") {
			continue
		}
		p.line = n
		if err := parts[part](l); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
	if definition != nil {
		// Blank lines before it make the line numbers of its errors those of the file.
		def, err := platform.Parse(name, append(bytes.Repeat([]byte("\n"), definedAt), definition...))
		if err != nil {
			errs = append(errs, err)
		} else {
			s.Definition = def
		}
	}
	if len(s.Device) == 0 {
		errs = append(errs, fmt.Errorf("%s: the device does nothing", name))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, errors.Join(errs...))
	}
	return s, nil
}

// marker gives the name in "-- name --".
func marker(line string) (name string, ok bool) {
	name, ok = strings.CutPrefix(line, "-- ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, " --")
}

// parser holds what has been read of a scenario.
type parser struct {
	s    *Scenario
	line int
}

func (p *parser) head(line string) (err error) {
	s := p.s
	key, value, _ := strings.Cut(line, " ")
	switch key {
	case "platform":
		s.Platform = value
	case "user":
		s.User = value
	case "password":
		s.Password = value
	case "secret":
		name, text, _ := strings.Cut(value, " ")
		s.Secrets[name] = text
	case "mode":
		s.Mode = value
	case "auth":
		if value != "none" {
			return fmt.Errorf("auth %q: want none", value)
		}
		s.NoAuth = true
	case "input":
		s.Input, err = strconv.Atoi(value)
	case "size":
		_, err = fmt.Sscanf(value, "%dx%d", &s.Size.Columns, &s.Size.Rows)
	case "legacy":
		s.Legacy = true
	case "ssh":
		err = p.ssh(value)
	case "prepare":
		s.Prepare = true
	case "quiet":
		s.Quiet, err = time.ParseDuration(value)
	case "confirm":
		s.Confirm, err = time.ParseDuration(value)
	case "silence":
		s.Silence, err = time.ParseDuration(value)
	case "pauses":
		if value != "short" {
			return fmt.Errorf("pauses %q: want short", value)
		}
		s.ShortPause = true
	case "fronts":
		s.Fronts = nil
		for f := range strings.FieldsSeq(value) {
			switch Front(f) {
			case OverPipe, OverSSH, OverTelnet, OverWire:
				s.Fronts = append(s.Fronts, Front(f))
			default:
				return fmt.Errorf("there is no front %q", f)
			}
		}
	default:
		return fmt.Errorf("there is no key %q", key)
	}
	return err
}

func (p *parser) device(line string) (err error) {
	mark, rest, _ := strings.Cut(line, " ")
	step := Step{Line: p.line}
	switch mark {
	case "<":
		step.Kind = Send
	case ">":
		step.Kind = Await
	case ">>":
		step.Kind = Echo
	case ".", "~":
		step.Kind = Pause
		delay, text, _ := strings.Cut(rest, " ")
		if step.Delay, err = time.ParseDuration(delay); err != nil {
			return err
		}
		if rest = text; mark == "~" {
			step.Kind = Repeat
		}
	case "*":
		step.Kind = Reflex
		key, text, _ := strings.Cut(rest, " ")
		if step.Key, err = unescape(key); err != nil {
			return err
		}
		if rest = text; step.Key == "" {
			return errors.New("want a key and its answer")
		}
	case "!":
		var known bool
		if step.Kind, known = map[string]StepKind{"eof": EOF, "fin": Drop, "reset": Reset, "silence": Silence}[rest]; !known {
			return fmt.Errorf("! %s: want eof, fin, reset or silence", rest)
		}
		rest = ""
	default:
		return fmt.Errorf("a device cannot %q", mark)
	}
	step.Text, err = unescape(rest)
	if (step.Kind == Await || step.Kind == Echo) && step.Text == "" {
		return errors.New("nothing to wait for")
	}
	p.s.Device = append(p.s.Device, step)
	return err
}

func (p *parser) user(line string) error {
	if !strings.HasPrefix(line, " ") {
		verb, arg, _ := strings.Cut(line, " ")
		switch verb {
		case "open", "run", "stream", "configure", "enter", "disconnect", "interrupt", "idle":
		default:
			return fmt.Errorf("a user cannot %q", verb)
		}
		arg, err := unescape(arg)
		p.s.Ops = append(p.s.Ops, Op{Verb: verb, Arg: arg, Line: p.line, Took: -1, Applied: -1})
		return err
	}
	if len(p.s.Ops) == 0 {
		return errors.New("there is no operation above")
	}
	return p.s.Ops[len(p.s.Ops)-1].detail(strings.TrimLeft(line, " "))
}

// detail reads an indented line.
func (op *Op) detail(line string) (err error) {
	key, value, _ := strings.Cut(line, " ")
	text, err := unescape(value)
	if err != nil && key != "answer" && key != "key" && key != "until" {
		return err
	}
	err = nil
	switch key {
	case "|":
		op.Text = append(op.Text, text)
	case "any":
		op.Any = true
	case "cut":
		op.Cut = true
	case "aside":
		op.Aside = append(op.Aside, text)
	case "error":
		op.Error, op.Message, _ = strings.Cut(text, " ")
		return known(op.Error)
	case "or":
		op.Or = append(op.Or, text)
		return known(text)
	case "prompt":
		op.Prompt = text
	case "mode":
		op.Mode = text
	case "took":
		op.Took, err = time.ParseDuration(value)
	case "within":
		op.Within, err = time.ParseDuration(value)
	case "answer", "key":
		shape, answer, ok := strings.Cut(value, " = ")
		if !ok {
			shape, ok = strings.CutSuffix(value, " =")
		}
		if !ok {
			return fmt.Errorf("%q: want SHAPE = TEXT", value)
		}
		if _, err := regexp.Compile(shape); err != nil {
			return err
		}
		if answer, err = unescape(answer); err != nil {
			return err
		}
		op.Answers = append(op.Answers, Answer{Shape: shape, Text: answer, Key: key == "key"})
	case "ends":
		op.Ends = true
	case "leave":
		op.Leave, err = strconv.Atoi(value)
	case "lines":
		op.Lines, err = strconv.Atoi(value)
	case "until":
		_, err = regexp.Compile(value)
		op.Until = value
	case "cancel":
		op.Cancel = value
	case "silence":
		op.Silence, err = time.ParseDuration(value)
	case "text":
		op.More = append(op.More, text)
	case "send":
		op.Send = append(op.Send, text)
	case "applied":
		op.Applied, err = strconv.Atoi(value)
	default:
		return fmt.Errorf("there is no detail %q", key)
	}
	return err
}

// Kinds are the kinds of errors that a user may see.
var kinds = []string{"timeout", "connect", "auth", "silence", "desync", "closed", "refused", "question", "login", "secret", "mode", "input", "stayed"}

func known(kind string) error {
	for _, k := range kinds {
		if k == kind {
			return nil
		}
	}
	return fmt.Errorf("there is no kind of error %q; there are %v", kind, kinds)
}
