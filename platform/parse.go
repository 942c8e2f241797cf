package platform

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Parse reads a definition from YAML text. The name is that of the file, for
// messages only. Everything that is wrong is reported at once, in a
// *InvalidError.
func Parse(name string, text []byte) (*Definition, error) {
	p := &parser{lines: map[string]int{}}
	def := &Definition{}
	if root := p.document(text); root != nil {
		p.definition(root, def)
		p.validate(def)
	}
	if len(p.problems) > 0 {
		err := &InvalidError{File: name, Problems: p.problems}
		err.sort()
		return nil, err
	}
	return def, nil
}

// ReadFile parses a definition file. The error is an *InvalidError, or that of
// reading the file.
func ReadFile(path string) (*Definition, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("platform: %w", err)
	}
	return Parse(path, text)
}

// yamlLine finds the line in the messages of the YAML package, which has no
// field for it.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// document finds the root of the one YAML document that text must be.
func (p *parser) document(text []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	err := decoder.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0:
		p.fail(1, "", "the file is empty")
		return nil
	case err != nil:
		p.syntax(err)
		return nil
	}
	if err := decoder.Decode(&more); err == nil {
		p.fail(more.Line, "", "a file holds one definition, this is a second")
	} else if !errors.Is(err, io.EOF) {
		p.syntax(err)
	}
	return doc.Content[0]
}

func (p *parser) syntax(err error) {
	line, text := 1, err.Error()
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	p.fail(line, "", "not YAML: %s", text)
}

func (p *parser) definition(n *yaml.Node, def *Definition) {
	def.Proof, def.Return, def.Interrupt = ProofDocumented, "\r", "\x03"
	p.mapping(n, "", []string{"name", "modes"}, fields{
		"name":        p.text(&def.Name),
		"aliases":     p.texts(&def.Aliases),
		"description": p.text(&def.Description),
		"proof":       p.proof(&def.Proof),
		"return":      p.text(&def.Return),
		"interrupt":   p.text(&def.Interrupt),
		"help":        p.text(&def.Help),
		"modes":       p.modes(&def.Modes),
		"default":     p.text(&def.Default),
		"transitions": list(p, &def.Transitions, p.transition),
		"login":       p.login(&def.Login),
		"open":        list(p, &def.Open, p.step),
		"close":       list(p, &def.Close, p.step),
		"pagers":      list(p, &def.Pagers, p.pager),
		"questions":   list(p, &def.Questions, p.question),
		"failures":    list(p, &def.Failures, p.failure),
		"configure":   p.configure(&def.Configure),
	})
}

// modes reads the modes in the order of the file.
func (p *parser) modes(to *[]Mode) field {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
			p.fail(n.Line, at, "must map the name of each mode to what it is, and hold at least one")
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			mode := Mode{Name: n.Content[i].Value}
			where := join(at, mode.Name)
			if _, dup := p.lines[where]; dup {
				p.fail(n.Content[i].Line, where, "this mode is defined twice, first on line %d", p.lines[where])
				continue
			}
			p.lines[where] = n.Content[i].Line
			p.mapping(n.Content[i+1], where, []string{"prompt", "samples"}, fields{
				"prompt":  p.pattern(&mode.Prompt),
				"except":  p.pattern(&mode.Except),
				"above":   p.pattern(&mode.Above),
				"display": p.text(&mode.Display),
				"samples": p.texts(&mode.Samples),
			})
			*to = append(*to, mode)
		}
	}
}

// transition reads one edge. The usual one has a single step, whose fields then
// stand in the transition itself.
func (p *parser) transition(n *yaml.Node, at string, t *Transition) {
	var one Step
	known := p.stepFields(&one)
	known["from"], known["to"] = p.text(&t.From), p.text(&t.To)
	known["steps"] = list(p, &t.Steps, p.step)
	required := []string{"from", "to", "send"}
	if value(n, "steps") != nil {
		required = []string{"from", "to"}
		for key := range p.stepFields(&one) {
			if other := value(n, key); other != nil {
				p.fail(other.Line, join(at, key), "belongs inside \"steps\" where there are several")
			}
		}
	}
	p.mapping(n, at, required, known)
	if value(n, "send") != nil && value(n, "steps") == nil {
		t.Steps = []Step{one}
	}
}

func (p *parser) step(n *yaml.Node, at string, s *Step) {
	if n.Kind == yaml.ScalarNode {
		p.text(&s.Send)(n, at)
		return
	}
	p.mapping(n, at, []string{"send"}, p.stepFields(s))
}

func (p *parser) stepFields(s *Step) fields {
	return fields{
		"send":     p.text(&s.Send),
		"asks":     list(p, &s.Asks, p.ask),
		"optional": p.flag(&s.Optional),
		"ends":     p.flag(&s.Ends),
	}
}

func (p *parser) ask(n *yaml.Node, at string, a *Ask) {
	p.mapping(n, at, []string{"prompt"}, fields{
		"prompt": p.pattern(&a.Prompt),
		"answer": p.text(&a.Answer),
		"secret": p.text(&a.Secret),
		"key":    p.flag(&a.Key),
	})
	if n.Kind == yaml.MappingNode && (value(n, "answer") == nil) == (value(n, "secret") == nil) {
		p.fail(n.Line, at, "needs either \"answer\" or \"secret\"")
	}
}

func (p *parser) login(to *Login) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, nil, fields{
			"user":     p.pattern(&to.User),
			"password": p.pattern(&to.Password),
			"rejected": p.pattern(&to.Rejected),
			"detours":  list(p, &to.Detours, p.ask),
		})
	}
}

func (p *parser) pager(n *yaml.Node, at string, pager *Pager) {
	pager.Key = " "
	p.patternOr(n, at, &pager.Prompt, "prompt", fields{"key": p.text(&pager.Key)})
}

func (p *parser) question(n *yaml.Node, at string, q *Question) {
	p.patternOr(n, at, &q.Prompt, "prompt", fields{})
}

func (p *parser) failure(n *yaml.Node, at string, f *Failure) {
	f.Severity = SeverityError
	p.patternOr(n, at, &f.Pattern, "pattern", fields{
		"severity": oneOf(p, &f.Severity, SeverityError, SeverityWarning, SeverityIgnore),
	})
}

func (p *parser) configure(to *Configure) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, []string{"mode"}, fields{
			"mode":     p.text(&to.Mode),
			"commit":   list(p, &to.Commit, p.step),
			"abort":    list(p, &to.Abort, p.step),
			"save":     list(p, &to.Save, p.step),
			"failures": list(p, &to.Failures, p.failure),
		})
	}
}

func (p *parser) proof(to *Proof) field {
	return oneOf(p, to, ProofLab, ProofRecorded, ProofDocumented)
}
