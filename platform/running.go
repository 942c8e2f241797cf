package platform

import (
	"regexp"
	"slices"
	"strings"
)

// Complete reports whether an output ends as the outputs of its command do, by
// the first of d's Endings for that command; true where there is none. Messages
// that the device shows unasked may stand behind the end.
func (d *Definition) Complete(command, output string) bool {
	for _, e := range d.Endings {
		if e.Command == nil || e.Command.MatchString(strings.TrimSpace(command)) {
			return e.Line.MatchString(lastWords(output))
		}
	}
	return true
}

// lastWords is the last line of a text that is neither blank nor a message shown
// unasked, without trailing blanks.
func lastWords(text string) string {
	for {
		text = strings.TrimRight(text, " \t\r\n")
		at := strings.LastIndexByte(text, '\n')
		line := text[at+1:]
		if at < 0 || !slices.ContainsFunc(universalMessages(), func(re *regexp.Regexp) bool { return re.MatchString(line) }) {
			return line
		}
		text = text[:at]
	}
}

// hidden stands for a secret.
const hidden = "********"

// Steady returns a configuration without its Volatile lines: two that are equal
// then are equal for the device.
func (r *Running) Steady(text string) string {
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		if !r.volatile(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

func (r *Running) volatile(line string) bool {
	line = strings.TrimRight(line, " \t\r")
	for _, re := range r.Volatile {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

// Masked returns a configuration with eight asterisks in the place of what its
// Secrets find, each as often as it stands in a line. What no pattern knows stays.
func (r *Running) Masked(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = r.mask(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (r *Running) mask(line string) string {
	for _, re := range r.Secrets {
		group := re.SubexpIndex("secret")
		for at := 0; at < len(line); {
			m := re.FindStringSubmatchIndex(line[at:])
			if m == nil {
				break
			}
			from, to := at+m[1], len(line) // all that follows
			if group >= 0 {
				from, to = at+m[2*group], at+m[2*group+1]
			}
			if group >= 0 && m[2*group] < 0 || from == to { // nothing secret in this one
				at += max(m[1], 1)
				continue
			}
			line = line[:from] + hidden + line[to:]
			at = from + len(hidden)
		}
	}
	return line
}
