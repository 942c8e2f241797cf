package platform

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Parse reads a definition from YAML text. The name is that of the file, for
// messages, and the definition's name where the text is of scrapli's second
// format, which has none. What it extends is looked for among the embedded
// definitions. The two formats of the scrapli family are read as well.
// Of a file of theirs with variants, "#NAME" behind the name chooses one.
// Everything that is wrong is reported at once, in a *InvalidError.
func Parse(name string, text []byte) (*Definition, error) {
	return parse(name, text, Embedded().root, false)
}

// parse is Parse with a place to look for what a definition extends. What was proven
// before is not proven again: that needs patterns which many a program never does.
func parse(name string, text []byte, base func(name string) (*yaml.Node, error), proven bool) (*Definition, error) {
	p := &parser{lines: map[string]int{}}
	def := &Definition{}
	switch root := p.document(text); {
	case root == nil:
	case isScrapli(root):
		file, variant := variantOf(name)
		stem := filepath.Base(file)
		p.scrapli(root, strings.TrimSuffix(stem, filepath.Ext(stem)), variant, base, def)
	default:
		p.definition(p.extended(root, base), def)
		def.settle()
		p.validate(def)
		if !proven {
			p.proven(def)
		}
	}
	if err := p.err(name); err != nil {
		return nil, err
	}
	return def, nil
}

// err gives what went wrong so far.
func (p *parser) err(file string) error {
	if len(p.problems) == 0 {
		return nil
	}
	err := &InvalidError{File: file, Problems: p.problems}
	err.sort()
	return err
}

// extended lays a definition over the one that it names.
func (p *parser) extended(root *yaml.Node, base func(string) (*yaml.Node, error)) *yaml.Node {
	name := value(root, "extends")
	if name == nil || name.Kind != yaml.ScalarNode {
		return root
	}
	under, err := base(name.Value)
	if err != nil {
		p.fail(name.Line, "extends", "%q cannot be read: %w", name.Value, err)
		return root
	}
	return extend(under, root, name.Line)
}

// settle makes the names of other tools aliases.
func (d *Definition) settle() {
	for _, names := range [][]string{d.KnownAs.Netmiko, d.KnownAs.Napalm, d.KnownAs.Scrapli} {
		for _, name := range names {
			if name != d.Name && !slices.Contains(d.Aliases, name) {
				d.Aliases = append(d.Aliases, name)
			}
		}
	}
}

// ReadFile parses a definition file; the path may end in "#NAME", see Parse. The
// error is an *InvalidError, or that of reading the file.
func ReadFile(path string) (*Definition, error) {
	text, err := os.ReadFile(path)
	if file, variant := variantOf(path); variant != "" && errors.Is(err, fs.ErrNotExist) {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("platform: %w", err)
	}
	return Parse(path, text)
}

// yamlLine finds the line in the messages of the YAML package, which has no
// field for it.
var yamlLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
})

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
	if m := yamlLine().FindStringSubmatch(text); m != nil {
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
		"extends":     p.text(&def.Extends),
		"aliases":     p.texts(&def.Aliases),
		"known_as":    p.knownAs(&def.KnownAs),
		"description": p.text(&def.Description),
		"proof":       p.proof(&def.Proof),
		"return":      p.text(&def.Return),
		"interrupt":   p.text(&def.Interrupt),
		"help":        p.text(&def.Help),
		"typing":      p.typing(&def.Typing),
		"answers":     p.flag(&def.Answers),
		"modes":       p.modes(&def.Modes),
		"default":     p.text(&def.Default),
		"transitions": list(p, &def.Transitions, p.transition),
		"login":       p.login(&def.Login),
		"paging":      list(p, &def.Paging, p.way),
		"width":       list(p, &def.Width, p.way),
		"open":        list(p, &def.Open, p.step),
		"close":       list(p, &def.Close, p.step),
		"pagers":      list(p, &def.Pagers, p.pager),
		"questions":   list(p, &def.Questions, p.question),
		"failures":    list(p, &def.Failures, p.failure),
		"endings":     list(p, &def.Endings, p.ending),
		"configure":   p.configure(&def.Configure),
		"candidate":   p.configure(&def.Candidate),
		"revert":      p.revert(&def.Revert),
		"running":     p.running(&def.Running),
		"detect":      p.detect(&def.Detect),
		"samples":     p.samples(&def.Samples),
	})
	if def.Candidate.Blocks == nil {
		def.Candidate.Blocks = def.Configure.Blocks // the statements are the same
	}
}

func (p *parser) knownAs(to *KnownAs) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, nil, fields{
			"textfsm": p.text(&to.TextFSM),
			"netmiko": p.textOrTexts(&to.Netmiko),
			"napalm":  p.textOrTexts(&to.Napalm),
			"scrapli": p.textOrTexts(&to.Scrapli),
		})
	}
}

func (p *parser) typing(to *Typing) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, nil, fields{"window": p.number(&to.Window), "line": p.number(&to.Line)})
	}
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
				"argument": p.text(&mode.Argument),
				"prompt":   p.pattern(&mode.Prompt),
				"except":   p.pattern(&mode.Except),
				"above":    p.pattern(&mode.Above),
				"display":  p.text(&mode.Display),
				"samples":  p.texts(&mode.Samples),
			})
			mode.own = ownLetters(mode.Prompt)
			*to = append(*to, mode)
		}
	}
}

