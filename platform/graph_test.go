package platform

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ways builds a definition of modes and edges "a b", without proving it.
func ways(modes string, edges ...string) *Definition {
	d := &Definition{Name: "acme_os"}
	for name := range strings.FieldsSeq(modes) {
		d.Modes = append(d.Modes, Mode{Name: name, Prompt: regexp.MustCompile("^" + name + "$")})
	}
	for _, edge := range edges {
		from, to, _ := strings.Cut(edge, " ")
		d.Transitions = append(d.Transitions, Transition{From: from, To: to})
	}
	return d
}

func TestPath(t *testing.T) {
	line := ways("a b c d", "a b", "b a", "b c", "c b", "c d", "d a")
	ring := ways("a b c d", "a c", "a b", "b d", "c d", "d a")
	tests := []struct {
		name     string
		def      *Definition
		from, to string
		want     string
	}{
		{"stay", line, "b", "b", ""},
		{"one step", line, "a", "b", "ab"},
		{"two steps", line, "a", "c", "ab bc"},
		{"back by another way", line, "d", "c", "da ab bc"},
		{"shortcut", line, "c", "a", "cb ba"},
		{"equal ways: the first of the file", ring, "a", "d", "ac cd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range 20 { // it must not depend on the order of a map
				path, err := test.def.Path(test.from, test.to)
				if err != nil {
					t.Fatal(err)
				}
				var steps []string
				for _, step := range path {
					steps = append(steps, step.From+step.To)
				}
				if got := strings.Join(steps, " "); got != test.want {
					t.Fatalf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestPathThatDoesNotExist(t *testing.T) {
	d := ways("a b c", "a b", "b a")
	tests := []struct{ from, to, want string }{
		{"a", "c", `platform: acme_os has no way from mode "a" to mode "c"`},
		{"a", "x", `platform: acme_os has no mode "x"; its modes are a, b, c`},
		{"x", "a", `platform: acme_os has no mode "x"; its modes are a, b, c`},
		{"x", "x", `platform: acme_os has no mode "x"; its modes are a, b, c`},
	}
	for _, test := range tests {
		path, err := d.Path(test.from, test.to)
		var none *NoPathError
		if !errors.Is(err, ErrNoPath) || !errors.As(err, &none) || none.From != test.from || none.To != test.to {
			t.Fatalf("%s to %s: %v, %v", test.from, test.to, path, err)
		}
		if err.Error() != test.want {
			t.Errorf("got %s, want %s", err, test.want)
		}
	}
}

func TestModeOfTakesTheFirst(t *testing.T) {
	d := &Definition{Modes: []Mode{
		{Name: "config", Prompt: regexp.MustCompile(`^(?P<host>\w+)\(.*\)#$`)},
		{Name: "shell", Prompt: regexp.MustCompile(`^.*#$`), Except: regexp.MustCompile(`^##`)},
	}}
	tests := []struct{ line, mode, host string }{
		{"r1(config)#", "config", "r1"},
		{"r1#", "shell", ""},
		{"###", "", ""},
		{"r1>", "", ""},
		{"", "", ""},
	}
	for _, test := range tests {
		m, ok := d.ModeOf(test.line)
		if ok != (test.mode != "") || ok && m.Name != test.mode {
			t.Errorf("%q: %v", test.line, m)
			continue
		}
		if ok && m.Host(test.line) != test.host {
			t.Errorf("%q: host %q, want %q", test.line, m.Host(test.line), test.host)
		}
	}
	if host := d.Modes[0].Host("r1#"); host != "" {
		t.Errorf("the host %q in a prompt of another mode", host)
	}
}

func TestAboveCount(t *testing.T) {
	m := &Mode{Above: regexp.MustCompile(`^(?:\{m\}\n)?\[edit\]$|^\{m\}$`)}
	tests := []struct {
		before string // lines, separated by blanks
		want   int
	}{
		{"", 0},
		{"x", 0},
		{"[edit]", 1},
		{"x [edit]", 1},
		{"x {m}", 1},
		{"x {m} [edit]", 2},
		{"[edit] {m} [edit]", 2},
		{"[edit] [edit]", 1},
		{"[edit] x", 0},
	}
	for _, test := range tests {
		if got := m.AboveCount(strings.Fields(test.before)); got != test.want {
			t.Errorf("%q: %d, want %d", test.before, got, test.want)
		}
	}
	if n := (&Mode{}).AboveCount([]string{"x"}); n != 0 {
		t.Errorf("a mode without: %d", n)
	}
}

func TestRender(t *testing.T) {
	m := &Mode{Display: "[edit{context}]\n{user}@{host}# "}
	if got, want := m.Render("r1", "ops", " interfaces", ""), "[edit interfaces]\nops@r1# "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := m.Render("{user}", "ops", "", ""), "[edit]\nops@{user}# "; got != want {
		t.Errorf("a name that looks like a mark: %q, want %q", got, want)
	}
}

func TestJudge(t *testing.T) {
	f := func(pattern string, s Severity) Failure {
		return Failure{Pattern: regexp.MustCompile(pattern), Severity: s}
	}
	general := []Failure{f("^%", SeverityError), f("^% warn", SeverityWarning), f("^% fine", SeverityIgnore)}
	special := []Failure{f("^!", SeverityWarning), f("^% fine but", SeverityError)}
	tests := []struct {
		line string
		want Severity
	}{
		{"hello", ""},
		{"% bad", SeverityError},
		{"% warn", SeverityError}, // the first counts
		{"% fine", SeverityIgnore},
		{"% fine but not", SeverityIgnore}, // whatever else says so
		{"! careful", SeverityWarning},
	}
	for _, test := range tests {
		if got := Judge(test.line, general, special); got != test.want {
			t.Errorf("%q: %q, want %q", test.line, got, test.want)
		}
	}
	if got := Judge("% bad"); got != "" {
		t.Errorf("without patterns: %q", got)
	}
}

func TestPathWithArguments(t *testing.T) {
	d, err := acme(t, more)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ from, target, want string }{
		{"exec", "vdom root", "enable/config vdom/edit root"},
		{"vdom", "vdom other", "end/config vdom/edit other"}, // out and in again
		{"vdom", "vdom", ""},
		{"vdom", "exec", "end/disable/"},
		{"exec", "configuration", "enable/configure"},
		{"exec", "configuration private", "enable/configure private"},
		{"configuration", "configuration private", "end/configure private"},
		{"exec", "configuration timed 5", "enable/configure timed 5"},
		{"configuration", "configuration timed 5", "end/configure timed 5"},
		{"exec", "configuration timed", `platform: the way "timed" into the mode "configuration" of acme_xos takes its minutes: "configuration timed 10"`},
		{"exec", "configuration private 5", `platform: the mode "configuration" of acme_xos takes no "private 5"; did you mean "private"?`},
		{"exec", "vdom", `platform: the mode "vdom" of acme_xos takes an argument: "vdom NAME"`},
		{"exec", "configuration shared", `platform: the mode "configuration" of acme_xos takes no "shared"; there are private, timed`},
		{"exec", "shell", `platform: acme_xos has no mode "shell"; its modes are exec, privileged, vdom, configuration`},
	}
	for _, test := range tests {
		path, err := d.Path(test.from, test.target)
		var typed []string
		for _, leg := range path {
			for _, s := range leg.Steps {
				typed = append(typed, s.Send)
			}
		}
		got := strings.Join(typed, "/")
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s to %s: %s, want %s", test.from, test.target, got, test.want)
		}
	}
	if got := d.Parameter("configuration timed"); got != "minutes" || d.Parameter("configuration private") != "" || d.Parameter("configuration") != "" {
		t.Errorf("parameter %q", got)
	}
	if ways := d.Ways("configuration"); !slices.Equal(ways, []string{"private", "timed"}) {
		t.Errorf("ways %v", ways)
	}
	if m, _ := d.Mode("vdom"); m.Shown("r1/root#") != "root" || m.Shown("r1#") != "" {
		t.Error("the argument in the prompt")
	}
}

// Some devices tell what one is doing by the line above the prompt only.
func TestModeOfSeesTheLinesAbove(t *testing.T) {
	line := regexp.MustCompile(`^A:(?P<host>\w+)#$`)
	d := &Definition{Modes: []Mode{
		{Name: "operational", Prompt: line, Above: regexp.MustCompile(`^\[.*\]$`)},
		{Name: "configuration", Prompt: line, Above: regexp.MustCompile(`^\(ex\)\[.*\]$`)},
	}}
	for prompt, want := range map[string]string{
		"[/]\nA:sr1#": "operational", "(ex)[/]\nA:sr1#": "configuration", "A:sr1#": "operational", "else\nA:sr1#": "operational",
	} {
		if m, ok := d.ModeOf(prompt); !ok || m.Name != want {
			t.Errorf("%q: %v, want %s", prompt, m, want)
		}
	}
}
