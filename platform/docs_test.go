package platform

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const manual = "../docs/platforms.md"

// The table of the manual is checked row by row, since nobody reads it when a
// definition changes.
func TestManualListsTheDefinitions(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	for d := range All() {
		modes := d.modeNames()
		if i := slices.Index(modes, d.Default); i > 0 {
			modes = slices.Concat(modes[i:i+1], modes[:i], modes[i+1:])
		}
		row := regexp.MustCompile("(?m)^\\| `" + d.Name + "` \\|(.*)\\|$").FindStringSubmatch(string(text))
		if row == nil {
			t.Errorf("%s is not in the manual", d.Name)
			continue
		}
		for _, alias := range d.Aliases {
			if !strings.Contains(row[1], "`"+alias+"`") {
				t.Errorf("%s: the alias %s is not in the manual", d.Name, alias)
			}
		}
		want := fmt.Sprintf(" %s | %s ", strings.Join(modes, ", "), d.Proof)
		if d.Default == "" {
			want = fmt.Sprintf(" %s, as the login ends | %s ", strings.Join(modes, " or "), d.Proof)
		}
		if !strings.HasSuffix(row[1], want) {
			t.Errorf("%s: the manual's row ends in %q, want %q", d.Name, row[1], want)
		}
	}
}

func TestManualNamesEveryField(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(whole) {
		for _, key := range regexp.MustCompile(`([a-z]+):(?: |$)`).FindAllStringSubmatch(strings.TrimRight(line, "\n"), -1) {
			if key[1] == "exec" || key[1] == "privileged" {
				continue // names of modes
			}
			if !regexp.MustCompile("`(?:" + key[1] + "`|" + key[1] + ": )|(?m)^### .*" + key[1]).Match(text) {
				t.Errorf("the field %q is not in the manual", key[1])
			}
		}
	}
}

// The manual's own examples must be what they claim.
func TestManualExamples(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) == 0 {
		t.Fatal("no examples")
	}
	least := blocks[0][1]
	if _, err := Parse("manual.yaml", []byte(least)); err != nil {
		t.Errorf("the least definition: %v", err)
	}
	two := least + "  exec:\n    prompt: '^x$'\n    samples: [x]\n  privileged:\n    prompt: '^y$'\n    samples: [y]\n"
	for _, block := range blocks[1:] {
		part := block[1]
		if strings.HasPrefix(part, "- ") {
			part = "open:\n" + part
		}
		_, err := Parse("manual.yaml", []byte(two+part))
		// The modes hang together in none of the excerpts; that is all that may be
		// wrong with them.
		for line := range strings.SplitSeq(fmt.Sprint(err), "\n") {
			if !strings.Contains(line, "cannot be reached") && !strings.Contains(line, "cannot be left") {
				t.Errorf("%s\nin %s", line, part)
			}
		}
	}
}
