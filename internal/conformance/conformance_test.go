package conformance

import (
	"regexp"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty/platform"
)

func TestEveryPlatform(t *testing.T) {
	for def, err := range platform.Embedded().All() {
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(def.Name, func(t *testing.T) {
			for _, part := range Parts() {
				synctest.Test(t, func(t *testing.T) {
					if err := part.Run(t.Context(), def); err != nil {
						t.Errorf("%s: %v", part.Name, err)
					}
				})
			}
		})
	}
}

// What is wrong with a definition must show: each of these is, in its own part.
func TestTheScriptFails(t *testing.T) {
	def := func(change func(*platform.Definition)) *platform.Definition {
		d, err := platform.Load("juniper_junos")
		if err != nil {
			t.Fatal(err)
		}
		own := *d
		change(&own)
		return &own
	}
	tests := []struct {
		part string
		def  *platform.Definition
	}{
		{"modes", def(func(d *platform.Definition) { // two modes that look alike
			d.Modes = slices.Clone(d.Modes)
			d.Modes[2].Prompt, d.Modes[2].Display = d.Modes[0].Prompt, d.Modes[0].Display
		})},
		{"modes", def(func(d *platform.Definition) { d.Transitions = d.Transitions[:2] })},
		{"pages", def(func(d *platform.Definition) { d.Samples.Pagers = []string{"==weiter=="} })},
		{"refusal", def(func(d *platform.Definition) { d.Samples.Refused = []string{"no such thing"} })},
		{"configure", def(func(d *platform.Definition) {
			d.Failures = []platform.Failure{{Pattern: regexp.MustCompile(`^no.*ever$`), Severity: platform.SeverityError}}
			d.Samples.Refused = []string{"no such thing"}
		})},
		{"candidate", def(func(d *platform.Definition) { d.Configure.Abort = []platform.Step{{Send: "commit"}} })},
		{"running", def(func(d *platform.Definition) { d.Running.Volatile = []*regexp.Regexp{regexp.MustCompile("uplink")} })},
		{"save", def(func(d *platform.Definition) { d.Configure.Save = []platform.Step{{Send: "\x01"}} })},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			for _, part := range Parts() {
				if part.Name != test.part {
					continue
				}
				if err := part.Run(t.Context(), test.def); err == nil {
					t.Errorf("%s: nothing was found", part.Name)
				} else {
					t.Logf("%s: %v", part.Name, err)
				}
			}
		})
	}
}
