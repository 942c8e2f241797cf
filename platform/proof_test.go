package platform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a definition claims is shown by samples: of every mode's prompts, and of
// lines that are none.
func TestEveryDefinitionIsProven(t *testing.T) {
	count := 0
	for d := range All() {
		count++
		for _, m := range d.Modes {
			if len(m.Samples) < 3 {
				t.Errorf("%s: %d sample prompts of %s, want 3", d.Name, len(m.Samples), m.Name)
			}
		}
		if n := len(d.Samples.Lookalikes); n < 10 {
			t.Errorf("%s: %d lines that are no prompt, want 10", d.Name, n)
		}
		if len(d.Failures) > 0 && len(d.Samples.Refused) == 0 {
			t.Errorf("%s shows no refusal", d.Name)
		}
	}
	if count < 140 {
		t.Errorf("there are %d definitions, want 140", count)
	}
}

// fixed are the modes whose prompt is the same on every device, and holds no name.
var fixed = []string{
	"bird_birdc cli", "cisco_ftd exec", "cisco_telepresence ready", "sophos_sfos console", "vertiv_mph cli", "yuma_yangcli local",
}

// Samples prove something only where they differ: in letters, digits and marks, not
// in the names of routers alone.
func TestSamplesDiffer(t *testing.T) {
	for d := range All() {
		for _, m := range d.Modes {
			shapes := map[string]bool{}
			for _, s := range m.Samples {
				shapes[outline(s)] = true
			}
			if name := d.Name + " " + m.Name; (len(shapes) < 2) != slices.Contains(fixed, name) {
				t.Errorf("%s: the samples %q are of %d shapes", name, m.Samples, len(shapes))
			}
		}
		shapes, marks := map[string]bool{}, ""
		for _, m := range d.Modes {
			for _, s := range m.Samples {
				marks += lastLine(s)[len(lastLine(s))-1:]
			}
		}
		alike := false
		for _, s := range d.Samples.Lookalikes {
			shapes[outline(s)] = true
			alike = alike || strings.ContainsAny(marks, s[len(s)-1:])
		}
		if !alike {
			t.Errorf("%s: no look-alike ends as a prompt does", d.Name)
		}
		if len(shapes) < 10 {
			t.Errorf("%s: the look-alikes %q are of %d shapes", d.Name, d.Samples.Lookalikes, len(shapes))
		}
	}
}

// outline is what is left of a text where all words are alike.
func outline(text string) string {
	for _, class := range []string{"[A-Z]", "[a-z]", "[0-9]"} {
		text = regexp.MustCompile(class+"+").ReplaceAllString(text, class[1:2])
	}
	return strings.TrimRight(text, " ")
}

// Three samples and ten look-alikes are enough, one less is not.
func TestEnoughIsCounted(t *testing.T) {
	for _, test := range []struct {
		samples, lookalikes int
		want                []string
	}{
		{3, 10, nil},
		{2, 10, []string{"modes.main.samples: 2 samples; 3 or more"}},
		{3, 9, []string{"samples.lookalikes: 9 look-alikes; 10 or more"}},
	} {
		var samples, lookalikes []string
		for i := range test.samples {
			samples = append(samples, fmt.Sprintf("r%d>", i))
		}
		for i := range test.lookalikes {
			lookalikes = append(lookalikes, fmt.Sprintf("r%d> show", i))
		}
		text := fmt.Sprintf("name: x\nmodes: { main: { prompt: '^\\w+>$', display: 'r1>', samples: %q } }\n"+
			"failures: ['^%%']\nclose: [exit]\nsamples: { refused: ['%%'], lookalikes: %q }\n", samples, lookalikes)
		text = strings.NewReplacer(`" "`, `", "`).Replace(text)
		_, weak, err := Lint("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(weak) != len(test.want) || len(weak) == 1 && !strings.HasPrefix(weak[0].Error(), test.want[0]) {
			t.Errorf("%d samples, %d look-alikes: %v, want %v", test.samples, test.lookalikes, weak, test.want)
		}
	}
}
