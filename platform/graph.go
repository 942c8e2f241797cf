package platform

import (
	"slices"
	"strings"
)

// Mode finds a mode by its name.
func (d *Definition) Mode(name string) (*Mode, bool) {
	i := slices.IndexFunc(d.Modes, func(m Mode) bool { return m.Name == name })
	if i < 0 {
		return nil, false
	}
	return &d.Modes[i], true
}

// ModeOf finds the mode of a prompt: the first in the order of Modes whose line it
// is, and of several whose line it is, the first whose upper lines it has. The
// lines are separated by "\n", trailing blanks removed; the last is the one that
// the cursor stands on.
func (d *Definition) ModeOf(prompt string) (*Mode, bool) {
	lines := strings.Split(prompt, "\n")
	line, above := lines[len(lines)-1], lines[:len(lines)-1]
	var found *Mode
	for i := range d.Modes {
		m := &d.Modes[i]
		if !m.Matches(line) {
			continue
		}
		if m.AboveCount(above) > 0 {
			return m, true
		}
		if found == nil {
			found = m
		}
	}
	return found, found != nil
}

// toldFrom reports whether the lines above a prompt of m, where there are any,
// tell it from one of another mode with the same last line.
func (m *Mode) toldFrom(other *Mode, above []string) bool {
	return len(above) > 0 && m.Above != nil && other.Above != nil && m.AboveCount(above) > 0 && other.AboveCount(above) == 0
}

// Target splits what a user writes for a mode: its name, and after a blank the
// argument that it takes ("vdom root") or the way that leads there
// ("configuration private").
func Target(text string) (mode, argument string) {
	mode, argument, _ = strings.Cut(strings.TrimSpace(text), " ")
	return mode, strings.TrimSpace(argument)
}

// Path gives the transitions that lead from a mode to a target (see Target), the
// fewest there are; among equals, those that come first in the definition. From
// a mode to itself the path is empty, but with an argument it leads out and in
// again. The argument's place in the steps is filled. The error is a
// *NoPathError.
func (d *Definition) Path(from, target string) ([]Transition, error) {
	to, argument := Target(target)
	fail := &NoPathError{Platform: d.Name, From: from, To: to, Argument: argument, Modes: d.modeNames()}
	at, ok := d.Mode(to)
	if !slices.Contains(fail.Modes, from) || !ok {
		return nil, fail
	}
	if argument == "" {
		if at.Argument != "" && from != to {
			fail.Argument = "?"
			return nil, fail
		}
		return d.path(from, to, fail)
	}
	fail.Parameter, fail.Ways = d.Parameter(target), d.Ways(to)
	name, value := argument, ""
	if fail.Parameter != "" {
		if name, value = Target(argument); value == "" {
			return nil, fail
		}
	}
	var best []Transition
	for _, last := range d.Transitions {
		named := last.As == name || last.As == "" && at.Argument != "" && !d.hasWay(to, name)
		if last.To != to || !named {
			continue
		}
		way, err := d.path(from, last.From, fail)
		if err == nil && (best == nil || len(way)+1 < len(best)) {
			last.Steps = FillSteps(last.Steps, map[string]string{at.Argument: argument, fail.Parameter: value})
			best = append(way, last)
		}
	}
	if best == nil {
		return nil, fail
	}
	return best, nil
}

// times are the forms in which a named way may have to be told a time.
var times = []string{"minutes", "seconds", "clock"}

// parameters are all that a named way may have to be told: a time, or the name of
// what it leads to.
var parameters = []string{"minutes", "seconds", "clock", "name"}

// Parameter names what must stand behind the name of the way in a target, such as
// "minutes" for "configuration revert" of cisco_iosxe, or "name" for "privileged
// context" of cisco_asa; "" where nothing must.
func (d *Definition) Parameter(target string) string {
	mode, way := Target(target)
	way, _ = Target(way)
	for _, t := range d.Transitions {
		if t.To != mode || t.As == "" || t.As != way {
			continue
		}
		for _, field := range parameters {
			if Takes(t.Steps, field) {
				return field
			}
		}
	}
	return ""
}

// hasWay reports whether a way into a mode has that name.
func (d *Definition) hasWay(to, as string) bool {
	return slices.ContainsFunc(d.Transitions, func(t Transition) bool { return t.To == to && t.As == as })
}

// Ways names the ways into a mode that are taken only where they are asked for.
func (d *Definition) Ways(mode string) []string {
	var names []string
	for _, t := range d.Transitions {
		if t.To == mode && t.As != "" && !slices.Contains(names, t.As) {
			names = append(names, t.As)
		}
	}
	return names
}

