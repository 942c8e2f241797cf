package pyre

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// match is the groups that Match finds, or nil.
func match(t *testing.T, pattern, text string) map[string][2]int {
	t.Helper()
	re, err := Compile(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var m Scratch
	got, err := spans(re, &m, text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMatch(t *testing.T) {
	type g = map[string][2]int
	for _, c := range []struct {
		pattern, text string
		want          g // nil for no match
	}{
		{`a`, "ba", nil}, // only from the start
		{`(?P<x>a+?)a`, "aaa", g{"x": {0, 1}}},
		{`(?P<x>\d+)`, "٣4", g{"x": {0, 3}}}, // digits of all alphabets
		{`(?P<x>\w+)`, "é_²½", g{"x": {0, 7}}},
		{`\s$`, "\u00a0", g{}},
		{`(?a)\s`, "\u00a0", nil},
		{`(?P<x>a{,2})`, "aaa", g{"x": {0, 2}}},
		{`(?P<x>a{1,1500})$`, strings.Repeat("a", 1400), g{"x": {0, 1400}}},
		{`a{,b`, "a{,b", g{}},
		{`(?i)straße`, "STRAßE", g{}},
		{`(?i:K)s`, "\u212as", g{}}, // the Kelvin sign
		{`(?i)i`, "İ", g{}},
		{`(?x) a b # c`, "ab", g{}},
		{`(?P<x>a)|(?P<y>b)`, "b", g{"x": {-1, -1}, "y": {0, 1}}},
		{`(?P<x>.)(?P=x)`, "aab", g{"x": {0, 1}}},
		{`(?P<x>(?<=a)b|a)+`, "ab", g{"x": {1, 2}}},
		{`(a)?(?(1)b|c)`, "c", g{}},
		{`(?>a+)a`, "aaa", nil},
		{`a++a`, "aaa", nil},
		{`a$`, "a\n", g{}},
		{`a\Z`, "a\n", nil},
		{`\bé\b`, "é", g{}},
		{`(?P<x>a*)*`, "b", g{"x": {0, 0}}},
		{`(?P<x>(?:a|b)*?)c`, "abac", g{"x": {0, 3}}},
		{`\x41\u00e9\U0001F600\101\n?`, "Aé😀A", g{}},
		{`[]a]+[^]a]`, "]ab", g{}},
		{`[a\-z]+$`, "a-z", g{}},
		{`(?P<x>.+)\s+(?P<y>\S+)`, "a b  c", g{"x": {0, 4}, "y": {5, 6}}},
	} {
		if got := match(t, c.pattern, c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s on %.20q: got %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, pattern := range []string{
		`(`, `)`, `a)`, `[`, `[]`, `*`, `a**`, `a{2}{3}`, `^*`, `a{3,2}`, `\`, `\q`, `[\q]`, `\x4`, `\8`, `[b-a]`, `[\d-z]`,
		`(?P<x>a)(?P<x>b)`, `(?P<1>a)`, `(?P=x)`, `(?P<x`, `(?Pa)`, `(?<=a+)b`, `(?<n>a)`, `a(?i)b`, `(?L)a`, `(?i-i:a)`, `(?(2)a)`,
		`(?(1)a|b|c)`, `(?#`, `\400`, `(?z)`, `(\1)`, `(?i`, `a{99999999999}`, `\U00110000`,
	} {
		if _, err := Compile(pattern); !errors.As(err, new(*SyntaxError)) {
			t.Errorf("%s was taken: %v", pattern, err)
		}
	}
}

// The quick matcher, the one with a memory, Go's regexp and regexp2 agree wherever
// they all apply.
func TestEnginesAgree(t *testing.T) {
	g := &generator{Rand: rand.New(rand.NewPCG(3, 4)), plain: true}
	compared := 0
	for range 2000 {
		pattern := g.pattern()
		re, err := Compile(pattern)
		if err != nil || re.quick == nil {
			continue // some under the flag x
		}
		for range 3 {
			text := g.text()
			var m Scratch
			first := re.quick.match(&m, text)
			if first == unsure {
				continue
			}
			want := answerOf(re, &m, first == yes)
			if re.quick.rememberable {
				v := re.quick.matchSurely(&m, text)
				if got := answerOf(re, &m, v == yes); v == unsure || !reflect.DeepEqual(got, want) {
					t.Fatalf("%s on %q: with memory %v, without %v", pattern, text, got, want)
				}
			}
			if !sameInGo(re.root) || re.why != "" || text == "" {
				continue
			}
			sure, err := re.sure()
			if err != nil {
				t.Fatal(err)
			}
			for i := range m.slots {
				m.slots[i] = -1
			}
			ok, err := sure(text, m.slots)
			if got := answerOf(re, &m, ok); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s on %q: Go's regexp %v %v, ours %v", pattern, text, got, err, want)
			}
			compared++
		}
	}
	if compared < 500 {
		t.Errorf("only %d compared", compared)
	}
}

func answerOf(re *Regexp, m *Scratch, ok bool) map[string][2]int {
	if !ok {
		return nil
	}
	return found(re, m)
}

// Patterns that make backtracking matchers hang take linear time.
func TestLinearTime(t *testing.T) {
	counted := 0
	for _, pattern := range []string{
		`(a+)+$`, `(a|a)*$`, `(a|aa)+$`, `(.*)*x`, `(a*)*b`, `^(\S+\s*)*:$`, `.*.*.*.*x`, `(?:a?){30}a{30}$`, `\w*\d*\w*\S*:`, `(.*?)*?x`,
	} {
		re := MustCompile(pattern)
		if why := re.NeedsBacktracking(); why != "" {
			t.Errorf("%s needs backtracking: %s", pattern, why)
		}
		if re.quick == nil || !re.quick.rememberable {
			continue // Go's own engine does it
		}
		steps := func(n int) int {
			m := Scratch{budget: math.MaxInt}
			if v := re.quick.matchSurely(&m, strings.Repeat("a", n)+"!"); v == unsure {
				t.Fatalf("%s: unsure", pattern)
			}
			counted++
			return math.MaxInt - m.budget
		}
		// Eight times the text.
		if short, long := steps(500), steps(4000); long > 9*short+1000 {
			t.Errorf("%s: %d steps for 500 characters, %d for 4000", pattern, short, long)
		}
	}
	if counted == 0 {
		t.Error("no steps were counted")
	}
}

// Large and hostile patterns compile, or are refused, without much ado: what an
// engine lays out for them is a measure that no busy machine disturbs.
func TestLargePatterns(t *testing.T) {
	for _, pattern := range []string{
		`(?:){4000000000}`, `((?:){60000}){60000}`, `(?:(?:a{1000}){1000}){1000}`, `(?:ab){60000}`, `(?P<x>a){0,5000}(?=b)`, `a{4294967294}`,
		strings.Repeat("(", 150) + "a" + strings.Repeat(")*", 150), strings.Repeat("(?:a|", 150) + "b" + strings.Repeat(")?", 150),
		strings.Repeat("a|", 20000), strings.Repeat(`\w`, 4100), strings.Repeat("(", 5000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		re, err := Compile(pattern)
		if err == nil {
			var m Scratch
			_, err = re.Match(&m, "aaaaaaaaaaaaaaaaaaaaaaab")
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 256<<20 {
			t.Errorf("%.40s took %d bytes: %v", pattern, took, err)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	re := MustCompile(`(a|a)*(a|aa)*\1(?=b)b`)
	var m Scratch
	if _, err := re.Match(&m, strings.Repeat("a", 3000)); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// Starts and Lead rule out no text that matches.
func TestStarts(t *testing.T) {
	g := &generator{Rand: rand.New(rand.NewPCG(5, 6))}
	matches := 0
	for range 1500 {
		re, err := Compile(g.pattern())
		if err != nil {
			continue // some under the flag x
		}
		first, solid := re.Starts()
		for range 3 {
			text := g.text()
			var m Scratch
			ok, err := re.Match(&m, text)
			if err != nil || !ok {
				continue
			}
			matches++
			a, b, rest := Start(text)
			if !first[a] || !solid[b] {
				t.Fatalf("%s matches %q, which it rules out: %v %v", re, text, first[a], solid[b])
			}
			if lead := re.Lead(); lead != "" && (rest == "" || rest[0] < 0x80) && !strings.HasPrefix(rest, lead) {
				t.Fatalf("%s matches %q, which lead %q rules out", re, text, lead)
			}
		}
	}
	if matches < 500 {
		t.Errorf("only %d matches", matches)
	}
}

func FuzzMatch(f *testing.F) {
	g := &generator{Rand: rand.New(rand.NewPCG(7, 8)), broken: true}
	for range 30 {
		f.Add(g.pattern(), g.text())
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := Compile(pattern)
		if err != nil {
			if !errors.As(err, new(*SyntaxError)) {
				t.Errorf("%q: %v", pattern, err)
			}
			return
		}
		var m Scratch
		// The go command ends an input that takes ten seconds.
		if _, err := re.Match(&m, text); err != nil && !errors.Is(err, ErrTimeout) {
			t.Errorf("%q on %q: %v", pattern, text, err)
		}
	})
}
