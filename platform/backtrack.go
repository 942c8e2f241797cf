package platform

import (
	"errors"
	"fmt"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// backtrackLimit is how long a Backtracking may take for one line.
const backtrackLimit = 250 * time.Millisecond

// Backtracking is a pattern that RE2 has no words for: one with a look-around or a
// back reference. An engine that goes back matches it, under a time limit. It is
// safe for concurrent use.
type Backtracking struct {
	source string // as it stands in the definition
	re     *regexp2.Regexp
}

// newBacktracking compiles a pattern in the engine's dialect; source is what
// messages show of it.
func newBacktracking(source, pattern string) (*Backtracking, error) {
	re, err := regexp2.Compile(pattern, regexp2.RE2) // its words beyond Perl's are RE2's
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = backtrackLimit
	return &Backtracking{source: source, re: re}, nil
}

// String is the pattern as it stands in the definition.
func (b *Backtracking) String() string { return b.source }

// Match reports whether line is matched. The error is a *PatternTimeoutError: the
// engine gave up, and nobody knows.
func (b *Backtracking) Match(line string) (bool, error) {
	matched, err := b.re.MatchString(line)
	if err != nil {
		return false, &PatternTimeoutError{Pattern: b.source, Line: line}
	}
	return matched, nil
}

// ErrPatternTimeout says that a pattern took too long on a line. Errors of this kind are
// *PatternTimeoutError.
var ErrPatternTimeout = errors.New("platform: a pattern takes too long")

// PatternTimeoutError says that a pattern of a definition took longer on a line
// than it may: nobody knows whether it matches.
type PatternTimeoutError struct {
	Pattern string
	Line    string // what the device showed
}

func (e *PatternTimeoutError) Error() string {
	return fmt.Sprintf("the pattern %q of the platform's definition took longer than %v on the line %q; "+
		"a repeat within a repeat, such as (a+)+, is the usual cause: write it with one", e.Pattern, backtrackLimit, e.Line)
}

// Is reports whether target is ErrPatternTimeout.
func (e *PatternTimeoutError) Is(target error) bool { return target == ErrPatternTimeout }
