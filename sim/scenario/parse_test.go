package scenario_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vtynet/vty/sim/scenario"
)

func TestParseTellsEveryFault(t *testing.T) {
	_, err := scenario.Parse("x.scenario", []byte(`colour red
fronts pigeon
-- device --
< \q
? what
> 
! explode
. soon
-- user --
  | too early
dance
run show clock
  error nonsense
  answer no equals sign
  took long
`))
	if !errors.Is(err, scenario.ErrInvalid) {
		t.Fatal(err)
	}
	for _, line := range []string{":1: ", ":2: ", ":4: ", ":5: ", ":6: ", ":7: ", ":8: ", ":10: ", ":11: ", ":13: ", ":14: ", ":15: "} {
		if !strings.Contains(err.Error(), "x.scenario"+line) {
			t.Errorf("no fault of line %s in\n%v", line, err)
		}
	}
}

func TestParseServer(t *testing.T) {
	_, err := scenario.Parse("x.scenario", []byte("ssh stops soon\nssh late\nssh stderr much\nssh before \\q\nssh dances\n-- device --\n! eof\n"))
	for _, line := range []string{":1: ", ":2: ", ":3: ", ":4: ", ":5: "} {
		if !strings.Contains(fmt.Sprint(err), "x.scenario"+line) {
			t.Errorf("no fault of line %s in\n%v", line, err)
		}
	}
}

func TestParseText(t *testing.T) {
	s, err := scenario.Parse("dir/01-x.scenario", []byte("-- device --\n< a\\r\\n\\e[K\\x00\\(3*\\b)\\s\\\\\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Device[0].Text, "a\r\n\x1b[K\x00\b\b\b \\"; s.Name != "01-x" || got != want {
		t.Errorf("%s: %q, want %q", s.Name, got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("platform generic\n-- device --\n< a\\(2*x)\n> b\\r\n* \\r x\n~ 1s y\n! eof\n-- user --\nopen\n  | x\nrun b\n  answer a = b\n")
	f.Add("ssh stops shell\nssh late 1s\nssh before a\\r\\n\nssh key ssh-rsa\nssh stderr 5\nssh denies shell\nlegacy\n-- device --\n! fin\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := scenario.Parse("x.scenario", []byte(text)); (s == nil) == (err == nil) {
			t.Errorf("a scenario and an error, or neither: %v", err)
		}
	})
}
