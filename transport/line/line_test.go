package line

import (
	"strings"
	"testing"
)

func TestParseFrame(t *testing.T) {
	for text, want := range map[string]Frame{
		"":    {},
		"8N1": {8, NoParity, 1},
		"7e1": {7, EvenParity, 1},
		"5o2": {5, OddParity, 2},
		"8M1": {8, MarkParity, 1},
		"6S2": {6, SpaceParity, 2},
	} {
		if got, err := ParseFrame(text); err != nil || got != want || got.String() != strings.ToUpper(text) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"8", "8N", "8N3", "4N1", "9N1", "8X1", "8N1 ", "8N15", "Ñ81", "\xff81"} {
		if _, err := ParseFrame(text); err == nil || !strings.Contains(err.Error(), "such as 8N1") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSettings(t *testing.T) {
	if got := (Settings{}).Or(Usual()); got != Usual() {
		t.Errorf("nothing stated: %v", got)
	}
	set := Settings{Baud: 115200, Frame: Frame{Parity: EvenParity, Data: 7}, Flow: Hardware}
	if got := set.Or(Usual()); got != set {
		t.Errorf("all stated: %v", got)
	}
	for want, s := range map[string]Settings{
		"":                                 {},
		"9600 8N1":                         Usual(),
		"115200":                           {Baud: 115200},
		"115200 7E1 hardware flow control": set,
		"8N2":                              {Frame: Frame{Stop: 2}},
	} {
		if s.String() != want || s.Validate() != nil {
			t.Errorf("%q, %v; want %q", s, s.Validate(), want)
		}
	}
	for want, s := range map[string]Settings{
		"baud -1":          {Baud: -1},
		"baud 20000001":    {Baud: 20000001},
		`frame "9N1"`:      {Frame: Frame{Data: 9}},
		`frame "8X1"`:      {Frame: Frame{Parity: 'X'}},
		`flow control "x"`: {Flow: "x"},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v; want %s", s, err, want)
		}
	}
}
