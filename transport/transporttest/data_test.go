package transporttest

import (
	"bytes"
	"testing"
)

// The comparison that the bulk cases rest on does see a wrong, a missing and a
// doubled byte.
func TestReceiveSeesDamage(t *testing.T) {
	size := len(block) + 1234
	var whole bytes.Buffer
	if err := send(&whole, size); err != nil || whole.Len() != size {
		t.Fatalf("sent %d bytes, %v", whole.Len(), err)
	}
	if err := receive(bytes.NewReader(whole.Bytes()), size); err != nil {
		t.Fatal(err)
	}
	at := len(block) + 5
	damage := map[string]func(p []byte) []byte{
		"wrong":   func(p []byte) []byte { p[at]++; return p },
		"missing": func(p []byte) []byte { return append(p[:at], p[at+1:]...) },
		"doubled": func(p []byte) []byte { return append(p[:at+1], p[at:]...) },
		"short":   func(p []byte) []byte { return p[:at] },
	}
	for name, f := range damage {
		if receive(bytes.NewReader(f(bytes.Clone(whole.Bytes()))), size) == nil {
			t.Errorf("%s: not seen", name)
		}
	}
}

func TestAddedDescriptors(t *testing.T) {
	got := added([]string{"a", "b", "b"}, []string{"b", "a", "b", "b", "c"})
	if len(got) != 2 || got[0] != "b" || got[1] != "c" {
		t.Errorf("added = %q", got)
	}
}
