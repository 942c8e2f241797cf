package sim

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/vtynet/vty/platform"
)

// Model is one kind of device, ready to make devices of. It is read-only and
// safe for concurrent use; a thousand devices of one kind share one Model.
type Model struct {
	def      *platform.Definition
	data     data
	opts     matching
	commands map[string]*grammar[*command] // by mode
	rules    grammar[*rule]
	initial  entry
	order    int // rules so far
}

type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = duration(v)
	return err
}

// Load makes a Model of an embedded device and the embedded definition of the
// same name. Each of the overlays is the text of a YAML device file that is laid
// over it: commands and configuration lines are added, all else replaces.
func Load(name string, overlays ...[]byte) (*Model, error) {
	def, err := platform.Load(name)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	return NewModel(def, overlays...)
}

// NewModel is Load with a definition of the caller's own. Where no device of the
// definition's name is embedded, one is made of the definition alone, as
// [Derived] makes it.
func NewModel(def *platform.Definition, overlays ...[]byte) (*Model, error) {
	text, err := fs.ReadFile(devices, "devices/"+def.Name+".yaml")
	if err != nil {
		return Derived(def, overlays...)
	}
	m := &Model{def: def}
	return m.assemble(append([][]byte{text}, overlays...))
}

// Derived makes a Model of a definition alone: the device has the definition's
// modes and the ways between them, asks what it says, pages and refuses as its
// samples do. Beside the definition's own commands it knows "show lines N", and it
// takes the configuration lines "hostname NAME", "description TEXT" and "set TEXT".
func Derived(def *platform.Definition, overlays ...[]byte) (*Model, error) {
	m := &Model{def: def, data: derive(def)}
	return m.assemble(append([][]byte{nil}, overlays...))
}

// assemble lays device files over what is there and makes them ready.
func (m *Model) assemble(files [][]byte) (*Model, error) {
	def := m.def
	for i, t := range files {
		name := def.Name
		if i > 0 {
			name = fmt.Sprintf("overlay %d", i)
		}
		if err := m.data.parse(name, t); err != nil {
			return nil, err
		}
	}
	m.complete()
	if err := m.learn(); err != nil {
		return nil, err
	}
	if err := m.configure(); err != nil {
		return nil, err
	}
	return m, nil
}

// Name is the platform's name.
func (m *Model) Name() string { return m.def.Name }

// complete fills in what the file left unsaid.
func (m *Model) complete() {
	d := &m.data
	for at, value := range map[*string]string{
		&d.Newline: "\r\n", &d.Start: m.def.Modes[0].Name, &d.Clock: time.ANSIC, &d.Echo: "plain",
		&d.Pager.Text: " --More-- ", &d.Pager.Page: " ", &d.Pager.Line: "\r\n", &d.Pager.Quit: "qQ\x03", &d.Pager.Other: "ignore",
		&d.Errors.Invalid: "% Invalid input\n", &d.Errors.Incomplete: "% Incomplete command\n", &d.Errors.Ambiguous: "% Ambiguous command\n",
		&d.Errors.Refused: "% Permission denied\n", &d.Configuration.Indent: " ", &d.Configuration.Host: "router", &d.Configuration.Negate: "no",
	} {
		if *at == "" {
			*at = value
		}
	}
	if d.Login.Tries == 0 {
		d.Login.Tries = 3
	}
	if d.Errors.Unknown == "" {
		d.Errors.Unknown = d.Errors.Invalid
	}
	m.opts = matching{abbreviate: d.Abbreviate, quotes: d.Quotes, interfaces: d.Interfaces}
}