// path is Path without arguments. A mode that needs one is no station on the way
// to another.
func (d *Definition) path(from, to string, fail *NoPathError) ([]Transition, error) {
	arrival := map[string]int{from: -1} // the transition by which a mode was first reached
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		if here == to {
			return d.walkBack(arrival, to), nil
		}
		for i, t := range d.Transitions {
			_, seen := arrival[t.To]
			if t.From != here || seen || t.As != "" {
				continue
			}
			if m, ok := d.Mode(t.To); ok && m.Argument != "" && takesArgument(t, m) {
				continue
			}
			arrival[t.To] = i
			queue = append(queue, t.To)
		}
	}
	return nil, fail
}

// takesArgument reports whether a way into a mode needs the mode's argument: the
// way back to it from within does not.
func takesArgument(t Transition, m *Mode) bool { return Takes(t.Steps, m.Argument) }

func (d *Definition) walkBack(arrival map[string]int, to string) []Transition {
	path := []Transition{}
	for i := arrival[to]; i >= 0; i = arrival[d.Transitions[i].From] {
		path = append(path, d.Transitions[i])
	}
	slices.Reverse(path)
	return path
}

func (d *Definition) modeNames() []string {
	names := make([]string, len(d.Modes))
	for i, m := range d.Modes {
		names[i] = m.Name
	}
	return names
}

// Shown gives the mode's argument as a prompt of it shows: the group of that
// name, "" where there is none.
func (m *Mode) Shown(line string) string { return m.group(line, m.Argument) }

// Host gives the device's name in a prompt of m: the group "host" of its
// pattern, "" where there is none or where line is no prompt of m.
func (m *Mode) Host(line string) string { return m.group(line, "host") }

func (m *Mode) group(line, name string) string {
	at := m.Prompt.SubexpIndex(name)
	if at < 0 || !m.Matches(line) {
		return ""
	}
	return m.Prompt.FindStringSubmatch(line)[at]
}

// linesAbove bounds the lines that a prompt may have above its last.
const linesAbove = 3

// AboveCount says how many of the last lines before a prompt of m belong to the
// prompt. The lines are oldest first, without the prompt's own, trailing blanks
// removed. Above is tried on the last three lines joined by "\n", then on two,
// then on one; it is anchored at both ends.
func (m *Mode) AboveCount(before []string) int {
	if m.Above == nil {
		return 0
	}
	for n := min(linesAbove, len(before)); n > 0; n-- {
		text := strings.Join(before[len(before)-n:], "\n")
		if m.Above.MatchString(text) {
			return n
		}
	}
	return 0
}

// Render gives the prompt as a device of that name shows it to that user,
// trailing blank included: Display with "{host}", "{user}", "{context}" and the
// mode's argument replaced. The context is what the device adds for a place
// within a mode, such as "-if". The result holds "\n" where the prompt has
// several lines.
func (m *Mode) Render(host, user, context, argument string) string {
	pairs := []string{"{host}", host, "{user}", user, "{context}", context}
	if m.Argument != "" {
		pairs = append(pairs, "{"+m.Argument+"}", argument)
	}
	return strings.NewReplacer(pairs...).Replace(m.Display)
}

// Judge says how bad a line of output is by these patterns: "" where none
// matches, or nothing but such of SeverityIgnore. Those outrank the others wherever
// they stand; otherwise the first match counts. Patterns over the whole output are
// left out, and a failure without a pattern matches nothing.
func Judge(line string, failures ...[]Failure) Severity { return judge(line, false, failures) }

// JudgeWhole is Judge for a whole output, by the patterns that are for it.
func JudgeWhole(output string, failures ...[]Failure) Severity { return judge(output, true, failures) }

func judge(text string, whole bool, failures [][]Failure) Severity {
	bad := func(f *Failure) bool { return f.Severity != SeverityIgnore }
	verdict := firstOf(text, whole, failures, bad)
	if verdict == "" {
		return "" // as mostly: there is nothing to be ignored
	}
	harmless := func(f *Failure) bool { return f.Severity == SeverityIgnore }
	if ignored := firstOf(text, whole, failures, harmless); ignored != "" {
		return ignored
	}
	return verdict
}

// firstOf is the severity of the first failure of a kind that text matches.
func firstOf(text string, whole bool, failures [][]Failure, of func(*Failure) bool) Severity {
	for _, list := range failures {
		for i := range list {
			f := &list[i]
			if f.Pattern != nil && f.Whole == whole && of(f) && f.begins.mayMatch(f.Pattern, text) && f.Pattern.MatchString(text) {
				return f.Severity
			}
		}
	}
	return ""
}
