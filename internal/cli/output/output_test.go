package output

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/internal/cli/streams"
)

var (
	clock   = &Answer{Host: "r1", Platform: "p", Command: "show clock", Output: "12:00\n<&>", Raw: []byte("raw\r\n"), Elapsed: 1500 * time.Microsecond}
	silent  = &Answer{Host: "r1", Platform: "p", Command: "clear"}
	unknown = &Answer{Host: "r2", Platform: "p", Command: "foo", Failed: true, Err: errors.New("x"), Error: "x"}
)

func TestPrinter(t *testing.T) {
	for _, c := range []struct {
		name    string
		format  Format
		headers bool
		answers []*Answer
		want    string
	}{
		{"text", Text, false, []*Answer{clock}, "12:00\n<&>\n"},
		{"text without output", Text, false, []*Answer{silent, unknown}, ""},
		{"text with headers", Text, true, []*Answer{clock, silent, unknown, clock},
			"=== r1: show clock\n12:00\n<&>\n=== r1: clear\n=== r1: show clock\n12:00\n<&>\n"},
		{"text, the same twice", Text, true, []*Answer{silent, silent}, "=== r1: clear\n=== r1: clear\n"},
		{"raw", Raw, true, []*Answer{clock, silent, clock}, "raw\r\nraw\r\n"},
		{"no json", JSON, false, nil, "[]\n"},
		{"jsonl", JSONL, true, []*Answer{clock, unknown},
			`{"host":"r1","platform":"p","command":"show clock","output":"12:00\n<&>","failed":false,"error":"","elapsed_ms":1}` + "\n" +
				`{"host":"r2","platform":"p","command":"foo","output":"","failed":true,"error":"x","elapsed_ms":0}` + "\n"},
	} {
		var b strings.Builder
		p := NewPrinter(&b, c.format, c.headers, streams.Style{})
		for _, a := range c.answers {
			if err := p.Answer(a); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if b.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, b.String(), c.want)
		}
	}
}

func TestPrinterJSON(t *testing.T) {
	var b strings.Builder
	p := NewPrinter(&b, JSON, false, streams.Style{})
	for _, a := range []*Answer{clock, silent, unknown} {
		if err := p.Answer(a); err != nil {
			t.Fatal(err)
		}
	}
	_ = p.Close()
	var all []object
	if err := json.Unmarshal([]byte(b.String()), &all); err != nil || len(all) != 3 || all[0].Output != clock.Output {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestStreamed(t *testing.T) {
	var b strings.Builder
	p := NewPrinter(&b, Text, true, streams.Style{})
	for _, line := range []string{"a", "", "b"} {
		if err := p.Line("r1", "tail", line); err != nil {
			t.Fatal(err)
		}
	}
	_ = p.Answer(&Answer{Host: "r1", Command: "tail", Streamed: true})
	_ = p.Answer(&Answer{Host: "r1", Command: "quiet", Streamed: true})
	if want := "=== r1: tail\na\n\nb\n=== r1: quiet\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
