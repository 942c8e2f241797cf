// Package pyre matches patterns in the dialect of Python's re module, from the
// start of a line of text, as TextFSM's rules need it. A quick matcher, which
// goes back where it must but not for long, answers nearly always. Where it gives
// up, an engine that is slower but sure decides: Go's regexp, whose time is
// linear, or, for the patterns that it has no equal for, regexp2 under a time
// limit. It is no general replacement for Python's module: it can't search,
// split or substitute.
package pyre

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// ErrTimeout says that a pattern that needs the backtracking engine took longer
// on a text than it may.
var ErrTimeout = errors.New("the pattern takes too long on this text")

// Limit is how long the backtracking engine may take for one text.
const Limit = 250 * time.Millisecond

// Regexp is a compiled pattern. It is safe for concurrent use.
type Regexp struct {
	pattern string
	names   []string
	keep    []bool
	root    *node
	quick   *program // nil where it would be too long
	why     string   // what Go's regexp can't do; "" if nothing

	sure func() (surely, error)
}

// surely matches without giving up, but for a time limit.
type surely func(text string, slots []int32) (bool, error)

// Compile reads a pattern. The error is a *SyntaxError where Python would not
// take it either.
func Compile(pattern string) (*Regexp, error) {
	root, names, err := parse(pattern)
	if err != nil {
		return nil, err
	}
	re := &Regexp{pattern: pattern, names: names, root: root, keep: make([]bool, len(names))}
	for i, name := range names {
		re.keep[i] = name != ""
	}
	root.walk(func(n *node) {
		if n.op == opBackref || n.op == opCond {
			re.keep[n.group] = true
		}
	})
	re.quick, _ = compile(root, re.keep)
	re.why = notLinear(root)
	re.sure = sync.OnceValues(re.surely)
	if re.quick == nil {
		if _, err := re.sure(); err != nil {
			return nil, &SyntaxError{Pattern: pattern, Reason: "the pattern is too large"}
		}
	}
	return re, nil
}

// MustCompile is Compile for patterns that are known to be right.
func MustCompile(pattern string) *Regexp {
	re, err := Compile(pattern)
	if err != nil {
		panic(err)
	}
	return re
}

// String is the pattern.
func (re *Regexp) String() string { return re.pattern }

// Names are the groups' names by number; "" for those that have none, and for
// number 0, the whole.
func (re *Regexp) Names() []string { return re.names }

// NeedsBacktracking tells what in the pattern can't be matched in linear time; ""
// if all can.
func (re *Regexp) NeedsBacktracking() string {
	if re.why != "" || re.quick != nil && re.quick.rememberable {
		return re.why
	}
	if sameInGo(re.root) {
		if _, err := regexp.Compile(linear(re.root, re.keep)); err == nil {
			return ""
		}
	}
	return "too large for the linear engines"
}

// Match matches text from its start, and notes in m where the named groups are.
// The error is ErrTimeout or nil.
func (re *Regexp) Match(m *Scratch, text string) (bool, error) {
	if re.quick != nil {
		if v := re.quick.match(m, text); v != unsure {
			return v == yes, nil
		}
	}
	return re.matchSurely(m, text)
}

// Group is where the last match had the group of that number; ok is false if it
// took no part in it. Only named groups are noted.
func (m *Scratch) Group(number int) (start, end int, ok bool) {
	lo, hi := m.slots[2*number], m.slots[2*number+1]
	return int(lo), int(hi), lo >= 0 && hi >= lo
}

func (re *Regexp) matchSurely(m *Scratch, text string) (bool, error) {
	if re.quick != nil {
		if v := re.quick.matchSurely(m, text); v != unsure {
			return v == yes, nil
		}
	}
	n := 2 * len(re.names)
	if cap(m.slots) < n {
		m.slots = make([]int32, n)
	}
	m.slots = m.slots[:n]
	for i := range m.slots {
		m.slots[i] = -1
	}
	match, err := re.sure()
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return match(text, m.slots)
}

// surely makes the engine that decides what the quick matcher could not.
func (re *Regexp) surely() (surely, error) {
	if re.why == "" && sameInGo(re.root) {
		if r, err := regexp.Compile(linear(re.root, re.keep)); err == nil {
			return byLinear(r), nil
		}
	}
	r, err := regexp2.Compile(backtracking(re.root, re.keep), regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("the backtracking engine does not take %q: %w", re.pattern, err)
	}
	r.MatchTimeout = Limit
	return re.byBacktracking(r), nil
}

func byLinear(r *regexp.Regexp) surely {
	groups := map[int]int{}
	for i, name := range r.SubexpNames() {
		number := 0
		if _, err := fmt.Sscanf(name, "g%d", &number); err == nil {
			groups[i] = number
		}
	}
	return func(text string, slots []int32) (bool, error) {
		found := r.FindStringSubmatchIndex(text)
		if found == nil {
			return false, nil
		}
		for i, number := range groups {
			slots[2*number], slots[2*number+1] = int32(found[2*i]), int32(found[2*i+1])
		}
		return true, nil
	}
}

func (re *Regexp) byBacktracking(r *regexp2.Regexp) surely {
	return func(text string, slots []int32) (bool, error) {
		found, err := r.FindStringMatch(text)
		if err != nil {
			return false, ErrTimeout
		}
		if found == nil {
			return false, nil
		}
		for number, keep := range re.keep {
			g := found.GroupByNumber(number)
			if !keep || g == nil || len(g.Captures) == 0 {
				continue
			}
			start, length := g.ByteRange()
			slots[2*number], slots[2*number+1] = int32(start), int32(start+length)
		}
		return true, nil
	}
}