// transition reads one edge. The usual one has a single step, whose fields then
// stand in the transition itself.
func (p *parser) transition(n *yaml.Node, at string, t *Transition) {
	var one Step
	known := p.stepFields(&one)
	known["from"], known["to"], known["as"] = p.text(&t.From), p.text(&t.To), p.text(&t.As)
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

// way reads a step, or a list of steps that belong together.
func (p *parser) way(n *yaml.Node, at string, w *Way) {
	if n.Kind == yaml.SequenceNode {
		list(p, (*[]Step)(w), p.step)(n, at)
		return
	}
	*w = make(Way, 1)
	p.step(n, at, &(*w)[0])
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
		"in":       p.text(&s.In),
		"asks":     list(p, &s.Asks, p.ask),
		"optional": p.flag(&s.Optional),
		"ends":     p.flag(&s.Ends),
	}
}

func (p *parser) ask(n *yaml.Node, at string, a *Ask) {
	p.mapping(n, at, []string{"prompt"}, p.askFields(a))
	if n.Kind == yaml.MappingNode && (value(n, "answer") == nil) == (value(n, "secret") == nil) {
		p.fail(n.Line, at, "needs either \"answer\" or \"secret\"")
	}
}

func (p *parser) askFields(a *Ask) fields {
	a.Times = 1
	return fields{
		"prompt": p.pattern(&a.Prompt),
		"answer": p.text(&a.Answer),
		"secret": p.text(&a.Secret),
		"key":    p.flag(&a.Key),
		"times":  p.number(&a.Times),
	}
}

func (p *parser) login(to *Login) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, nil, fields{
			"user":     p.pattern(&to.User),
			"password": p.pattern(&to.Password),
			"rejected": p.pattern(&to.Rejected),
			"detours":  list(p, &to.Detours, p.ask),
			"suffix":   p.text(&to.Suffix),
		})
	}
}

func (p *parser) pager(n *yaml.Node, at string, pager *Pager) {
	pager.Key = " "
	p.patternOr(n, at, &pager.Prompt, "prompt", fields{"key": p.text(&pager.Key)})
}

func (p *parser) question(n *yaml.Node, at string, q *Question) {
	usual := &Ask{}
	known := p.askFields(usual)
	delete(known, "prompt")
	p.patternOr(n, at, &q.Prompt, "prompt", known)
	switch answer, secret := value(n, "answer"), value(n, "secret"); {
	case answer != nil && secret != nil:
		p.fail(n.Line, at, "has either \"answer\" or \"secret\"")
	case answer != nil || secret != nil:
		usual.Prompt = q.Prompt
		q.Usual = usual
	}
}

func (p *parser) failure(n *yaml.Node, at string, f *Failure) {
	f.Severity = SeverityError
	p.patternOr(n, at, &f.Pattern, "pattern", fields{
		"severity": oneOf(p, &f.Severity, SeverityError, SeverityWarning, SeverityIgnore),
		"whole":    p.flag(&f.Whole),
	})
	f.begins = beginningOf(f.Pattern)
}

func (p *parser) ending(n *yaml.Node, at string, e *Ending) {
	p.patternOr(n, at, &e.Line, "line", fields{"command": p.pattern(&e.Command)})
}

func (p *parser) configure(to *Configure) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, []string{"mode"}, fields{
			"mode":     p.text(&to.Mode),
			"places":   p.texts(&to.Places),
			"diff":     list(p, &to.Diff, p.step),
			"check":    list(p, &to.Check, p.step),
			"commit":   list(p, &to.Commit, p.step),
			"confirm":  list(p, &to.Confirm, p.step),
			"cancel":   list(p, &to.Cancel, p.step),
			"abort":    list(p, &to.Abort, p.step),
			"rollback": list(p, &to.Rollback, p.step),
			"save":     list(p, &to.Save, p.step),
			"failures": list(p, &to.Failures, p.failure),
			"blocks":   list(p, &to.Blocks, p.block),
			"locked":   p.pattern(&to.Locked),
		})
	}
}

func (p *parser) revert(to *Revert) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, []string{"mode", "confirm"}, fields{
			"mode":    p.text(&to.Mode),
			"confirm": list(p, &to.Confirm, p.step),
			"cancel":  list(p, &to.Cancel, p.step),
		})
	}
}

func (p *parser) block(n *yaml.Node, at string, b *Block) {
	p.patternOr(n, at, &b.Begin, "begin", fields{"end": p.pattern(&b.End)})
	if b.Begin != nil && (b.End == nil) == (b.Begin.SubexpIndex("delimiter") < 0) {
		p.fail(n.Line, at, `wants either an "end" or a group "delimiter" in its begin`)
	}
}

func (p *parser) running(to *Running) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, []string{"show"}, fields{
			"show":     p.text(&to.Show),
			"startup":  p.text(&to.Startup),
			"comment":  p.text(&to.Comment),
			"volatile": p.patterns(&to.Volatile),
			"secrets":  p.patterns(&to.Secrets),
		})
	}
}

func (p *parser) detect(to *Detect) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, nil, fields{
			"ssh":     p.pattern(&to.SSH),
			"banner":  p.pattern(&to.Banner),
			"show":    p.text(&to.Show),
			"says":    p.pattern(&to.Says),
			"unless":  p.pattern(&to.Unless),
			"sample":  p.text(&to.Sample),
			"unknown": p.text(&to.Unknown),
		})
	}
}

func (p *parser) samples(to *Samples) field {
	return func(n *yaml.Node, at string) {
		p.mapping(n, at, nil, fields{
			"refused":    p.texts(&to.Refused),
			"warned":     p.texts(&to.Warned),
			"accepted":   p.texts(&to.Accepted),
			"lookalikes": p.texts(&to.Lookalikes),
			"pagers":     p.texts(&to.Pagers),
			"blocks":     p.texts(&to.Blocks),
		})
	}
}

func (p *parser) proof(to *Proof) field {
	return oneOf(p, to, ProofLab, ProofRecorded, ProofDocumented)
}
