package platform

import (
	"fmt"
	"slices"
	"strings"
)

// The least that a definition should bring to prove itself.
const (
	enoughSamples    = 3  // of each mode's prompt
	enoughLookalikes = 10 // lines that are no prompt
)

// Lint reads a definition as Parse does, and says what is weak in a valid one:
// prompts that two modes share, ways that are never taken, patterns that match what
// they should not, and what is not proved for want of samples. The problems are
// sorted by line; the error is that of Parse.
func Lint(name string, text []byte) (*Definition, []*Problem, error) {
	d, err := Parse(name, text)
	if err != nil {
		return nil, nil, err
	}
	p := &parser{lines: map[string]int{}}
	root := p.document(text)
	if isScrapli(root) {
		return d, p.lintScrapli(root, d), nil // such a file has no place for most of what would be asked for
	}
	p.definition(p.extended(root, Embedded().root), &Definition{}) // for the lines of its fields
	p.problems = nil
	p.overlaps(d)
	p.untaken(d)
	p.strays(d)
	p.unlimited(d)
	p.unproved(d)
	weak := &InvalidError{Problems: p.problems}
	weak.sort()
	return d, weak.Problems, nil
}

// overlaps finds prompts that are of two modes, though no sample is.
func (p *parser) overlaps(d *Definition) {
	for i := range d.Modes {
		m := &d.Modes[i]
		example := Example(m.Prompt)
		for j := range d.Modes {
			other := &d.Modes[j]
			if told := m.Above != nil && other.Above != nil; i != j && !told && m.Matches(example) && other.Matches(example) {
				p.failAt("modes."+m.Name+".prompt", "takes %q, which is a prompt of %s too: one of them should leave it to the other (except)", example, other.Name)
			}
		}
	}
}

// untaken finds ways that another always comes before.
func (p *parser) untaken(d *Definition) {
	for i, t := range d.Transitions {
		same := func(o Transition) bool { return o.From == t.From && o.To == t.To && o.As == t.As }
		// An inherited way is covered on purpose.
		inherited := d.Extends != "" && p.line(fmt.Sprintf("transitions[%d]", i)) == p.line("extends")
		if first := slices.IndexFunc(d.Transitions, same); first < i && !inherited {
			p.failAt(fmt.Sprintf("transitions[%d]", i), "is never taken: the one on line %d leads the same way", p.line(fmt.Sprintf("transitions[%d]", first)))
		}
	}
}

// strays finds patterns that take a prompt for something else.
func (p *parser) strays(d *Definition) {
	for _, m := range d.Modes {
		for _, sample := range m.Samples {
			line := lastLine(sample)
			for i, pager := range d.Pagers {
				if pager.Prompt.MatchString(line) {
					p.failAt(fmt.Sprintf("pagers[%d]", i), "takes the prompt %q for a page end", line)
				}
			}
			for i, q := range d.Questions {
				if q.Prompt.MatchString(line) {
					p.failAt(fmt.Sprintf("questions[%d]", i), "takes the prompt %q for a question", line)
				}
			}
			for i, f := range d.Failures {
				if f.Severity == SeverityError && !f.Whole && f.Pattern.MatchString(line) {
					p.failAt(fmt.Sprintf("failures[%d]", i), "takes the prompt %q for a refusal", line)
				}
			}
		}
	}
	for _, line := range outputs(d) {
		for _, m := range d.Modes {
			if m.Matches(line) {
				p.failAt("modes."+m.Name+".prompt", "takes %q for a prompt, which is a line of the samples' output", line)
			}
		}
		for i, pager := range d.Pagers {
			if pager.Prompt.MatchString(line) {
				p.failAt(fmt.Sprintf("pagers[%d]", i), "takes %q for a page end, which is a line of the samples' output", line)
			}
		}
		for i, q := range d.Questions {
			if q.Prompt.MatchString(line) {
				p.failAt(fmt.Sprintf("questions[%d]", i), "takes %q for a question, which is a line of the samples' output", line)
			}
		}
	}
}

// outputs are the lines of all samples of what the device prints.
func outputs(d *Definition) []string {
	var lines []string
	for _, text := range slices.Concat(d.Samples.Accepted, d.Samples.Warned, d.Samples.Refused, []string{d.Detect.Sample}) {
		for line := range strings.SplitSeq(text, "\n") {
			lines = append(lines, strings.TrimRight(line, " \t\r"))
		}
	}
	return lines
}

// unlimited finds endings that every command is to have.
func (p *parser) unlimited(d *Definition) {
	for i, e := range d.Endings {
		if e.Command == nil {
			p.failAt(fmt.Sprintf("endings[%d]", i), "is for all commands: those that end otherwise become errors; name the ones it is known of (command)")
		}
	}
}

// unproved says what no sample proves.
func (p *parser) unproved(d *Definition) {
	for _, m := range d.Modes {
		if n := len(m.Samples); n < enoughSamples {
			p.failAt("modes."+m.Name+".samples", "%s; %d or more of different devices would prove the pattern", counted(n, "sample"), enoughSamples)
		}
		if m.Display == "" {
			p.failAt("modes."+m.Name, "has no display: simulated devices show the first sample")
		}
	}
	if n := len(d.Samples.Lookalikes); n < enoughLookalikes {
		p.failAt("samples.lookalikes", "%s; %d or more lines of real output that resemble prompts would prove the patterns", counted(n, "look-alike"), enoughLookalikes)
	}
	switch {
	case len(d.Failures) == 0:
		p.failAt("failures", "there are none: refused commands are taken for answers")
	case len(d.Samples.Refused) == 0:
		p.failAt("samples.refused", "there are none: nothing proves that a refusal is seen")
	}
	if len(d.Close) == 0 {
		p.failAt("close", "there are no steps: the session is cut off")
	}
}

func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