// learn builds the grammar of each mode: the definition's transitions, then the
// file's commands, which win.
func (m *Model) learn() error {
	m.commands = make(map[string]*grammar[*command])
	for i := range m.def.Modes {
		m.commands[m.def.Modes[i].Name] = &grammar[*command]{opts: &m.opts}
	}
	for _, t := range m.def.Transitions {
		for i, s := range t.Steps {
			c := &command{}
			if i == len(t.Steps)-1 {
				c.to = t.To
			}
			for _, a := range s.Asks {
				if _, known := m.data.Questions[a.Secret]; known && a.Secret != "" {
					c.Ask = append(c.Ask, a.Secret)
				}
			}
			if err := m.commands[t.From].add(s.Send, c); err != nil {
				return err
			}
		}
	}
	for i := range m.data.Commands {
		c := &m.data.Commands[i]
		for _, q := range c.Ask {
			if _, ok := m.data.Questions[q]; !ok {
				return fmt.Errorf("sim: command %q asks the unknown question %q", c.On, q)
			}
		}
		for name, g := range m.commands {
			_, config := m.data.Configuration.Modes[name]
			if !slices.Contains(c.In, name) && !slices.Contains(c.In, "*") && (len(c.In) > 0 || config && !m.data.Everywhere) {
				continue
			}
			for on := range strings.SplitSeq(strings.TrimSpace(c.On), "\n") {
				if err := g.add(on, c); err != nil {
					return err
				}
			}
		}
		for _, in := range c.In {
			if in != "*" && m.commands[in] == nil {
				return fmt.Errorf("sim: command %q is in the unknown mode %q", c.On, in)
			}
		}
	}
	return nil
}

// configure builds the grammar of configuration lines and reads the initial
// configuration with it.
func (m *Model) configure() error {
	m.rules.opts = &m.opts
	if err := m.teach(&m.rules, m.data.Configuration.Rules); err != nil {
		return err
	}
	var path []step
	for line := range strings.Lines(m.data.Configuration.Initial) {
		line = strings.TrimRight(line, "\n")
		text := strings.TrimSpace(line)
		if text == "" || m.isComment(text) {
			continue
		}
		if line[0] != ' ' {
			path = nil
		}
		f := m.fit(path, text)
		if f.value == nil {
			return fmt.Errorf("sim: %s: initial configuration: line %q is refused", m.def.Name, line)
		}
		m.initial.apply(f.change)
		path = f.into
	}
	return nil
}

func (m *Model) teach(g *grammar[*rule], rules []*rule) error {
	for _, r := range rules {
		m.order++
		r.order = m.order
		r.groups, r.key = nil, r.Key
		words, literal := 0, true
		for _, w := range strings.Fields(r.Line) {
			if w == "/" {
				r.groups = append(r.groups, words)
				continue
			}
			words++
			if strings.HasPrefix(w, "<") {
				literal = false
			} else if literal && r.Key == 0 && !r.Many && r.Context == "" {
				r.key++
			}
		}
		// Only the last group's words tell it from its siblings.
		if n := len(r.groups); n > 0 && r.Key == 0 && r.key > 0 {
			r.key = r.lastKey()
		}
		if r.key == 0 {
			r.key = words + 1<<8
		}
		if err := g.add(r.Line, r); err != nil {
			return err
		}
		if r.Context != "" || len(r.Lines) > 0 {
			r.within = &grammar[*rule]{opts: &m.opts}
			if err := m.teach(r.within, r.Lines); err != nil {
				return err
			}
		}
	}
	return nil
}

// lastKey counts the words before the first capture in the last group.
func (r *rule) lastKey() int {
	n := 0
	for w := range strings.FieldsSeq(r.Line[strings.LastIndex(r.Line, " / ")+3:]) {
		if strings.HasPrefix(w, "<") {
			break
		}
		n++
	}
	return n
}

func (m *Model) isComment(text string) bool {
	return m.data.Comment != "" && strings.HasPrefix(text, m.data.Comment)
}

func (m *Model) mode(name string) *platform.Mode {
	for i := range m.def.Modes {
		if m.def.Modes[i].Name == name {
			return &m.def.Modes[i]
		}
	}
	return &m.def.Modes[0]
}
