package settings

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/vtynet/vty/internal/owner"
	"go.yaml.in/yaml/v3"
)

// Name is the name of a file of settings.
const Name = "vty.yaml"

// maxFile bounds what is read of a file.
const maxFile = 1 << 20

// Place is where a setting was written: a file and a line, or a variable.
type Place struct {
	File     string
	Line     int
	Variable string
}

// String is FILE:LINE or $NAME.
func (p Place) String() string {
	switch {
	case p.Variable != "":
		return "$" + p.Variable
	case p.Line > 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return p.File
}

// Problem is a mistake in a setting.
type Problem struct {
	Place Place
	Key   string // such as "run.workers"; "" where none is at fault
	Text  string
}

// Error is PLACE: KEY: what is wrong.
func (p *Problem) Error() string {
	if p.Key == "" {
		return fmt.Sprintf("%v: %s", p.Place, p.Text)
	}
	return fmt.Sprintf("%v: %s: %s", p.Place, p.Key, p.Text)
}

// file is a file of settings.
type file struct {
	path string
	root *section
	own  bool // the user's, in which projects may be named
}

// section is the settings of all verbs, or of one.
type section struct {
	values   map[string]*value
	sections map[string]*section
	place    Place
}

// value is one setting as written: a scalar, or a list of them.
type value struct {
	texts []string
	list  bool
	place Place
}

// load reads a file. The problems are those of its shape.
func load(path string) (*file, []*Problem, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	if err := owner.Check(f); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, nil, err
	}
	if len(text) > maxFile {
		return nil, nil, fmt.Errorf("%s is larger than %d KiB", path, maxFile>>10)
	}
	read, problems := parse(path, text)
	return read, problems, nil
}

// folder is what relative paths in the file are relative to.
func (f *file) folder() string { return filepath.Dir(f.path) }

// parse reads the text of a file.
func parse(path string, text []byte) (*file, []*Problem) {
	p := &parser{path: path}
	root := p.document(text)
	return &file{path: path, root: root}, p.problems
}

type parser struct {
	path     string
	problems []*Problem
}

func (p *parser) fail(line int, key, format string, args ...any) {
	p.problems = append(p.problems, &Problem{Place: Place{File: p.path, Line: line}, Key: key, Text: fmt.Sprintf(format, args...)})
}

var yamlLine = regexp.MustCompile(`(?s)line (\d+): (.*)`)

func (p *parser) document(text []byte) *section {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		line, why := 0, err.Error()
		if m := yamlLine.FindStringSubmatch(why); m != nil {
			line, _ = strconv.Atoi(m[1])
			why = m[2]
		}
		p.fail(line, "", "%s", why)
		return &section{}
	}
	if len(root.Content) == 0 || root.Content[0].Tag == "!!null" {
		return &section{}
	}
	if root.Content[0].Kind != yaml.MappingNode {
		p.fail(root.Content[0].Line, "", "must be a mapping from names of flags to their values")
		return &section{}
	}
	return p.section(root.Content[0], "")
}

// maxDepth is how deep sections may be: verbs have verbs, and those have none.
const maxDepth = 4

func (p *parser) section(n *yaml.Node, above string) *section {
	s := &section{values: map[string]*value{}, sections: map[string]*section{}, place: Place{File: p.path, Line: n.Line}}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		name := above + key.Value
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			p.fail(key.Line, "", "a name must be a text")
			continue
		}
		switch val.Kind {
		case yaml.MappingNode:
			switch {
			case s.sections[key.Value] != nil:
				p.fail(key.Line, name, "is given twice")
			case depth(above) == maxDepth:
				p.fail(key.Line, name, "is too deep")
			default:
				s.sections[key.Value] = p.section(val, name+".")
				s.sections[key.Value].place.Line = key.Line
			}
		default:
			if s.values[key.Value] != nil {
				p.fail(key.Line, name, "is given twice")
				continue
			}
			if v := p.value(val, name); v != nil {
				v.place.Line = key.Line
				s.values[key.Value] = v
			}
		}
	}
	return s
}

func depth(above string) int {
	n := 0
	for _, c := range above {
		if c == '.' {
			n++
		}
	}
	return n
}

func (p *parser) value(n *yaml.Node, key string) *value {
	v := &value{place: Place{File: p.path, Line: n.Line}}
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		v.list, nodes = true, n.Content
	}
	for _, e := range nodes {
		if e.Kind != yaml.ScalarNode {
			p.fail(e.Line, key, "must be a text, a number, true or false, or a list of such")
			return nil
		}
		if e.Tag == "!!null" {
			p.fail(e.Line, key, "has no value")
			return nil
		}
		v.texts = append(v.texts, e.Value)
	}
	return v
}

// find is the value of a flag by its name, below the names of the verbs that it is set
// for.
func (f *file) find(key []string) *value {
	s := f.root
	for ; s != nil && len(key) > 1; key = key[1:] {
		s = s.sections[key[0]]
	}
	if s == nil {
		return nil
	}
	return s.values[key[0]]
}

// sorted puts problems in the order of the file.
func sorted(problems []*Problem) []*Problem {
	slices.SortStableFunc(problems, func(a, b *Problem) int { return a.Place.Line - b.Place.Line })
	return problems
}
