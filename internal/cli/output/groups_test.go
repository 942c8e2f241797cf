package output

import (
	"errors"
	"strings"
	"testing"

	"github.com/vtynet/vty/internal/cli/streams"
)

func TestGroups(t *testing.T) {
	answers := []*Answer{
		{Host: "r1", Place: 1, Command: "show version", Output: "old"},
		{Host: "r3", Place: 3, Command: "show version", Output: "new\nlines"},
		{Host: "r2", Place: 2, Command: "show version", Output: "new\nlines"},
		{Host: "r3", Place: 3, Command: "clear", Number: 1},
		{Host: "r1", Place: 1, Command: "clear", Number: 1, Output: "% no", Failed: true, Err: errors.New("r1: x"), Error: "x", Cause: "refused: % no"},
		{Host: "r4", Place: 4, Command: "show version", Failed: true, Err: errors.New("r4: y"), Error: "y", Cause: "connection refused"},
		{Host: "r5", Place: 5, Command: "show version", Failed: true, Err: errors.New("r5: y"), Error: "y", Cause: "connection refused"},
	}
	for format, want := range map[Format]string{
		Text: "=== show version: 2 of 5 hosts answer:\n--- r2, r3\nnew\nlines\n" +
			"=== show version: 2 of 5 hosts failed: connection refused\n--- r4, r5\n" +
			"=== show version: 1 of 5 hosts answers:\n--- r1\nold\n" +
			"=== clear: 1 of 2 hosts answers, and failed: refused: % no\n--- r1\n% no\n" +
			"=== clear: 1 of 2 hosts answers nothing\n--- r3\n",
		JSONL: `{"command":"show version","count":2,"hosts":["r2","r3"],"output":"new\nlines","failed":false}
{"command":"show version","count":2,"hosts":["r4","r5"],"output":"","failed":true,"cause":"connection refused"}
{"command":"show version","count":1,"hosts":["r1"],"output":"old","failed":false}
{"command":"clear","count":1,"hosts":["r1"],"output":"% no","failed":true,"cause":"refused: % no"}
{"command":"clear","count":1,"hosts":["r3"],"output":"","failed":false}
`,
		None: "",
	} {
		var b strings.Builder
		g := NewGroups(&b, format, 0, streams.Style{})
		for _, a := range answers {
			if err := g.Answer(a); err != nil {
				t.Fatal(err)
			}
		}
		if err := g.Close(); err != nil || b.String() != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", format, err, b.String(), want)
		}
	}
}

func TestWrap(t *testing.T) {
	words := []string{"alpha", "beta", "gamma", "a-name-that-is-longer-than-a-line"}
	want := "--- alpha, beta,\n--- gamma,\n--- a-name-that-is-longer-than-a-line\n"
	if got := wrap(words, "--- ", 20); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := wrap(words, "--- ", 0); strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
}
