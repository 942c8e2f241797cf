package platform

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Detector finds out which platform a device is of, from what is seen of it. It
// does no I/O: its owner hands in what the device shows, types the commands that
// Next wants, and asks for the Verdict. It is not safe for concurrent use.
type Detector struct {
	all       []*Definition   // that are in question
	fits      []*Definition   // all whose prompt it is, and that nothing speaks against
	marked    map[string]bool // those that the SSH server or the greeting speaks for
	worded    map[string]bool // those in whose words, and few others', a command was refused
	knows     map[string]bool // those that know the words of a refusal
	said      map[string]bool // those whose command was answered as it should be
	chances   map[string]int  // how much the prompt speaks for those whose it is
	forbidden map[string]bool // the commands that the user may not type
	typed     map[string]bool
	answered  []string // the commands, quoted
	evidence  []string
}

// NewDetector makes a detector of definitions; the generic one, and those that
// extend it, are left out. Of the definitions that cannot be read nothing can be
// found out.
func NewDetector(defs iter.Seq2[*Definition, error]) *Detector {
	d := &Detector{chances: map[string]int{}}
	for _, set := range []*map[string]bool{&d.marked, &d.worded, &d.knows, &d.said, &d.forbidden, &d.typed} {
		*set = map[string]bool{}
	}
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

// Prompts are the shapes of all prompts that the detector knows, each once, those
// first that have more that is their own.
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
	slices.SortStableFunc(modes, func(a, b *Mode) int { return cmp.Compare(b.own, a.own) })
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
	d.mark(d.marked, fmt.Sprintf("its SSH server is %q", identification), func(def *Definition) bool {
		return def.Detect.SSH != nil && def.Detect.SSH.MatchString(identification)
	})
}

// Banner takes what the device showed before its first prompt.
func (d *Detector) Banner(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t\r")
		d.mark(d.marked, fmt.Sprintf("it greets with %q", strings.TrimSpace(line)), func(def *Definition) bool {
			return def.Detect.Banner != nil && def.Detect.Banner.MatchString(line)
		})
	}
}

// Prompt takes the device's prompt, the lines above it included. Those that have
// no such prompt are out.
func (d *Detector) Prompt(prompt string) {
	line := lastLine(prompt)
	d.keep(func(def *Definition) bool {
		m, ok := def.ModeOf(line)
		if ok {
			// Each further letter that is fixed is less likely there by chance.
			d.chances[def.Name] = 1 << min(3*m.own, 16)
		}
		return ok
	})
	of := "none"
	if n := len(d.fits); n > 3 {
		of = fmt.Sprintf("%d platforms", n)
	} else if n > 0 {
		var names []string
		for _, def := range d.fits {
			names = append(names, def.Name)
		}
		of = strings.Join(names, ", ")
	}
	d.evidence = append(d.evidence, fmt.Sprintf("its prompt %q is that of %s", line, of))
}

