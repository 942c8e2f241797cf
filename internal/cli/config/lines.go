package config

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/platform"
)

// numbered is a line and its number in the file it came from, or in what a template
// made.
type numbered struct {
	text   string
	number int
}

// lines are those of the arguments or of the file.
func (o *options) lines(s *streams.Streams, args []string) ([]numbered, error) {
	var lines []numbered
	switch {
	case o.file != "" && len(args) > 0:
		return nil, exit.Misused(errors.New("lines come from the arguments or from -f FILE, not from both"))
	case o.file == "":
		for i, text := range args {
			lines = append(lines, numbered{text, i + 1})
		}
	default:
		var err error
		if lines, err = o.read(s); err != nil {
			return nil, exit.Misused(fmt.Errorf("--file: %w", err))
		}
	}
	if blank(lines) {
		return nil, exit.Misused(errors.New("no lines: give them as arguments, in a file with -f FILE, or on standard input with -f -"))
	}
	return lines, nil
}

// blank reports whether there is nothing to send.
func blank(lines []numbered) bool {
	return !slices.ContainsFunc(lines, func(l numbered) bool { return strings.TrimSpace(l.text) != "" })
}

// each gives every host its lines: the same, or what the template makes of them.
func (o *options) each(lines []numbered, targets []*target.Target) ([][]numbered, error) {
	if o.template {
		file := o.file
		switch file {
		case "":
			file = "arguments"
		case "-":
			file = "standard input"
		}
		out, err := render(file, lines, targets)
		return out, exit.Misused(err)
	}
	out := make([][]numbered, len(targets))
	for i := range targets {
		out[i] = lines
	}
	return out, nil
}

// statements puts the lines together that belong together on a platform, nil for
// one that is not known; the number of a statement is that of its first line.
func statements(def *platform.Definition, lines []numbered) []numbered {
	if def == nil {
		def = &platform.Definition{}
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	var out []numbered
	for _, s := range def.Configure.Statements(texts) {
		out = append(out, numbered{s.Text, lines[s.Line].number})
	}
	return out
}

func (o *options) read(s *streams.Streams) ([]numbered, error) {
	if o.file == "-" {
		return read(s.In)
	}
	f, err := os.Open(o.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return read(f)
}

func read(in io.Reader) ([]numbered, error) {
	var lines []numbered
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		lines = append(lines, numbered{strings.TrimRight(scanner.Text(), "\r"), n})
	}
	return lines, scanner.Err()
}
