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

// ModeOf finds the mode whose prompt line is; the first in the order of Modes.
// The line is the one the cursor stands on, trailing blanks removed.
func (d *Definition) ModeOf(line string) (*Mode, bool) {
	i := slices.IndexFunc(d.Modes, func(m Mode) bool { return m.Matches(line) })
	if i < 0 {
		return nil, false
	}
	return &d.Modes[i], true
}

// Path gives the transitions that lead from one mode to another, the fewest
// there are; among equals, those that come first in the definition. From a mode
// to itself the path is empty. The error is a *NoPathError.
func (d *Definition) Path(from, to string) ([]Transition, error) {
	fail := &NoPathError{Platform: d.Name, From: from, To: to, Modes: d.modeNames()}
	if !slices.Contains(fail.Modes, from) || !slices.Contains(fail.Modes, to) {
		return nil, fail
	}
	arrival := map[string]int{from: -1} // the transition by which a mode was first reached
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		if here == to {
			return d.walkBack(arrival, to), nil
		}
		for i, t := range d.Transitions {
			if _, seen := arrival[t.To]; t.From == here && !seen {
				arrival[t.To] = i
				queue = append(queue, t.To)
			}
		}
	}
	return nil, fail
}

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

// Host gives the device's name in a prompt of m: the group "host" of its
// pattern, "" where there is none or where line is no prompt of m.
func (m *Mode) Host(line string) string {
	if !m.Matches(line) {
		return ""
	}
	at := m.Prompt.SubexpIndex("host")
	if at < 0 {
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
// trailing blank included: Display with "{host}", "{user}" and "{context}"
// replaced. The context is what the device adds for a place within a mode, such
// as "-if". The result holds "\n" where the prompt has several lines.
func (m *Mode) Render(host, user, context string) string {
	return strings.NewReplacer("{host}", host, "{user}", user, "{context}", context).Replace(m.Display)
}

// Judge says how bad a line of output is by these patterns: "" where none
// matches. SeverityIgnore outranks the others wherever it stands; otherwise the
// first match counts.
func Judge(line string, failures ...[]Failure) Severity {
	var verdict Severity
	for _, list := range failures {
		for _, f := range list {
			if verdict != "" && f.Severity != SeverityIgnore || !f.Pattern.MatchString(line) {
				continue
			}
			if f.Severity == SeverityIgnore {
				return SeverityIgnore
			}
			verdict = f.Severity
		}
	}
	return verdict
}
