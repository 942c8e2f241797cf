package channel

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/vtynet/vty/terminal"
)

func testConfig() *Config {
	return (&Config{
		Prompts: []Prompt{
			{Mode: "exec", Shape: regexp.MustCompile(`^(?P<host>[\w.-]+)>$`)},
			{Mode: "privileged", Shape: regexp.MustCompile(`^(?P<host>[\w.-]+)#$`)},
			{Mode: "configuration", Shape: regexp.MustCompile(`^(?P<host>[\w.-]+)\(conf[^)]*\)#$`)},
			{Mode: "operational", Shape: regexp.MustCompile(`^\w+@(?P<host>[\w.-]+)>$`), Above: regexp.MustCompile(`^\{master\}$`)},
		},
		Pagers:    []Pager{{Shape: regexp.MustCompile(`^ ?--More--$`), Key: " "}},
		Questions: []*regexp.Regexp{regexp.MustCompile(`\[confirm\]$`)},
	}).withDefaults()
}

// loggedIn returns a machine that stands at the prompt r1#.
func loggedIn() *machine {
	m := newMachine(testConfig())
	m.listen(&Input{})
	m.feed([]byte("Welcome\r\n\r\nr1#"))
	m.settle(m.look())
	return m
}

func TestSights(t *testing.T) {
	for _, c := range []struct {
		name  string
		modes []string
		heard string
		want  sightKind
		probe bool
	}{
		{"learned prompt", nil, "show x\r\nr1#", atPrompt, false},
		{"learned prompt with a blank", nil, "show x\r\nr1# ", atPrompt, false},
		{"no echo yet", nil, "", nothing, false},
		{"half an echo", nil, "sho", nothing, false},
		{"a prompt before the echo", nil, "\r\nr1#", strayPrompt, false},
		{"output under way", nil, "show x\r\nGigabitEther", nothing, false},
		{"a line that is no prompt", nil, "show x\r\nr1#show y", nothing, false},
		{"another device's prompt", nil, "show x\r\nr2#", maybePrompt, true},
		{"a mode that nobody expects", nil, "show x\r\nr1(config)#", maybePrompt, false},
		{"a mode that is expected", []string{"configuration"}, "show x\r\nr1(config)#", atPrompt, false},
		{"an expected mode of another device", []string{"configuration"}, "show x\r\nr2(config)#", maybePrompt, true},
		{"behind the output", nil, "show x\r\nvaluer1#", maybePrompt, true},
		{"pager", nil, "show x\r\none\r\n --More-- ", atPager, false},
		{"question", nil, "show x\r\nProceed? [confirm]", maybeQuestion, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := loggedIn()
			m.begin(&Input{Line: "show x", Modes: c.modes}, true)
			m.feed([]byte(c.heard))
			if s := m.look(); s.kind != c.want || s.probe != c.probe {
				t.Errorf("%q: %+v, want kind %d, probe %v", c.heard, s, c.want, c.probe)
			}
		})
	}
}

func TestUpperLineIsPartOfThePrompt(t *testing.T) {
	m := newMachine(testConfig())
	m.listen(&Input{})
	m.feed([]byte("\r\n{master}\r\nops@mx1> "))
	m.settle(m.look())
	m.begin(&Input{Line: "show x"}, true)
	m.feed([]byte("show x\r\none\r\n\r\n{master}\r\nops@mx1> "))
	if text := strings.TrimSuffix(m.settle(m.look()), "\n"); text != "one\n" {
		t.Errorf("answer %q", text)
	}
	m.begin(&Input{Line: "show y"}, true)
	m.feed([]byte("show y\r\n\r\n{master}\r\nops@mx1> "))
	if text := m.settle(m.look()); text != "\n" {
		t.Errorf("answer %q", text)
	}
}

func TestIdleTextIsBounded(t *testing.T) {
	m := loggedIn()
	for range 10000 {
		m.feed([]byte("*Mar 1 00:00:00: %SYS-5-CONFIG_I: Configured from console\r\n"))
	}
	if n := len(m.term.Finished()); n > maxAside {
		t.Errorf("%d bytes kept", n)
	}
}

