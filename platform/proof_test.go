package platform

import "testing"

// What a definition claims is shown by samples: of every mode's prompts, and of
// lines that are none.
func TestEveryDefinitionIsProven(t *testing.T) {
	for d := range All() {
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
}
