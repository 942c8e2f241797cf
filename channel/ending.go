package channel

import (
	"regexp"
	"regexp/syntax"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// An ending is the set of bytes that the lines a pattern matches can end in. Most
// output ends a packet in the middle of a word, and no prompt, pager or question
// ends so: one look at the last byte saves the patterns.
type ending [4]uint64

// anywhere is the ending of a pattern that says nothing of how a line ends.
var anywhere = ending{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

func (e *ending) has(b byte) bool { return e[b>>6]&(1<<(b&63)) != 0 }

func (e *ending) addByte(b byte) { e[b>>6] |= 1 << (b & 63) }

func (e *ending) add(o ending) {
	for i := range e {
		e[i] |= o[i]
	}
}

// addRune adds the last byte of a character.
func (e *ending) addRune(r rune) {
	var buf [utf8.UTFMax]byte
	e.addByte(buf[utf8.EncodeRune(buf[:], r)-1])
}

// endings remembers what was found of each pattern: thousands of sessions share
// the patterns of a few definitions.
var endings memo

type memo struct {
	found sync.Map // *regexp.Regexp → ending
	count atomic.Int64
}

// maxMemo bounds what is remembered, where patterns are compiled anew for every
// command.
const maxMemo = 4096

func (m *memo) of(re *regexp.Regexp) ending {
	if e, ok := m.found.Load(re); ok {
		return e.(ending)
	}
	e := endingOf(re)
	if m.count.Add(1) > maxMemo {
		m.found.Clear()
		m.count.Store(1)
	}
	m.found.Store(re, e)
	return e
}

// endingOf finds the ending of a pattern.
func endingOf(re *regexp.Regexp) ending {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return anywhere
	}
	t := tailOf(tree)
	if !t.final || t.empty {
		return anywhere
	}
	return t.set
}

// A tail says how what a part of a pattern matches can end.
type tail struct {
	set   ending // the last bytes
	empty bool   // it matches nothing at all as well
	final bool   // it matches only at the end of the line
}

func tailOf(n *syntax.Regexp) tail {
	var t tail
	switch n.Op {
	case syntax.OpLiteral:
		r := n.Rune[len(n.Rune)-1]
		t.set.addRune(r)
		if n.Flags&syntax.FoldCase != 0 {
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				t.set.addRune(f)
			}
		}
	case syntax.OpCharClass:
		t.set = classEnding(n.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		t.set = anywhere
	case syntax.OpEndText, syntax.OpEndLine:
		t.empty, t.final = true, true
	case syntax.OpCapture, syntax.OpPlus:
		t = tailOf(n.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		t = tailOf(n.Sub[0])
		t.empty, t.final = true, false
	case syntax.OpRepeat:
		t = tailOf(n.Sub[0])
		if n.Min == 0 {
			t.empty, t.final = true, false
		}
	case syntax.OpConcat:
		t.empty = true
		for i := len(n.Sub) - 1; i >= 0 && t.empty; i-- {
			part := tailOf(n.Sub[i])
			t.set.add(part.set)
			t.empty = part.empty
			t.final = t.final || part.final
		}
	case syntax.OpAlternate:
		t.final = true
		for _, sub := range n.Sub {
			part := tailOf(sub)
			t.set.add(part.set)
			t.empty = t.empty || part.empty
			t.final = t.final && part.final
		}
	default: // beginnings, word boundaries, the empty pattern
		t.empty = true
	}
	return t
}

// classEnding is the ending of a character class, given as pairs of bounds.
func classEnding(bounds []rune) ending {
	var e ending
	for i := 0; i+1 < len(bounds); i += 2 {
		for r := bounds[i]; r <= bounds[i+1]; r++ {
			if r >= utf8.RuneSelf {
				for b := utf8.RuneSelf; b < 0xc0; b++ { // any continuation byte
					e.addByte(byte(b))
				}
				break
			}
			e.addByte(byte(r))
		}
	}
	return e
}
