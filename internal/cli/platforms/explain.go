package platforms

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/vtynet/vty/platform"
)

// explain describes a definition in words.
func explain(d *platform.Definition) string {
	e := &explanation{def: d}
	e.line(d.Name, cmp.Or(d.Description, "(no description)"))
	e.line("also called", strings.Join(d.Aliases, ", "))
	e.line("templates", d.KnownAs.TextFSM)
	e.line("extends", d.Extends)
	e.line("proof", proofs[d.Proof])
	home := d.Default
	if home == "" {
		home = "wherever the login ends"
	}
	e.line("commands run in mode", home)
	e.modes()
	e.ways()
	e.session()
	e.configuration()
	e.words()
	return e.b.String()
}

type explanation struct {
	b   strings.Builder
	def *platform.Definition
}

// line says something under a title, and nothing where there is nothing to say.
func (e *explanation) line(title, text string) {
	if text != "" {
		fmt.Fprintf(&e.b, "%s: %s\n", title, text)
	}
}

func (e *explanation) steps(title string, list []platform.Step) { e.line(title, steps(list)) }

// modes gives the name of each mode, as it is written where one is wanted, and a
// prompt of it.
func (e *explanation) modes() {
	names := make([]string, len(e.def.Modes))
	for i, m := range e.def.Modes {
		if names[i] = m.Name; m.Argument != "" {
			names[i] += " " + strings.ToUpper(m.Argument)
		}
	}
	e.b.WriteString("\nmodes:\n")
	width := widest(names)
	for i, m := range e.def.Modes {
		sample := "the device's own, learned at login"
		if len(m.Samples) > 0 {
			sample = m.Samples[0]
		}
		fmt.Fprintf(&e.b, "  %-*s  %s\n", width, names[i], strings.ReplaceAll(sample, "\n", " / "))
	}
}

// ways gives what is typed on the way to each mode. A way with a name is taken only
// by those who write it behind the mode.
func (e *explanation) ways() {
	if len(e.def.Transitions) == 0 {
		return
	}
	var from, to, typed []string
	seen := map[[2]string]bool{} // a definition's own way covers the one that it extends
	for _, t := range e.def.Transitions {
		target := t.To
		if m, ok := e.def.Mode(t.To); ok && m.Argument != "" && platform.Takes(t.Steps, m.Argument) && t.As == "" {
			target += " " + strings.ToUpper(m.Argument)
		}
		if t.As != "" {
			target += " " + t.As
			if parameter := e.def.Parameter(target); parameter != "" {
				target += " " + strings.ToUpper(parameter)
			}
		}
		if way := [2]string{t.From, target}; !seen[way] {
			seen[way] = true
			from, to, typed = append(from, t.From), append(to, target), append(typed, steps(t.Steps))
		}
	}
	e.b.WriteString("\nways between them:\n")
	left, right := widest(from), widest(to)
	for i := range from {
		fmt.Fprintf(&e.b, "  %-*s  to %-*s  %s\n", left, from[i], right, to[i], typed[i])
	}
}

// session is what vty types, unasked, in every session.
func (e *explanation) session() {
	d := e.def
	e.b.WriteString("\n")
	for _, ask := range d.Login.Detours {
		e.line("on the way in", answered(ask))
	}
	if d.Login.Suffix != "" {
		e.line("the user's name is given as", "NAME"+d.Login.Suffix)
	}
	e.line("after the login", preparation(d))
	e.steps("before leaving", d.Close)
	if d.Return != "\r" {
		e.line("Enter is", key(d.Return))
	}
	if d.Interrupt != "\x03" {
		e.line("a running command is stopped with", key(d.Interrupt))
	}
	if d.Typing.Line > 0 {
		e.line("longest line", strconv.Itoa(d.Typing.Line)+" bytes")
	}
}

func (e *explanation) configuration() {
	d := e.def
	switch {
	case d.Configure.Mode == "":
		e.line("configuration", "none")
	case len(d.Configure.Commit) > 0:
		e.line("configuration", "in mode "+d.Configure.Mode+", lines collect in a candidate")
	default:
		e.line("configuration", "in mode "+d.Configure.Mode+", each line acts at once")
	}
	e.configure(&d.Configure)
	if d.Candidate.Mode != "" {
		e.line("where a difference, a check, a timer or all or nothing is wanted", "in mode "+d.Candidate.Mode+", lines collect in a candidate")
		e.configure(&d.Candidate)
	}
	if d.Revert.Mode != "" {
		e.line("where a timer is wanted", "in mode "+d.Revert.Mode+", the device takes the lines back unless they are confirmed")
		e.steps("  confirm", d.Revert.Confirm)
		e.steps("  cancel", d.Revert.Cancel)
	}
	e.line("running configuration", d.Running.Show)
	e.line("startup configuration", d.Running.Startup)
}