// Prefer takes what the device was found to be before: while its prompt fits, and
// neither its SSH server nor its greeting speaks for another, that is believed.
func (d *Detector) Prefer(name string) {
	if left := d.left(d.marked); len(left) > 0 && !d.marked[name] {
		return
	}
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

func (d *Detector) mark(in map[string]bool, why string, speaksFor func(*Definition) bool) {
	found := false
	for _, def := range d.fits {
		if speaksFor(def) {
			in[def.Name], found = true, true
		}
	}
	if found {
		d.evidence = append(d.evidence, why)
	}
}

// Next gives the command whose answer decides most: the one that most of those
// in question are told by. One counts more that is met more often; more still one
// whose prompts have more that is their own, or that knows the words in which a
// command was refused; most one that knows them almost alone. While the SSH server
// or the greeting speaks for some, only theirs are wanted. Where the device has said
// what it is, it may still be one of those that extend that. False: there is none
// left, or no need of one.
func (d *Detector) Next() (command string, ok bool) {
	var from []*Definition
	if len(d.said) > 0 {
		for _, def := range d.fits {
			if d.said[def.Extends] && !d.said[def.Name] {
				from = append(from, def)
			}
		}
	} else if from = d.left(d.marked); len(from) == 0 {
		from = d.fits
	}
	votes := map[string]int{}
	for _, def := range from {
		if show := def.Detect.Show; def.Detect.Says != nil && !d.typed[show] {
			vote := def.familiarity() * d.chances[def.Name]
			if d.knows[def.Name] {
				vote *= 16
			}
			if d.worded[def.Name] {
				vote += 1 << 28
			}
			votes[show] += vote
		}
	}
	if len(votes) == 0 {
		return "", false
	}
	shows := slices.SortedFunc(maps.Keys(votes), func(a, b string) int {
		return cmp.Or(cmp.Compare(votes[b], votes[a]), cmp.Compare(d.uses(b), d.uses(a)), cmp.Compare(a, b))
	})
	d.typed[shows[0]] = true
	return shows[0], true
}

// Answers reports whether the device may be one that answers every command, and shows
// its prompt before it does: see Definition.Answers.
func (d *Detector) Answers() bool {
	return slices.ContainsFunc(d.fits, func(def *Definition) bool { return def.Answers })
}

// tells reports whether an answer says that the device is of one in question.
func (d *Detector) tells(command, answer string) bool {
	return slices.ContainsFunc(d.fits, func(def *Definition) bool {
		if def.Detect.Says == nil || def.Detect.Show != command {
			return false
		}
		_, ok := def.Detect.find(answer)
		return ok
	})
}

// uses counts all that a command tells.
func (d *Detector) uses(show string) int {
	n := 0
	for _, def := range d.all {
		if def.Detect.Show == show {
			n++
		}
	}
	return n
}

// Answer takes the answer to a command of Next, also one that refuses it. Those
// that would have answered otherwise are out, but for where the user lacks the
// rights: that tells nothing.
func (d *Detector) Answer(command, answer string) {
	lines := short(answer)
	if i := slices.IndexFunc(lines, forbidden().MatchString); i >= 0 && !d.tells(command, answer) {
		d.forbidden[command] = true
		d.evidence = append(d.evidence, fmt.Sprintf("the user may not type %q: it answers %q", command, strings.TrimSpace(lines[i])))
		return
	}
	d.answered = append(d.answered, strconv.Quote(command))
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
	if len(d.said) == 0 {
		d.refused(command, answer)
	}
}

// Verdict is what the device is by all that was seen.
func (d *Detector) Verdict() *Detection {
	v := &Detection{Platform: Generic, Confidence: Unsure, Evidence: slices.Compact(slices.Clone(d.evidence))}
	if n := len(d.answered); n > 0 && len(d.said) == 0 {
		v.Evidence = append(v.Evidence, fmt.Sprintf("it answers %s like no platform that would be known by it", strings.Join(d.answered, ", ")))
	}
	left, confidence := d.fits, Likely
	said, marked, worded := d.mostSpecific(d.left(d.said)), d.mostSpecific(d.left(d.marked)), d.left(d.worded)
	switch {
	case len(said) > 0:
		left, confidence = said, Certain
	case len(marked) > 0:
		left = marked
	case len(worded) == 1: // of two, a third may have the words as well
		left = worded
	}
	if len(left) == 1 {
		v.Platform, v.Confidence = left[0].Name, confidence
		return v
	}
	for _, def := range left {
		v.Others = append(v.Others, Other{def.Name, d.why(def)})
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

// left are those in question that are in a set.
func (d *Detector) left(in map[string]bool) []*Definition {
	var left []*Definition
	for _, def := range d.fits {
		if in[def.Name] {
			left = append(left, def)
		}
	}
	return left
}

// familiarity is how often a platform is met, as far as its definition tells: the
// tools that know it, and whether somebody had one to try.
func (d *Definition) familiarity() int {
	n, k := 1, &d.KnownAs
	for _, known := range []bool{k.TextFSM != "", len(k.Netmiko) > 0, len(k.Napalm) > 0, len(k.Scrapli) > 0, d.Proof != ProofDocumented, d.Proof == ProofLab} {
		if known {
			n++
		}
	}
	return n
}
