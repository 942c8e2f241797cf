package platform

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Confidence says how sure a detection is.
type Confidence string

// The degrees of confidence, strongest first.
const (
	Certain Confidence = "certain" // the device said so itself
	Likely  Confidence = "likely"  // nothing else fits what was seen
	Unsure  Confidence = "unsure"  // more than one fits, or none does
)

// Detection is what a device was found to be, and why.
type Detection struct {
	// Platform is the definition's name; "generic" where nothing fits, or where
	// nothing tells the ones that fit apart.
	Platform   string
	Confidence Confidence
	Evidence   []string // in words, in the order it was found
	Others     []string // what it may be as well, where Confidence is Unsure
}

// String is the detection in one line.
func (d *Detection) String() string {
	text := fmt.Sprintf("%s (%s: %s)", d.Platform, d.Confidence, strings.Join(d.Evidence, "; "))
	if n := len(d.Others); n > 0 {
		some := slices.Clone(d.Others[:min(n, 4)])
		if n > len(some) {
			some = append(some, fmt.Sprintf("one of %d more", n-len(some)))
		}
		text += "; it may be " + strings.Join(some, " or ")
	}
	return text
}

// A Detector finds out which platform a device is of, from what is seen of it. It
// does no I/O: its owner hands in what the device shows, types the commands that
// Next wants, and asks for the Verdict. It is not safe for concurrent use.
type Detector struct {
	all      []*Definition // that are in question
	fits     []*Definition // all whose prompt it is, and that nothing speaks against
	marked   map[string]bool
	said     map[string]bool // those whose command was answered as it should be
	typed    map[string]bool
	evidence []string
}

// NewDetector makes a detector of definitions; the generic one, and those that
// extend it, are left out. Of the definitions that cannot be read nothing can be
// found out.
func NewDetector(defs iter.Seq2[*Definition, error]) *Detector {
	d := &Detector{marked: map[string]bool{}, said: map[string]bool{}, typed: map[string]bool{}}
	for def, err := range defs {
		if err == nil && def.Name != Generic && def.Extends != Generic {
			d.all = append(d.all, def)
		}
	}
	d.fits = slices.Clone(d.all)
	return d
}

// Generic is the name of the definition that knows nothing and learns the prompt.
const Generic = "generic"

// Prompts are the shapes of all prompts that the detector knows, each once.
func (d *Detector) Prompts() []*Mode {
	var modes []*Mode
	seen := map[string]bool{}
	for _, def := range d.all {
		for i := range def.Modes {
			m := &def.Modes[i]
			key := m.Prompt.String()
			if m.Except != nil {
				key += "\n" + m.Except.String()
			}
			if m.Exact != nil {
				key += "\n" + m.Exact.String()
			}
			if !seen[key] {
				seen[key] = true
				modes = append(modes, m)
			}
		}
	}
	return modes
}

// Detours are the questions on the way in of the platforms that the SSH server
// gave away.
func (d *Detector) Detours() []Ask {
	var detours []Ask
	for _, def := range d.fits {
		if d.marked[def.Name] {
			detours = append(detours, def.Login.Detours...)
		}
	}
	return detours
}

// SSH takes the identification of the device's SSH server, such as
// "SSH-2.0-Cisco-1.25". It speaks for some, and against none: a new release may
// bring another.
func (d *Detector) SSH(identification string) {
	if identification == "" {
		return
	}
	d.mark(fmt.Sprintf("its SSH server is %q", identification), func(def *Definition) bool {
		return def.Detect.SSH != nil && def.Detect.SSH.MatchString(identification)
	})
}

// Banner takes what the device showed before its first prompt.
func (d *Detector) Banner(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t\r")
		d.mark(fmt.Sprintf("it greets with %q", strings.TrimSpace(line)), func(def *Definition) bool {
			return def.Detect.Banner != nil && def.Detect.Banner.MatchString(line)
		})
	}
}

