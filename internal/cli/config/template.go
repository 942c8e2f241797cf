package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/target"
)

// functions are what templates have beside those of package text/template.
var functions = template.FuncMap{
	"join":     func(sep string, list []any) string { return strings.Join(texts(list), sep) },
	"split":    func(sep, text string) []string { return strings.Split(text, sep) },
	"upper":    strings.ToUpper,
	"lower":    strings.ToLower,
	"trim":     strings.TrimSpace,
	"replace":  func(from, to, text string) string { return strings.ReplaceAll(text, from, to) },
	"contains": func(part, text string) bool { return strings.Contains(text, part) },
}

func texts(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// renderError says that a template does not make lines for a host.
type renderError struct {
	file string
	line int    // from 1; 0 where it is not known
	host string // "" where it is the same for all
	text string
}

func (e *renderError) Error() string {
	text := e.file
	if e.line > 0 {
		text += ":" + strconv.Itoa(e.line)
	}
	if e.host != "" {
		text += ": " + e.host
	}
	return text + ": " + e.text
}

// render makes the lines of every host of a template. The error names the first
// hosts that it cannot be done for; there are no lines then.
func render(file string, lines []numbered, targets []*target.Target) ([][]numbered, error) {
	var text strings.Builder
	for _, l := range lines {
		text.WriteString(l.text + "\n")
	}
	t, err := template.New(file).Option("missingkey=error").Funcs(functions).Parse(text.String())
	if err != nil {
		return nil, failure(file, "", err, nil)
	}
	const most = 20
	var failed []error
	out := make([][]numbered, len(targets))
	more := 0
	for i, host := range targets {
		data, secrets := variables(host)
		var b strings.Builder
		if err := t.Execute(&b, data); err != nil {
			if len(failed) < most {
				failed = append(failed, failure(file, host.Label, err, secrets))
			} else {
				more++
			}
			continue
		}
		out[i] = number(b.String())
	}
	if more > 0 {
		failed = append(failed, fmt.Errorf("%s: and %d more hosts", file, more))
	}
	if failed != nil {
		return nil, errors.Join(failed...)
	}
	return out, nil
}

// number is text in lines; numbers are those of the text.
func number(text string) []numbered {
	var lines []numbered
	n := 0
	for line := range strings.Lines(text) {
		n++
		lines = append(lines, numbered{strings.TrimRight(line, "\r\n"), n})
	}
	return lines
}

// said is what package text/template says went wrong, and missing a key that is
// not there.
var (
	said    = regexp.MustCompile(`(?s)^template: .+?:(\d+)(?::\d+)?: (?:executing .*? at <(.*)>: )?(.*)$`)
	missing = regexp.MustCompile(`^map has no entry for key "(.*)"$`)
)

// failure is an error of a template. secrets are the keys that were kept from it.
func failure(file, host string, err error, secrets map[string]bool) error {
	e := &renderError{file: file, host: host, text: err.Error()}
	m := said.FindStringSubmatch(err.Error())
	if m == nil {
		return e
	}
	e.line, _ = strconv.Atoi(m[1])
	e.text = m[3]
	at := m[2] // what failed, a part of an action or all of it
	if at != "" && !strings.HasPrefix(at, "{{") {
		at = "{{" + at + "}}"
	}
	if at != "" {
		e.text = at + ": " + e.text
	}
	if key := missing.FindStringSubmatch(m[3]); key != nil {
		e.text = fmt.Sprintf("the host has no %q, which %s asks for", key[1], at)
		if secrets[key[1]] {
			e.text = fmt.Sprintf("%q is a secret, and templates see none, since lines are shown and logged", key[1])
		}
	}
	return e
}

// variables are what a template sees of a host: what the inventory says of it,
// and in any case its name, address, port and user, and its platform where that is
// known. Keys without a value are left out, so that asking for one is an error; so
// are secrets, which are returned by their keys.
func variables(t *target.Target) (data map[string]any, secrets map[string]bool) {
	own := map[string]any{"name": t.Label, "address": t.Host.Name, "port": t.Port(), "user": t.Config.User, "groups": []string{}}
	if def := t.Config.Definition; def != nil {
		own["platform"] = def.Name
	}
	if t.Listed != nil {
		maps.Copy(own, t.Listed.Variables())
	}
	secrets = map[string]bool{}
	return known(own, secrets), secrets
}

// known is a map without the values that nobody may see or that are not there.
func known(m map[string]any, secrets map[string]bool) map[string]any {
	out := make(map[string]any, len(m))
	for key, v := range m {
		switch v := v.(type) {
		case nil:
		case auth.Secret:
			secrets[key] = true
		case map[string]any:
			out[key] = known(v, secrets)
		case []any:
			out[key] = knownList(v, secrets)
		default:
			out[key] = v
		}
	}
	return out
}

func knownList(list []any, secrets map[string]bool) []any {
	list = slices.Clone(list)
	for i, v := range list {
		if m, ok := v.(map[string]any); ok {
			list[i] = known(m, secrets)
		}
	}
	return slices.DeleteFunc(list, func(v any) bool {
		_, secret := v.(auth.Secret)
		return v == nil || secret
	})
}
