package platform

import (
	"iter"
	"slices"
	"testing"
)

// three are definitions with nothing but what detection looks at.
func three(t testing.TB) iter.Seq2[*Definition, error] {
	t.Helper()
	make := func(name, extra string) *Definition {
		d, err := Parse(name, []byte("name: "+name+"\nmodes:\n  main:\n    prompt: '^(?P<host>\\w+)[>#]$'\n    samples: [\"r1>\"]\n"+extra))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	defs := []*Definition{
		make("red_os", "detect: {ssh: '^SSH-2.0-Red', show: show version, says: '^Red', unless: Blue, sample: Red 1}\n"),
		make("blue_os", "detect: {banner: '^Welcome to Blue', show: show version, says: '^(?:Red )?Blue', sample: Blue 1}\n"),
		make("grey_os", "detect: {show: who are you, says: '^Grey', sample: Grey}\n"),
		make("mute_os", ""),
	}
	return func(yield func(*Definition, error) bool) {
		for _, d := range defs {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func TestDetector(t *testing.T) {
	tests := []struct {
		name        string
		ssh, banner string
		prompt      string
		answers     map[string]string
		want        string
		confidence  Confidence
		typed       []string
		remembered  string
	}{
		{name: "by its answer", prompt: "r1>", answers: map[string]string{"show version": "\nRed 5"}, want: "red_os", confidence: Certain, typed: []string{"show version"}},
		{name: "what speaks against it", prompt: "r1>", answers: map[string]string{"show version": "Red Blue"}, want: "blue_os", confidence: Certain, typed: []string{"show version"}},
		{name: "by another command", prompt: "r1>", answers: map[string]string{"show version": "what?", "who are you": "Grey 7"}, want: "grey_os", confidence: Certain, typed: []string{"show version", "who are you"}},
		{name: "nothing is left but one", prompt: "r1>", want: "mute_os", confidence: Likely, typed: []string{"show version", "who are you"}},
		{name: "another server than known", ssh: "SSH-2.0-OpenSSH_9", prompt: "r1>", answers: map[string]string{"show version": "Red 5"}, want: "red_os", confidence: Certain, typed: []string{"show version"}},
		{name: "a prompt of none", prompt: "r1$", want: Generic, confidence: Unsure},
		{name: "known from before", prompt: "r1#", remembered: "grey_os", want: "grey_os", confidence: Certain},
		{name: "known from before, and another by now", prompt: "r1$", remembered: "grey_os", want: Generic, confidence: Unsure},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := NewDetector(three(t))
			d.SSH(test.ssh)
			d.Banner(test.banner)
			d.Prompt(test.prompt)
			d.Prefer(test.remembered)
			var typed []string
			for {
				command, ok := d.Next()
				if !ok {
					break
				}
				typed = append(typed, command)
				d.Answer(command, test.answers[command])
			}
			v := d.Verdict()
			if v.Platform != test.want || v.Confidence != test.confidence || !slices.Equal(typed, test.typed) || len(v.Evidence) == 0 {
				t.Errorf("%v after %v", v, typed)
			}
		})
	}
}

// What the server or the greeting gives away is asked for first, and decides
// where nothing can be asked.
func TestDetectorAsksForTheMarkedFirst(t *testing.T) {
	d := NewDetector(three(t))
	d.SSH("SSH-2.0-Red_1")
	d.Prompt("r1>")
	if command, _ := d.Next(); command != "show version" {
		t.Errorf("first %q", command)
	}
	d = NewDetector(three(t))
	d.Banner("Hello\nWelcome to Blue land")
	d.Prompt("r1>")
	if v := d.Verdict(); v.Platform != "blue_os" || v.Confidence != Likely {
		t.Errorf("%v", v)
	}
	d = NewDetector(three(t))
	d.Prompt("r1>")
	if v := d.Verdict(); v.Platform != Generic || !slices.Equal(v.Others, []string{"red_os", "blue_os", "grey_os", "mute_os"}) {
		t.Errorf("%v", v)
	}
}
