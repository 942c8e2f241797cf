package textfsm

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
)

// must compiles a template whose lines are shifted to the right.
func must(t testing.TB, template string) *Template {
	t.Helper()
	tmpl, err := ParseText("test", template)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func TestLanguage(t *testing.T) {
	for name, c := range map[string]struct{ template, text, want string }{
		"record": {
			"Value A (\\d+)\nValue B (\\S*)\n\nStart\n  ^${A} $B -> Record\n", "1 x\n2 y\n",
			`[["1","x"],["2","y"]]`,
		},
		"the end makes a record": {
			"Value A (\\d+)\n\nStart\n  ^${A}\n", "1\n2\n", `[["2"]]`,
		},
		"but not with a state EOF": {
			"Value A (\\d+)\n\nStart\n  ^${A}\n\nEOF\n", "1\n2\n", `[]`,
		},
		"nor behind End": {
			"Value A (\\d+)\n\nStart\n  ^${A}$$ -> End\n", "1\n2\n", `[]`,
		},
		"EOF ends too, with a record": {
			"Value A (\\d+)\n\nStart\n  ^${A}$$ -> EOF\n", "1\n2\n", `[["1"]]`,
		},
		"filldown, and its row at the end": {
			"Value Filldown A (\\d+)\nValue B ([a-z])\n\nStart\n  ^${A}\n  ^${B} -> Record\n", "1\na\nb\n2\nc\n",
			`[["1","a"],["1","b"],["2","c"],["2",""]]`,
		},
		"required and clearall": {
			"Value Filldown A (\\d+)\nValue Required B ([a-z])\n\nStart\n  ^${A} -> Record\n  ^${B} -> Record\n  ^- -> Clearall\n", "1\na\n-\nb\n",
			`[["1","a"],["","b"]]`,
		},
		"list": {
			"Value List A (\\d+)\nValue B ([a-z])\n\nStart\n  ^${A}\n  ^${B} -> Record\n", "1\n2\na\nb\n",
			`[[["1","2"],"a"],[[],"b"]]`,
		},
		"list and filldown": {
			"Value List,Filldown A (\\d+)\nValue Required B ([a-z])\n\nStart\n  ^${A}\n  ^${B} -> Record\n", "1\na\n2\nb\n",
			`[[["1"],"a"],[["1","2"],"b"]]`,
		},
		"nested groups": {
			"Value List A ((?P<n>\\w+)=(?P<v>\\d+)?)\n\nStart\n  ^${A}\n", "x=1\ny=\n",
			`[[[{"n":"x","v":"1"},{"n":"y","v":null}]]]`,
		},
		"an entry that is not there": {
			"Value List A (\\d)\n\nStart\n  ^x(${A})?\n", "x1\nx\n", `[[["1",null]]]`,
		},
		"fillup": {
			"Value Fillup A (\\d+)\nValue B ([a-z])\n\nStart\n  ^${B} -> Record\n  ^${A}\n", "a\nb\n1\nc\nd\n",
			`[["1","a"],["1","b"],["1","c"],["","d"]]`,
		},
		"continue": {
			"Value A (\\d)\nValue B (\\d)\n\nStart\n  ^${A} -> Continue\n  ^.${B} -> Record\n", "12\n", `[["1","2"]]`,
		},
		"states": {
			"Value A (\\w)\n\nStart\n  ^begin -> Body\n\n# between\nBody\n  ^end -> Start\n  ^${A} -> Record\n", "x\nbegin\ny\nend\nz\n", `[["y"]]`,
		},
		"an empty text is no lack of one": {
			"Value A (\\d*)\n\nStart\n  ^x${A} -> Record\n", "x\ny\n", `[[""]]`,
		},
		"line ends": {
			"Value A (.*)\n\nStart\n  ^${A} -> Record\n\nEOF\n", "a\r\nb\vc\fd\x1ce\u0085f\u2028g\rh\n\n", `[["a"],["b"],["c"],["d"],["e"],["f"],["g"],["h"],[""]]`,
		},
		"python's patterns": {
			"Value A (?:x|(\\w{,2}))\n\nStart\n  ^(?i)b -> Record\n", "", `invalid`,
		},
		"a count without a least": {
			"Value A (\\w{,2})\n\nStart\n  ^${A} -> Record\n", "abc\n", `[["ab"]]`,
		},
		"no-break space": {
			"Value A (\\d+)\n\nStart\n  ^a\\s${A} -> Record\n", "a\u00a01\n", `[["1"]]`,
		},
		"look-ahead and back-reference": {
			"Value A ((?=a)\\w+)\n\nStart\n  ^(.)\\1${A} -> Record\n", "xxab\nxyab\n", `[["ab"]]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ours(c.template, c.text); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTemplateErrors(t *testing.T) {
	for _, c := range []struct {
		template, reason string
		line             int
	}{
		{"", "no state Start", 0},
		{"text\n", "no Value definitions", 1},
		{"Value A\n", "a name and a pattern", 1},
		{"Value A b\n", "unknown option \"A\"", 1},
		{"Value Required,Required A (.)\n", "there twice", 1},
		{"Value A .\n\nStart\n", "unknown option", 1},
		{"Value A (\\()\n", "one pair of parentheses", 1},
		{"Value A (.)\nValue A (.)\n", "another Value", 2},
		{"Value A (.)\nStart\n", "blank line", 2},
		{"Value List A ([)\n", "invalid pattern", 1},
		{"Value A (.)\n\nNext\n", "name of a state", 3},
		{"Value A (.)\n\nStart\n ^a\n\nStart\n", "another state", 6},
		{"Value A (.)\n\nStart\na\n", "a rule begins", 4},
		{"Value A (.)\n\nStart\n ^a$\n", "single $", 4},
		{"Value A (.)\n\nStart\n ^${B}\n", "no Value \"B\"", 4},
		{"Value A (.)\n\nStart\n ^${A}${A}\n", "redefinition", 4},
		{"Value A (.)\n\nStart\n ^a -> Nxt.Record\n", "badly formatted action", 4},
		{"Value A (.)\n\nStart\n ^a -> Continue Start\n", "might never end", 4},
		{"Value A (.)\n\nStart\n ^a -> Next \"x\"\n", "only Error", 4},
		{"Value A (.)\n\nStart\n ^a -> Other\n", "no state \"Other\"", 4},
		{"Value A (.)\n\nStart\n ^a\n\nEOF\n ^a\n", "must be empty", 0},
	} {
		_, err := ParseText("name", c.template)
		var wrong *TemplateError
		if !errors.As(err, &wrong) || wrong.Line != c.line || wrong.Template != "name" || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%q: got %v, want %q in line %d", c.template, err, c.reason, c.line)
		}
	}
}

func TestRunErrors(t *testing.T) {
	tmpl := must(t, "Value A (.*)\n\nStart\n  ^ok -> Record\n  ^bad -> Error \"it is bad\"\n")
	_, err := tmpl.RunText("ok\nbad thing\n")
	var wrong *RunError
	if !errors.As(err, &wrong) || !errors.Is(err, ErrState) || wrong.Line != 2 || wrong.Rule != 5 || wrong.Message != "it is bad" || wrong.Text != "bad thing" {
		t.Errorf("got %v", err)
	}
	slow := must(t, "Value A (.*)\n\nStart\n  ^(a|a)*(a|aa)*\\1(?=b)b${A} -> Record\n")
	if _, err := slow.RunText(strings.Repeat("a", 5000) + "\n"); !errors.Is(err, ErrTimeout) {
		t.Errorf("a hopeless pattern gave %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	tmpl := must(t, "Value Filldown A (\\d+)\nValue List B ([a-z])\n\nStart\n  ^${A}\n  ^${B}\n  ^- -> Record\n")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				records, err := tmpl.RunText("1\na\nb\n-\nc\n-\n")
				if got := rows(records); err != nil || got != `[["1",["a","b"]],["1",["c"]],["1",[]]]` {
					t.Errorf("got %s, %v", got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestRecordJSON(t *testing.T) {
	tmpl := must(t, "Value B (.*)\nValue List A (.*)\n\nStart\n  ^${B} -> Continue\n  ^${A} -> Record\n")
	records, err := tmpl.RunText("<&>\"é\n")
	if err != nil {
		t.Fatal(err)
	}
	b, err := records[0].MarshalJSON()
	if want := `{"B":"<&>\"é","A":["<&>\"é"]}`; err != nil || string(b) != want {
		t.Errorf("got %s, %v, want %s", b, err, want)
	}
	if all, err := json.Marshal(records); err != nil || !json.Valid(all) {
		t.Errorf("got %s, %v", all, err)
	}
}

// A record comes as soon as it is complete, while the input goes on.
func TestStream(t *testing.T) {
	tmpl := must(t, "Value A (\\d+)\n\nStart\n  ^${A} -> Record\n")
	reads := 0
	in := readerFunc(func(p []byte) (int, error) {
		reads++
		return copy(p, "1\n"), nil // for ever
	})
	n := 0
	for r, err := range tmpl.Run(in) {
		if err != nil || r.Text("A") != "1" {
			t.Fatalf("got %v, %v", r, err)
		}
		if n++; n != reads {
			t.Fatalf("record %d came after %d reads", n, reads)
		}
		if n == 1000 {
			break
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestRunReportsTheReader(t *testing.T) {
	tmpl := must(t, "Value A (\\d+)\n\nStart\n  ^${A} -> Record\n")
	broken := errors.New("broken")
	var got []string
	for r, err := range tmpl.Run(readerFunc(func(p []byte) (int, error) { return copy(p, "1\n2"), broken })) {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, r.Text("A"))
	}
	if strings.Join(got, " ") != "1 2 broken" {
		t.Errorf("got %v", got)
	}
}

func TestDecode(t *testing.T) {
	type pair struct {
		Name string `textfsm:"n"`
		N    int    `textfsm:"v"`
	}
	var row struct {
		Host  string `textfsm:"HOST"`
		Days  uint16 `textfsm:"days"`
		Pairs []pair `textfsm:"PAIR"`
		Other string
	}
	tmpl := must(t, "Value HOST (\\w+)\nValue DAYS (\\d*)\nValue List PAIR ((?P<n>\\w)=(?P<v>\\d*))\n\nStart\n  ^${HOST} up ${DAYS}\n  ^${PAIR}\n")
	records, err := tmpl.RunText("r1 up 12\na=1\nb=\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := records[0].Decode(&row); err != nil {
		t.Fatal(err)
	}
	if row.Host != "r1" || row.Days != 12 || len(row.Pairs) != 2 || row.Pairs[0] != (pair{"a", 1}) || row.Pairs[1] != (pair{"b", 0}) {
		t.Errorf("got %+v", row)
	}
	var small struct {
		Days int8   `textfsm:"HOST"`
		No   string `textfsm:"NO"`
	}
	if err := records[0].Decode(&small); err == nil || !strings.Contains(err.Error(), "field Days") {
		t.Errorf("got %v", err)
	}
	if err := records[0].Decode(row); err == nil {
		t.Error("a struct that is no pointer was taken")
	}
}

func TestExplainAndTrace(t *testing.T) {
	tmpl := must(t, "Value A (\\d+)\n\nStart\n  ^${A} -> Record Rest\n  ^b(?=c)\n\nRest\n")
	rules := tmpl.Explain()
	if len(rules) != 2 || rules[0].Backtracks != "" || rules[1].Backtracks != "look-ahead" || rules[1].Line != 5 {
		t.Errorf("got %+v", rules)
	}
	var steps []string
	for s, err := range tmpl.Trace(strings.NewReader("x\n1\ny\n")) {
		if err != nil {
			t.Fatal(err)
		}
		text := s.State + ">" + s.Next
		if s.Rule != nil {
			text += " " + s.Assigned[0].Name + "=" + s.Assigned[0].Text
		}
		if s.Record != nil {
			text += " record"
		}
		steps = append(steps, text)
	}
	if got, want := strings.Join(steps, "; "), "Start>Start; Start>Rest A=1 record; Rest>Rest; Rest>EOF"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
