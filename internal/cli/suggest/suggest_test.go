package suggest

import "testing"

func TestDidYouMean(t *testing.T) {
	names := []string{"run", "config", "shell", "doctor", "platforms", "sim", "version"}
	for written, want := range map[string]string{
		"rnu":      "; did you mean run?",
		"Doctor":   "; did you mean doctor?",
		"platform": "; did you mean platforms?",
		"vers":     "; did you mean version?",
		"conf":     "; did you mean config?",
		"xyzzy":    "",
		"":         "",
	} {
		if got := DidYouMean(written, names); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"telnet", "tlenet", 1}, {"ssh", "shs", 1}, {"json", "jsonl", 1}, {"strict", "off", 6}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
		if back := distance(c.b, c.a); back != c.want {
			t.Errorf("%q, %q: %d, want %d", c.b, c.a, back, c.want)
		}
	}
}

func TestChoice(t *testing.T) {
	c := NewChoice("text", "json")
	if c.String() != "text" {
		t.Errorf("default %q", c)
	}
	if err := c.Set("json"); err != nil || c.String() != "json" {
		t.Errorf("%v, %q", err, c)
	}
	if err := c.Set("yaml"); err == nil || c.String() != "json" {
		t.Errorf("an unknown word is taken: %q", c)
	}
}
