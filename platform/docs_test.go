package platform

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const manual = "../docs/platforms.md"

var update = flag.Bool("update", false, "write docs/platform-list.md anew")

// The list is made of the definitions; "go test ./platform -run Manual -update"
// writes it.
func TestManualListsTheDefinitions(t *testing.T) {
	const file = "../docs/platform-list.md"
	var b strings.Builder
	b.WriteString("# The platforms that come with vty\n\n" +
		"The modes begin with the one that commands run in. [platforms.md](platforms.md) says what a definition is.\n\n" +
		"| name | also known as | modes | proof |\n|---|---|---|---|\n")
	for d := range All() {
		modes := d.modeNames()
		if i := slices.Index(modes, d.Default); i > 0 {
			modes = slices.Concat(modes[i:i+1], modes[:i], modes[i+1:])
		}
		var aliases []string
		for _, a := range d.Aliases {
			aliases = append(aliases, "`"+a+"`")
		}
		usual := strings.Join(modes, ", ")
		if d.Default == "" && len(modes) > 1 {
			usual = strings.Join(modes, " or ") + ", as the login ends"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Name, strings.Join(aliases, ", "), usual, d.Proof)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != b.String() {
		t.Error("the list is not true any more: go test ./platform -run Manual -update")
	}
}

func TestManualNamesEveryField(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(whole + more) {
		for _, key := range regexp.MustCompile(`([a-z_]+)\+?:(?: |$)`).FindAllStringSubmatch(strings.TrimRight(line, "\n"), -1) {
			if slices.Contains([]string{"exec", "privileged", "vdom", "configuration"}, key[1]) {
				continue // names of modes
			}
			if !regexp.MustCompile("`(?:" + key[1] + "`|" + key[1] + ": )|(?m)^### .*\\b" + key[1]).Match(text) {
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
		if strings.HasPrefix(part, "name:") {
			if _, err := Parse("manual.yaml", []byte(part)); err != nil {
				t.Errorf("%v\nin %s", err, part)
			}
			continue
		}
		if own, ok := strings.CutPrefix(part, "modes:\n"); ok {
			if _, err := Parse("manual.yaml", []byte(least+own)); err != nil {
				t.Errorf("%v\nin %s", err, part)
			}
			continue
		}
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
