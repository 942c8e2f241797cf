package channel

import (
	"regexp"
	"testing"
	"unicode/utf8"
)

func TestEndings(t *testing.T) {
	for _, c := range []struct {
		pattern string
		ends    string // bytes that a match can end in
		not     string // bytes that none can
	}{
		{`^[\w.-]+[>#]$`, ">#", "a:$ -"},
		{`^(?P<host>\w+)(\(conf[^)]*\))?#$`, "#", ")>"},
		{`(?i)password:$`, ":", "dD"},
		{`(?i)^yes$`, "sS", "e"},
		{`\[y/n\]\W{0,2}$`, "]: ?", "nx1"},
		{`^a$|^b>$`, "a>", "b"},
		{`^x*$`, "abc#", ""},      // it matches the empty text
		{`password:`, "abc#", ""}, // it may match anywhere
		{`^--More--( \(\d+%\))?$`, "-)", "e%"},
		{`^\S+é$`, "\xa9", "e"},
		{`^.$`, "a#\xff", ""},
		{`^a+$`, "a", "b"},
		{`^(ab){2}$`, "b", "a"},
		{`^ab{0,3}$`, "ab", "c"},
	} {
		e := endingOf(regexp.MustCompile(c.pattern))
		for _, b := range []byte(c.ends) {
			if !e.has(b) {
				t.Errorf("%s: cannot end in %q", c.pattern, b)
			}
		}
		for _, b := range []byte(c.not) {
			if e.has(b) {
				t.Errorf("%s: can end in %q", c.pattern, b)
			}
		}
	}
}

// A line that a pattern matches ends as the pattern's ending says.
func FuzzEnding(f *testing.F) {
	f.Add(`^[\w.-]+[>#]$`, "r1#")
	f.Add(`(?i)^(a|b$|c?)+$`, "aB")
	f.Add(`x\b$|^$`, "x")
	f.Fuzz(func(t *testing.T, pattern, line string) {
		re, err := regexp.Compile(pattern)
		if err != nil || line == "" || !utf8.ValidString(line) || !re.MatchString(line) {
			return
		}
		e := endingOf(re)
		if last := line[len(line)-1]; last != '\n' && !e.has(last) {
			t.Errorf("%q matches %q, which it says it cannot", pattern, line)
		}
	})
}