// An answer is what a terminal shows between the echo and the prompt, however
// the bytes are cut, and it never ends before its prompt came.
func FuzzAnswer(f *testing.F) {
	f.Add("one\r\ntwo\r\n", uint64(1))
	f.Add("\x1b[31mr2#\x1b[0m\r\n --More-- x\r\nshow x\r\n", uint64(2))
	f.Add("a\rb\bc\r\r\n\x1b]0;title\x07\t\xff\r\n", uint64(3))
	f.Add("Proceed? [confirm]\r\nr1#show x\r\n", uint64(4))
	f.Fuzz(func(t *testing.T, output string, seed uint64) {
		whole := "show x\r\n" + output + "\r\nr1#"
		glass := terminal.New(0)
		_, _ = glass.Write([]byte("r1#"))
		for i := range len(whole) {
			if i > 0 && string(trimBlanks(glass.Current())) == "r1#" {
				return // the output draws the prompt itself
			}
			_, _ = glass.Write([]byte{whole[i]})
		}
		shown := string(glass.Finished())
		if string(glass.Current()) != "r1#" {
			return // it leaves the terminal within a sequence
		}
		_, want, _ := strings.Cut(shown, "\n")
		if !strings.HasPrefix(shown, "r1#show x\n") || glass.Count() < 2 {
			return
		}
		random := rand.New(rand.NewPCG(seed, 7))
		m := loggedIn()
		m.begin(&Input{Line: "show x"}, true)
		for rest := whole; rest != ""; {
			n := 1 + random.IntN(min(len(rest), 40))
			m.feed([]byte(rest[:n]))
			rest = rest[n:]
			if s := m.look(); s.kind == atPrompt && rest != "" {
				t.Fatalf("it ended %d bytes before the end", len(rest))
			}
		}
		s := m.look()
		if s.kind != atPrompt {
			t.Fatalf("it did not end at the prompt: %+v", s)
		}
		if got := m.settle(s); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(want, "\n") {
			t.Errorf("answer %q, want %q", got, want)
		}
		if string(m.raw) != "" {
			t.Errorf("raw bytes are kept after the end")
		}
	})
}

// Where two modes have the same prompt, the line above tells them apart.
func TestModeToldByTheLineAbove(t *testing.T) {
	cfg := testConfig()
	shape := regexp.MustCompile(`^A:\w+@(?P<host>[\w.-]+)#$`)
	cfg.Prompts = []Prompt{
		{Mode: "operational", Shape: shape, Above: regexp.MustCompile(`^\[[^\n]*\]$`)},
		{Mode: "configuration", Shape: shape, Above: regexp.MustCompile(`^\*?\(ex\)\[[^\n]*\]$`)},
	}
	m := newMachine(cfg)
	m.listen(&Input{})
	m.feed([]byte("Welcome\r\n\r\n[/]\r\nA:ops@sr1# "))
	m.settle(m.look())
	for _, c := range []struct{ typed, heard, text, mode string }{
		{"edit-config exclusive", "INFO: entering\r\n\r\n(ex)[/]\r\nA:ops@sr1# ", "INFO: entering\n", "configuration"},
		{"show x", "one\r\n\r\n*(ex)[/configure]\r\nA:ops@sr1# ", "one\n", "configuration"},
		{"quit-config", "\r\n[/]\r\nA:ops@sr1# ", "", "operational"},
		{"show x", "[y]\r\n\r\n[/]\r\nA:ops@sr1# ", "[y]\n", "operational"},
	} {
		m.begin(&Input{Line: c.typed, Modes: []string{"operational", "configuration"}}, true)
		m.feed([]byte(c.typed + "\r\n" + c.heard))
		text := strings.TrimSuffix(m.settle(m.look()), "\n")
		if m.mode != c.mode || text != c.text {
			t.Errorf("%s: %q in mode %s, want %q in %s", c.typed, text, m.mode, c.text, c.mode)
		}
	}
}
