package pyre

import (
	"slices"
	"sort"
	"sync"
	"unicode"
)

// class is a set of characters: sorted pairs of first and last, none adjacent.
type class []rune

func (c class) has(r rune) bool {
	i := sort.Search(len(c)/2, func(i int) bool { return c[2*i+1] >= r })
	return 2*i < len(c) && c[2*i] <= r
}

// normal sorts and joins pairs that are in any order.
func normal(pairs []rune) class {
	n := len(pairs) / 2
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(pairs[2*a]) - int(pairs[2*b]) })
	out := make(class, 0, len(pairs))
	for _, i := range order {
		lo, hi := pairs[2*i], pairs[2*i+1]
		if last := len(out) - 1; last > 0 && lo <= out[last]+1 {
			out[last] = max(out[last], hi)
			continue
		}
		out = append(out, lo, hi)
	}
	return out
}

func (c class) negated() class {
	out := make(class, 0, len(c)+2)
	next := rune(0)
	for i := 0; i < len(c); i += 2 {
		if next < c[i] {
			out = append(out, next, c[i]-1)
		}
		next = c[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

func (c class) plus(more ...rune) class { return normal(append(slices.Clone(c), more...)) }

// ofTables is the union of Unicode tables.
func ofTables(tables ...*unicode.RangeTable) class {
	var pairs []rune
	for _, t := range tables {
		for _, r := range t.R16 {
			for lo := rune(r.Lo); ; lo += rune(r.Stride) {
				if r.Stride == 1 {
					pairs = append(pairs, rune(r.Lo), rune(r.Hi))
					break
				}
				if lo > rune(r.Hi) {
					break
				}
				pairs = append(pairs, lo, lo)
			}
		}
		for _, r := range t.R32 {
			if r.Stride == 1 {
				pairs = append(pairs, rune(r.Lo), rune(r.Hi))
				continue
			}
			for lo := rune(r.Lo); lo <= rune(r.Hi); lo += rune(r.Stride) {
				pairs = append(pairs, lo, lo)
			}
		}
	}
	return normal(pairs)
}

// The categories as Python has them: \w is str.isalnum and the underscore, \d is
// str.isdecimal, \s is str.isspace.
var (
	wordClass  = sync.OnceValue(func() class { return ofTables(unicode.L, unicode.Nd, unicode.Nl, unicode.No).plus('_', '_') })
	digitClass = sync.OnceValue(func() class { return ofTables(unicode.Nd) })
	spaceClass = class{'\t', '\r', 0x1c, 0x20, 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a,
		0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000}
	asciiWord   = class{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}
	asciiDigit  = class{'0', '9'}
	asciiSpace  = class{'\t', '\r', ' ', ' '}
	anyClass    = class{0, unicode.MaxRune}
	notNewline  = class{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	notWord     = sync.OnceValue(func() class { return wordClass().negated() })
	notDigit    = sync.OnceValue(func() class { return digitClass().negated() })
	notSpace    = spaceClass.negated()
	notAWord    = asciiWord.negated()
	notADigit   = asciiDigit.negated()
	notASpace   = asciiSpace.negated()
	foldedRunes = sync.OnceValue(folding)
)

// category is the class of \d, \D, \s, \S, \w or \W.
func category(c byte, ascii bool) class {
	if ascii {
		switch c {
		case 'd':
			return asciiDigit
		case 'D':
			return notADigit
		case 's':
			return asciiSpace
		case 'S':
			return notASpace
		case 'w':
			return asciiWord
		default:
			return notAWord
		}
	}
	switch c {
	case 'd':
		return digitClass()
	case 'D':
		return notDigit()
	case 's':
		return spaceClass
	case 'S':
		return notSpace
	case 'w':
		return wordClass()
	default:
		return notWord()
	}
}

// fold is what Python takes for equal when case is ignored.
type fold struct {
	upper map[rune][]rune // by lower case: the others with it
	all   []rune          // every character that has another case
}

// likeness are lower-case characters that Python takes for equal because they
// have the same upper case.
var likeness = [][]rune{
	{'i', 0x131}, {'s', 0x17f}, {0xb5, 0x3bc}, {0x345, 0x3b9, 0x1fbe}, {0x390, 0x1fd3}, {0x3b0, 0x1fe3},
	{0x3b2, 0x3d0}, {0x3b5, 0x3f5}, {0x3b8, 0x3d1}, {0x3ba, 0x3f0}, {0x3c0, 0x3d6}, {0x3c1, 0x3f1},
	{0x3c2, 0x3c3}, {0x3c6, 0x3d5}, {0x1e61, 0x1e9b}, {0xfb05, 0xfb06}, {0x432, 0x1c80}, {0x434, 0x1c81},
	{0x43e, 0x1c82}, {0x441, 0x1c83}, {0x442, 0x1c84, 0x1c85}, {0x44a, 0x1c86}, {0x463, 0x1c87}, {0x1c88, 0xa64b},
}

func folding() *fold {
	f := &fold{upper: map[rune][]rune{}}
	seen := map[rune]bool{}
	add := func(r rune) {
		if !seen[r] {
			seen[r] = true
			f.all = append(f.all, r)
		}
	}
	for _, cr := range unicode.CaseRanges {
		for r := rune(cr.Lo); r <= rune(cr.Hi); r++ {
			if lower := unicode.ToLower(r); lower != r {
				f.upper[lower] = append(f.upper[lower], r)
				add(r)
				add(lower)
			}
		}
	}
	for _, alike := range likeness {
		for _, r := range alike {
			add(r)
		}
	}
	return f
}

// equals are the characters that equal r when case is ignored, r too.
func (f *fold) equals(r rune) []rune {
	lower := unicode.ToLower(r)
	out := append([]rune{lower}, f.upper[lower]...)
	for _, alike := range likeness {
		if slices.Contains(alike, lower) {
			for _, l := range alike {
				if l != lower {
					out = append(append(out, l), f.upper[l]...)
				}
			}
		}
	}
	return out
}

// folded adds the other cases of all its characters.
func (c class) folded(ascii bool) class {
	if ascii {
		var more []rune
		for r := 'a'; r <= 'z'; r++ {
			if upper := r - 'a' + 'A'; c.has(r) != c.has(upper) {
				more = append(more, r, r, upper, upper)
			}
		}
		return c.plus(more...)
	}
	f := foldedRunes()
	var more []rune
	for _, r := range f.all {
		if c.has(r) {
			for _, e := range f.equals(r) {
				more = append(more, e, e)
			}
		}
	}
	return c.plus(more...)
}
