package platform

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/prompts.txt
var prompts string

// leastPrompts is how many prompts the table holds at least.
const leastPrompts = 150

// Every prompt of the table is one of its mode, and of no other mode of its
// platform: neither for the definition as a whole nor for a mode by itself.
func TestPrompts(t *testing.T) {
	count, seen := 0, map[string]bool{}
	for line := range strings.Lines(prompts) {
		line = strings.TrimSuffix(line, "\n")
		head, text, ok := strings.Cut(line, "|")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(head)
		if !ok || len(fields) != 2 {
			t.Fatalf("%q is no line of the table", line)
		}
		count++
		d := load(t, fields[0])
		shown := strings.Split(strings.ReplaceAll(text, `\n`, "\n"), "\n")
		prompt := shown[len(shown)-1]
		if seen[line] {
			t.Errorf("%q stands twice", line)
		}
		seen[line] = true
		m, ok := d.ModeOf(prompt)
		if !ok || m.Name != fields[1] {
			t.Errorf("%s: %q is taken for %v, want %s", d.Name, prompt, m, fields[1])
			continue
		}
		for i := range d.Modes {
			other := &d.Modes[i]
			if other != m && other.Matches(prompt) {
				t.Errorf("%s: %q is a prompt of %s and of %s", d.Name, prompt, m.Name, other.Name)
			}
		}
		if above := shown[:len(shown)-1]; d.Name != "generic" && m.AboveCount(above) != len(above) {
			t.Errorf("%s: %q belongs to the prompt %q, and is not taken for a part of it", d.Name, above, prompt)
		}
	}
	if count < leastPrompts {
		t.Errorf("the table has %d prompts, want %d", count, leastPrompts)
	}
}