func (e *explanation) configure(c *platform.Configure) {
	e.steps("  difference", c.Diff)
	e.steps("  check", c.Check)
	e.steps("  commit", c.Commit)
	e.steps("  confirm", c.Confirm)
	e.steps("  cancel", c.Cancel)
	e.steps("  abort", c.Abort)
	e.steps("  roll back", c.Rollback)
	e.steps("  save", c.Save)
}

// words are what the device says, and what is made of it.
func (e *explanation) words() {
	d := e.def
	for _, q := range d.Questions {
		if q.Usual != nil {
			e.line("usual answer", answered(*q.Usual))
		}
	}
	if s := d.Samples.Refused; len(s) > 0 {
		e.line("a refusal reads", strings.ReplaceAll(s[0], "\n", " / "))
	} else if len(d.Failures) == 0 {
		e.line("a refusal reads", "nobody knows how: it is taken for an answer")
	}
	e.line("detected by", found(&d.Detect))
}

// found tells how a device of the platform is found out to be one.
func found(d *platform.Detect) string {
	var by []string
	if d.SSH != nil {
		by = append(by, "its SSH server's name")
	}
	if d.Banner != nil {
		by = append(by, "its greeting")
	}
	if d.Says != nil {
		by = append(by, fmt.Sprintf("its answer to %q", d.Show))
	}
	told := strings.Join(by, ", ")
	switch {
	case d.Unknown != "" && told != "":
		return told + "; else it must be named: " + d.Unknown
	case d.Unknown != "":
		return "nothing, it must be named: " + d.Unknown
	case told == "":
		return "its prompt, where nothing else has such a prompt"
	}
	return told
}

var proofs = map[platform.Proof]string{
	platform.ProofLab:        "lab (driven on the real thing)",
	platform.ProofRecorded:   "recorded (replayed from recorded sessions)",
	platform.ProofDocumented: "documented (written from documentation)",
}

// steps are what is typed, where, and which secret it may lead to.
func steps(list []platform.Step) string {
	var all []string
	for _, s := range list {
		text := s.Send
		if text == "" {
			text = "(return)"
		}
		if s.In != "" {
			text += " (in " + s.In + ")"
		}
		for _, a := range s.Asks {
			if a.Secret != "" && a.Secret != "user" {
				text += " (may ask for the " + a.Secret + " secret)"
			}
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// answered is a question, and what it is answered with.
func answered(a platform.Ask) string {
	answer := strconv.Quote(a.Answer)
	switch {
	case a.Secret != "":
		answer = "the " + a.Secret + " secret"
	case a.Answer == "":
		answer = "a return"
	case a.Key:
		answer = "the key " + key(a.Answer)
	}
	return readable(a.Prompt) + " is answered with " + answer
}

// readable is a question as a device may ask it, or else the pattern of it.
func readable(re *regexp.Regexp) string {
	if text := platform.Example(re); text != "" {
		return strconv.Quote(text)
	}
	return re.String()
}

// key names what is typed as people call it.
func key(text string) string {
	var names []string
	for _, r := range text {
		switch {
		case r == '\r':
			names = append(names, "CR")
		case r == '\n':
			names = append(names, "LF")
		case r == 0x1b:
			names = append(names, "Esc")
		case r < ' ':
			names = append(names, "Ctrl-"+string(r+'@'))
		default:
			names = append(names, strconv.Quote(string(r)))
		}
	}
	return strings.Join(names, " ")
}

// preparation tells what is typed after the login; of several ways the first that
// the device takes.
func preparation(d *platform.Definition) string {
	var parts []string
	for _, ways := range [][]platform.Way{d.Paging, d.Width} {
		var or []string
		for _, way := range ways {
			or = append(or, steps(way))
		}
		if len(or) > 0 {
			parts = append(parts, strings.Join(or, " or "))
		}
	}
	if len(d.Open) > 0 {
		parts = append(parts, steps(d.Open))
	}
	return strings.Join(parts, ", ")
}

func widest(texts []string) int {
	width := 0
	for _, text := range texts {
		width = max(width, len(text))
	}
	return width
}