// Prompt takes the device's prompt, the lines above it included. Those that have
// no such prompt are out.
func (d *Detector) Prompt(prompt string) {
	line := lastLine(prompt)
	d.keep(func(def *Definition) bool {
		_, ok := def.ModeOf(line)
		return ok
	})
	names := d.names(d.fits)
	if len(names) > 3 {
		names = append(names[:3:3], fmt.Sprintf("%d more", len(d.fits)-3))
	}
	d.evidence = append(d.evidence, fmt.Sprintf("its prompt %q is that of %s", line, cmp.Or(strings.Join(names, ", "), "none")))
}

// Prefer takes what the device was found to be before: while its prompt fits,
// that is believed.
func (d *Detector) Prefer(name string) {
	for _, def := range d.fits {
		if def.Name == name {
			d.fits, d.said[name] = []*Definition{def}, true
			d.evidence = append(d.evidence, "it was found to be so before")
			return
		}
	}
}

func (d *Detector) keep(fits func(*Definition) bool) {
	d.fits = slices.DeleteFunc(slices.Clone(d.fits), func(def *Definition) bool { return !fits(def) })
}

func (d *Detector) mark(why string, speaksFor func(*Definition) bool) {
	found := false
	for _, def := range d.fits {
		if speaksFor(def) {
			d.marked[def.Name], found = true, true
		}
	}
	if found {
		d.evidence = append(d.evidence, why)
	}
}

// Next gives the command whose answer decides most: the one that most of those
// in question are told by, the marked ones first. False: there is none left, or
// no need of one.
func (d *Detector) Next() (command string, ok bool) {
	if len(d.said) > 0 {
		return "", false
	}
	votes := map[string]int{}
	for _, def := range d.fits {
		show := def.Detect.Show
		if def.Detect.Says == nil || d.typed[show] {
			continue
		}
		votes[show]++
		if d.marked[def.Name] {
			votes[show] += len(d.all) // one marked outweighs all others
		}
	}
	if len(votes) == 0 {
		return "", false
	}
	shows := slices.SortedFunc(maps.Keys(votes), func(a, b string) int {
		return cmp.Or(cmp.Compare(votes[b], votes[a]), cmp.Compare(a, b))
	})
	d.typed[shows[0]] = true
	return shows[0], true
}

// Answer takes the answer to a command of Next, also one that refuses it. Those
// that would have answered otherwise are out.
func (d *Detector) Answer(command, answer string) {
	d.keep(func(def *Definition) bool {
		if def.Detect.Show != command || def.Detect.Says == nil {
			return true
		}
		line, ok := def.Detect.find(answer)
		if ok {
			d.said[def.Name] = true
			d.evidence = append(d.evidence, fmt.Sprintf("it answers %q with %q", command, strings.TrimSpace(line)))
		}
		return ok
	})
}

// Verdict is what the device is by all that was seen.
func (d *Detector) Verdict() *Detection {
	v := &Detection{Platform: Generic, Confidence: Unsure, Evidence: slices.Compact(d.evidence)}
	for _, stage := range []struct {
		in         map[string]bool // nil: all that fit
		confidence Confidence
	}{{d.said, Certain}, {d.marked, Likely}, {nil, Likely}} {
		var left []*Definition
		for _, def := range d.fits {
			if stage.in == nil || stage.in[def.Name] {
				left = append(left, def)
			}
		}
		left = d.mostSpecific(left)
		switch len(left) {
		case 0:
			continue
		case 1:
			v.Platform, v.Confidence = left[0].Name, stage.confidence
		default:
			v.Others = d.names(left)
		}
		break
	}
	return v
}

// mostSpecific leaves out the definitions that others among them extend, and,
// where some are marked, those that are not.
func (d *Detector) mostSpecific(defs []*Definition) []*Definition {
	isMarked := func(def *Definition) bool { return d.marked[def.Name] }
	if slices.ContainsFunc(defs, isMarked) {
		defs = slices.DeleteFunc(slices.Clone(defs), func(def *Definition) bool { return !isMarked(def) })
	}
	return slices.DeleteFunc(slices.Clone(defs), func(base *Definition) bool {
		return slices.ContainsFunc(defs, func(def *Definition) bool { return def.Extends == base.Name && def.Name != base.Name })
	})
}

func (d *Detector) names(defs []*Definition) []string {
	var names []string
	for _, def := range defs {
		names = append(names, def.Name)
	}
	return names
}
