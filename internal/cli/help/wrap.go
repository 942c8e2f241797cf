package help

import "strings"

// wrap breaks a text into lines of so many columns, at its spaces. A word that is
// longer has a line to itself.
func wrap(text string, columns int) []string {
	var lines []string
	var line string
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > columns:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// paragraphs wraps each paragraph of a text. One that is indented, such as a table,
// stays as it is.
func paragraphs(text string, columns int) []string {
	var lines []string
	for i, part := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			lines = append(lines, "")
		}
		if strings.HasPrefix(part, " ") {
			lines = append(lines, strings.Split(part, "\n")...)
		} else {
			lines = append(lines, wrap(part, columns)...)
		}
	}
	return lines
}

// beside puts a text at the right of a name, in lines of so many columns, the name
// padded to a width.
func beside(name string, width int, text string, columns int) []string {
	const gap = 2
	var lines []string
	for i, line := range wrap(text, columns-width-gap) {
		left := ""
		if i == 0 {
			left = name
		}
		if len(left) > width { // it has a line to itself
			lines, left = append(lines, left), ""
		}
		lines = append(lines, strings.TrimRight(left+strings.Repeat(" ", width+gap-len(left))+line, " "))
	}
	return lines
}
