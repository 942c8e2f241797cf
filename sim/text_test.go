package sim

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestText(t *testing.T) {
	known := lookup(map[string]string{"host": "r1", "many": "3", "block": "a\nb\n", "nothing": ""})
	for _, c := range []struct{ name, yaml, want string }{
		{"one line", `"{host} is {unknown}"`, "r1 is {unknown}\n"},
		{"last newline", `"a\n\n"`, "a\n\n"},
		{"a block of lines", `"x\n{block}\ny"`, "x\na\nb\ny\n"},
		{"an empty block leaves no line", `"x\n{nothing}\ny"`, "x\ny\n"},
		{"repeat", `["x", {repeat: 2, line: "{n}/{count} of {host}"}, "y"]`, "x\n1/2 of r1\n2/2 of r1\ny\n"},
		{"repeat by placeholder", `[{repeat: "{many}", line: "{n}{n}"}]`, "11\n22\n33\n"},
		{"repeat by nonsense", `[{repeat: "{host}", line: "{n}"}, "y"]`, "y\n"},
		{"repeat none", `[{repeat: 0, line: "{n}"}]`, ""},
		{"nothing", `""`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var text text
			if err := yaml.Unmarshal([]byte(c.yaml), &text); err != nil {
				t.Fatal(err)
			}
			from := cursor{parts: text.parts, values: known}
			total := from.total()
			var b strings.Builder
			for {
				line, ok := from.next()
				if !ok {
					break
				}
				b.Write(line)
				b.WriteByte('\n')
			}
			if b.String() != c.want || total != strings.Count(c.want, "\n") {
				t.Errorf("%q, %d lines; want %q", b.String(), total, c.want)
			}
		})
	}
}

func TestTextIsBounded(t *testing.T) {
	if n, err := times("4294967295"); n != most || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := times(forever); n != -1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
