package platform

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	const text = `name: weak
modes:
  user:
    prompt: '^(?P<host>\w+)[>#]$'
    except: '^r1#$'
    samples: ["r1>", "r2>", "r3>"]
    display: "{host}> "
  root:
    prompt: '^(?P<host>\w+)#$'
    samples: ["r1#"]
transitions:
  - {from: user, to: root, send: enable}
  - {from: user, to: root, send: sudo}
  - {from: root, to: user, send: exit}
pagers: ['^\w+>$', '^-+ end -+$']
questions: ['r2>$', 'done\?$']
failures: ['^r3', '^no\b']
detect: {show: show version, says: '^Weak', sample: "Weak 1\nbox#\n"}
endings: ['^OK$', {command: '^save', line: '^OK$'}]
samples: {refused: ["no way"], accepted: ["--- end ---", "all done?"], lookalikes: ["x y>"]}
`
	d, weak, err := Lint("weak.yaml", []byte(text))
	if err != nil || d == nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range weak {
		all = append(all, p.Error())
	}
	got := strings.Join(all, "\n")
	for _, want := range []string{
		`modes.root.prompt: takes "x#", which is a prompt of user too`,
		"transitions[1]: is never taken: the one on line 12 leads the same way",
		`pagers[0]: takes the prompt "r1>" for a page end`,
		`questions[0]: takes the prompt "r2>" for a question`,
		`failures[0]: takes the prompt "r3>" for a refusal`,
		`modes.root.prompt: takes "box#" for a prompt, which is a line of the samples' output`,
		`pagers[1]: takes "--- end ---" for a page end, which is a line of the samples' output`,
		`questions[1]: takes "all done?" for a question, which is a line of the samples' output`,
		"endings[0]: is for all commands",
		"modes.root.samples: one sample; 3 or more",
		"modes.root: has no display",
		"samples.lookalikes: one look-alike; 10 or more",
		"close: there are no steps",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if _, _, err := Lint("x.yaml", []byte("name: x\n")); !errors.Is(err, ErrInvalid) {
		t.Errorf("an invalid one: %v", err)
	}
}

// What comes with vty is held to all of it: three samples of each mode's prompt and
// ten look-alikes at least, prompts of one mode only, no way that is never taken,
// and no pattern that strays. Only of those that may be any device nobody knows how
// they refuse.
func TestLintOfWhatComesWithVty(t *testing.T) {
	const mute = "there are none: refused commands are taken for answers"
	for _, name := range Names() {
		text, err := definitions.ReadFile("definitions/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, weak, err := Lint(name+".yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range weak {
			if unknown := slices.Contains([]string{"generic", "terminal_server"}, name); !unknown || !strings.Contains(p.Error(), mute) {
				t.Errorf("%s.yaml:%d: %v", name, p.Line, p)
			}
		}
	}
}
