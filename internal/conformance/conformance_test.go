package conformance

import (
	"regexp"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/vtynet/vty/platform"
)

// leastPlatforms is how many platforms go through each part of the script at
// least. The others have nothing for it: a UPS has no candidate.
var leastPlatforms = map[string]int{
	"modes": 149, "beginnings": 122, "pages": 149, "refusal": 147, "configure": 139, "candidate": 24, "rollback": 4, "revert": 2, "save": 149, "running": 149, "close": 149,
}

func TestEveryPlatform(t *testing.T) {
	count := map[string]int{}
	for def, err := range platform.Embedded().All() {
		if err != nil {
			t.Error(err)
			continue
		}
		t.Run(def.Name, func(t *testing.T) {
			for _, part := range Parts() {
				if part.Absent(def) == "" {
					count[part.Name]++
				}
				synctest.Test(t, func(t *testing.T) {
					if err := part.Run(t.Context(), def); err != nil {
						t.Errorf("%s: %v", part.Name, err)
					}
				})
			}
		})
	}
	for _, part := range Parts() {
		if count[part.Name] < leastPlatforms[part.Name] {
			t.Errorf("%s was tried on %d platforms, want %d", part.Name, count[part.Name], leastPlatforms[part.Name])
		}
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
		{"pages", def(func(d *platform.Definition) { d.Paging = []platform.Way{{{Send: "\x01", Optional: true}}} })},
		{"rollback", def(func(d *platform.Definition) { d.Configure.Rollback = []platform.Step{{Send: "\x01"}} })},
		{"close", def(func(d *platform.Definition) { d.Close = []platform.Step{{Send: "\x01"}} })},
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
