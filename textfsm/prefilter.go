package textfsm

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vtynet/vty/textfsm/internal/pyre"
)

// prefilter tells by the start of a line, and by what comes behind white space
// there, which rules of a state can match it at all. Most lines of most templates
// are tried with few rules then.
type prefilter struct {
	first, solid byStart
	// leads are what lines that the rules match have first but for white space.
	// They are parts of one text, so that they are near each other in memory.
	leads []string
}

// byStart gives sets of rules by a byte, or 256 for the end of the line. Few of
// the sets are different, so the bytes have the number of theirs.
type byStart struct {
	set  [257]uint8
	sets [][]uint64
}

// add gives a byte its set.
func (s *byStart) add(b int, set []uint64) {
	n := slices.IndexFunc(s.sets, func(other []uint64) bool { return slices.Equal(set, other) })
	if n < 0 {
		n = len(s.sets)
		s.sets = append(s.sets, set)
	}
	// There can be 257, of which the last two then share one that has both.
	if n > 255 {
		n = 255
		for i := range set {
			s.sets[n][i] |= set[i]
		}
	}
	s.set[b] = uint8(n)
}

func newPrefilter(rules []*rule) *prefilter {
	f := &prefilter{}
	all := ""
	for _, r := range rules {
		all += r.re.Lead()
	}
	for _, r := range rules {
		n := len(r.re.Lead())
		f.leads, all = append(f.leads, all[:n]), all[n:]
	}
	starts := make([][2][257]bool, len(rules))
	for i, r := range rules {
		starts[i][0], starts[i][1] = r.re.Starts()
	}
	for way, by := range []*byStart{&f.first, &f.solid} {
		for b := range 257 {
			set := make([]uint64, (len(rules)+63)/64)
			for i := range rules {
				if starts[i][way][b] {
					set[i/64] |= 1 << (i % 64)
				}
			}
			by.add(b, set)
		}
	}
	return f
}

// candidates goes through the rules that may match a line.
type candidates struct {
	first, solid []uint64
	word         int
	left         uint64
	text         string // the line from where it is solid
}

func (f *prefilter) candidates(line string) candidates {
	a, b, text := pyre.Start(line)
	return candidates{first: f.first.sets[f.first.set[a]], solid: f.solid.sets[f.solid.set[b]], word: -1, text: text}
}

// excluded tells that the line does not begin with a rule's lead. White space of
// other alphabets is not seen as such, so a line that has any may be anything.
func (c *candidates) excluded(lead string) bool {
	return lead != "" && (c.text == "" || c.text[0] < utf8.RuneSelf) && !strings.HasPrefix(c.text, lead)
}

// next is the number of the next rule; ok is false when there is none.
func (c *candidates) next() (rule int, ok bool) {
	for c.left == 0 {
		if c.word++; c.word == len(c.first) {
			return 0, false
		}
		c.left = c.first[c.word] & c.solid[c.word]
	}
	i := bits.TrailingZeros64(c.left)
	c.left &= c.left - 1
	return 64*c.word + i, true
}
