package inventory

import (
	"fmt"
	"strings"
)

// ini reads Ansible's INI: sections [group], [group:vars] and [group:children].
func (b *book) ini(file string, text []byte) {
	a := b.newAnsible()
	section, kind := "all", ""
	n := 0
	for raw := range strings.Lines(string(text)) {
		n++
		at := Origin{File: file, Line: n}
		line := strings.TrimSpace(raw)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' && iniSection().MatchString(line) {
			head, _, _ := strings.Cut(line[1:], "]")
			section, kind, _ = strings.Cut(strings.TrimSpace(head), ":")
			if kind != "" && kind != "vars" && kind != "children" {
				b.fail(at, "", "[%s] is no section: want [GROUP], [GROUP:vars] or [GROUP:children]", head)
			}
			a.group(section, at)
			continue
		}
		switch kind {
		case "vars":
			key, val, ok := strings.Cut(line, "=")
			if !ok {
				b.fail(at, section+":vars", "must be NAME=VALUE, and is %q", line)
				continue
			}
			a.group(section, at).data[strings.TrimSpace(key)] = iniValue(unquote(comment(strings.TrimSpace(val))), at)
		case "children":
			name := strings.TrimSpace(comment(line))
			a.child(name, section, at)
		default:
			a.iniHost(line, section, at)
		}
	}
	a.finish(file)
}

// iniHost reads "r1 ansible_host=192.0.2.1 site='ams 1'".
func (a *ansibleBook) iniHost(line, group string, at Origin) {
	words, err := shellWords(line)
	if err != nil {
		a.book.fail(at, "", "%v", err)
		return
	}
	if len(words) == 0 {
		return
	}
	hosts := a.host(words[0], group, at)
	for _, w := range words[1:] {
		key, val, ok := strings.Cut(w, "=")
		if !ok || key == "" {
			a.book.fail(at, words[0], "is followed by %q: want NAME=VALUE", w)
			continue
		}
		for _, e := range hosts {
			e.data[key] = iniValue(val, at)
		}
	}
}

func iniValue(text string, at Origin) *Value { return &Value{Any: text, Origin: at} }

// comment cuts off what follows a # after a blank.
func comment(line string) string {
	if i := strings.Index(line, " #"); i >= 0 && !strings.ContainsAny(line[:i], `'"`) {
		return strings.TrimSpace(line[:i])
	}
	return line
}

func unquote(text string) string {
	if len(text) >= 2 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		return text[1 : len(text)-1]
	}
	return text
}

// ParseProgram splits a program and its arguments into words as a shell would: with
// quotes and backslashes, and without what stands behind a # that begins a word.
// Nothing else of a shell means anything there.
func ParseProgram(line string) ([]string, error) {
	words, err := shellWords(line)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q: %w", line, err)
	case len(words) == 0:
		return nil, fmt.Errorf("%q names no program", line)
	}
	return words, nil
}

// shellWords splits a line as a shell would: quotes, backslashes, and # for the
// rest of the line.
func shellWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	open, quote, escaped := false, rune(0), false
	end := func() {
		if open {
			words = append(words, word.String())
			word.Reset()
			open = false
		}
	}
	for _, r := range line {
		switch {
		case escaped:
			escaped = false
			word.WriteRune(r)
		case r == '\\' && quote != '\'':
			escaped, open = true, true
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				word.WriteRune(r)
			}
		case r == '"' || r == '\'':
			quote, open = r, true
		case r == ' ' || r == '\t':
			end()
		case r == '#' && !open:
			return words, nil
		default:
			open = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the quote %c is not closed", quote)
	}
	end()
	return words, nil
}
