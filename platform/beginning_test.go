package platform

import (
	"regexp"
	"testing"
)

// What is known of a failure's beginning saves its pattern on the lines that do not
// begin so, and on no others.
func TestBeginning(t *testing.T) {
	for _, c := range []struct{ pattern, begins string }{
		{`^% ?Invalid`, "%"}, {`^Command rejected:`, "Command rejected:"}, {`^% Bad|^Error`, ""},
		{`(?i)^% bad`, ""}, {`(?m)^% bad`, ""}, {`^ab?c`, "a"}, {`^(?:%|#) no`, ""}, {`% bad`, ""}, {`^\s*%`, ""}, {`^`, ""},
		{`^\x{fffd}x?`, ""},
	} {
		re := regexp.MustCompile(c.pattern)
		if got := beginningOf(re).text; got != c.begins {
			t.Errorf("%s begins with %q, want %q", c.pattern, got, c.begins)
		}
	}
}

// A failure that was given another pattern since it was parsed is judged by that.
func TestBeginningOfAnotherPattern(t *testing.T) {
	parsed := regexp.MustCompile(`^% bad`)
	failures := []Failure{{Pattern: parsed, Severity: SeverityError, begins: beginningOf(parsed)}}
	if Judge("% bad", failures) != SeverityError {
		t.Fatal("the pattern that was parsed does not count")
	}
	failures[0].Pattern = regexp.MustCompile(`^Error`)
	if Judge("Error: no", failures) != SeverityError || Judge("% bad", failures) != "" {
		t.Error("the new pattern does not count")
	}
}
