package textfsm

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// FuzzTemplate: no template and no text makes the engine panic, and text and stream
// come to the same.
func FuzzTemplate(f *testing.F) {
	g := &generator{Rand: rand.New(rand.NewPCG(1, 2))}
	for range 20 {
		f.Add(g.template(), g.text())
	}
	f.Fuzz(func(t *testing.T, template, text string) {
		if got := ours(template, text); strings.Contains(got, "only") || strings.HasPrefix(got, "text ") {
			t.Error(got)
		}
	})
}

func FuzzIndex(f *testing.F) {
	f.Add("Template,Platform,Command\na:b, cisco_.*, sh[[ow]] v\n", "cisco_ios", "show v")
	f.Fuzz(func(t *testing.T, index, platform, command string) {
		x, err := ParseIndex("index", strings.NewReader(index))
		if err != nil {
			if !errors.As(err, new(*TemplateError)) {
				t.Errorf("got %v", err)
			}
			return
		}
		if templates, ok := x.Find(map[string]string{"Platform": platform, "Command": command}); ok && len(templates) == 0 {
			t.Error("found a row without templates")
		}
	})
}
