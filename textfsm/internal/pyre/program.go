package pyre

import (
	"errors"
	"math"
	"unicode/utf8"
)

// code is what an instruction of a program does.
type code uint8

const (
	doLiteral    code = iota // match text
	doChar                   // match one character of set
	doRun                    // match min to max characters of set, as many as can be
	doLazyRun                // the same, as few as can be
	doSplit                  // go on at the next; if that comes to nothing, at x
	doSplitLater             // go on at x; if that comes to nothing, at the next
	doJump                   // go on at x
	doSave                   // note the position in slot x
	doClear                  // note "nowhere" in slot x
	doMoved                  // go on if the position is not that of slot x, else at y
	doBegin
	doLineBegin
	doEnd
	doLineEnd
	doTextEnd
	doWordEdge
	doNotWordEdge
	doBackref // match what group x matched
	doCond    // go on if group x matched, else at y
	doLook    // match the program from the next to x, at a place and back again
	doAtomic  // match the program from the next to x, once
	doInnerEnd
	doMatch
)

// wanted is which bytes can come next, as bits; 256 is the end of the text. It
// fills a line of the processor's cache.
type wanted [8]uint64

func (w *wanted) has(c int) bool { return w[c>>6&7]&(1<<(c&63)) != 0 }

// instruction is one of a program. Where next is set, what follows the
// instruction can't match unless the next byte is in it.
type instruction struct {
	code     code
	sure     bool // of doRun: what it took of ASCII, it need not give back
	negated  bool // of doLook
	behind   bool // of doLook
	fold     bool // of doBackref
	ascii    bool // of doBackref and word edges
	x, y     int32
	min, max int32
	text     string
	set      *set
	next     *wanted
	other    *wanted // of splits: the same for the way at x
}

// set is a class made ready for matching.
type set struct {
	ascii [2]uint64 // as bits
	class class
}

// plain tells whether an ASCII character is in the set.
func (s *set) plain(b byte) bool { return s.ascii[b>>6&1]&(1<<(b&63)) != 0 }

// program is a pattern for the quick matcher.
type program struct {
	code  []instruction
	slots int // two for each group, and those of loops
	// needs is a text that must be there; "" where it would not pay to look for
	// it first.
	needs string
	marks []int32 // slots that hold where the turn of a loop began
	// rememberable: what is tried at a place comes to the same whenever it is
	// tried again, so that it need not be.
	rememberable bool
}

// maxProgram limits how long a program gets by writing repetitions out.
const maxProgram = 4000

// maxMarks limits the loops whose state is remembered along with a place.
const maxMarks = 4

var errTooLong = errors.New("the pattern is too long for the quick matcher")

// compiler writes a program.
type compiler struct {
	program
	keep   []bool // groups whose place is asked for
	sets   map[*rune]*set
	wanted map[starts]*wanted
}

// compile writes root as a program that notes the places of the groups in keep.
func compile(root *node, keep []bool) (p *program, err error) {
	c := &compiler{keep: keep, sets: map[*rune]*set{}, wanted: map[starts]*wanted{}}
	c.slots = 2 * len(keep)
	defer func() {
		if r := recover(); r != nil {
			if r != errTooLong {
				panic(r)
			}
			p, err = nil, errTooLong
		}
	}()
	c.node(root, anyStart)
	c.emit(instruction{code: doMatch})
	if root.startsWide() {
		c.needs = root.literal()
	}
	c.rememberable = len(c.marks) <= maxMarks && !mayBacktrack(root)
	return &c.program, nil
}

func (c *compiler) emit(i instruction) int {
	if len(c.code) >= maxProgram {
		panic(errTooLong)
	}
	c.code = append(c.code, i)
	return len(c.code) - 1
}

func (c *compiler) here() int32 { return int32(len(c.code)) }

func (c *compiler) slot() int32 {
	c.slots++
	return int32(c.slots - 1)
}

// table is nil where s rules nothing out.
func (c *compiler) table(s starts) *wanted {
	if s == anyStart {
		return nil
	}
	if w := c.wanted[s]; w != nil {
		return w
	}
	w := new(wanted)
	copy(w[:], s.bytes[:])
	if s.end {
		w[4] = 1
	}
	c.wanted[s] = w
	return w
}

func (c *compiler) set(cl class) *set {
	// The categories, which are large, are always the same slices.
	var key *rune
	if len(cl) > 0 {
		key = &cl[0]
	}
	if s := c.sets[key]; s != nil {
		return s
	}
	s := &set{class: cl}
	for i := 0; i < len(cl); i += 2 {
		for r := cl[i]; r <= cl[i+1] && r < utf8.RuneSelf; r++ {
			s.ascii[r>>6] |= 1 << (r & 63)
		}
	}
	c.sets[key] = s
	return s
}

// node writes n; follow is what can come behind it.
func (c *compiler) node(n *node, follow starts) {
	switch n.op {
	case opClass:
		c.emit(instruction{code: doChar, set: c.set(n.class)})
	case opConcat:
		c.concat(n.subs, follow)
	case opAlternate:
		c.alternate(n.subs, follow)
	case opRepeat:
		c.repeat(n, follow)
	case opGroup:
		if n.group >= len(c.keep) || !c.keep[n.group] {
			c.node(n.subs[0], follow)
			return
		}
		c.emit(instruction{code: doSave, x: int32(2 * n.group)})
		c.node(n.subs[0], follow)
		c.emit(instruction{code: doSave, x: int32(2*n.group + 1)})
	case opBegin:
		c.emit(instruction{code: doBegin})
	case opLineBegin:
		c.emit(instruction{code: doLineBegin})
	case opEnd:
		c.emit(instruction{code: doEnd})
	case opLineEnd:
		c.emit(instruction{code: doLineEnd})
	case opTextEnd:
		c.emit(instruction{code: doTextEnd})
	case opWordEdge:
		i := instruction{code: doWordEdge, ascii: n.ascii}
		if n.negated {
			i.code = doNotWordEdge
		}
		c.emit(i)
	case opBackref:
		c.emit(instruction{code: doBackref, x: int32(n.group), fold: n.fold, ascii: n.ascii})
	case opLook:
		c.inner(instruction{code: doLook, negated: n.negated, behind: n.behind, min: clamp(n.width)}, n.subs[0], anyStart)
	case opAtomic:
		c.inner(instruction{code: doAtomic}, n.subs[0], anyStart)
	case opCond:
		at := c.emit(instruction{code: doCond, x: int32(n.group)})
		c.node(n.subs[0], follow)
		out := c.emit(instruction{code: doJump})
		c.code[at].y = c.here()
		c.node(n.subs[1], follow)
		c.code[out].x = c.here()
	}
}

func (c *compiler) inner(i instruction, n *node, follow starts) {
	at := c.emit(i)
	c.node(n, follow)
	c.emit(instruction{code: doInnerEnd})
	c.code[at].x = c.here()
}

// concat writes subs one after the other, neighbouring single characters as one
// text.
func (c *compiler) concat(subs []*node, follow starts) {
	follows := make([]starts, len(subs))
	for i := len(subs) - 1; i >= 0; i-- {
		follows[i] = follow
		follow = subs[i].first(follow)
	}
	for i := 0; i < len(subs); {
		text := ""
		for ; i < len(subs); i++ {
			r, ok := subs[i].single()
			if !ok {
				break
			}
			text += string(r)
		}
		if text != "" {
			c.emit(instruction{code: doLiteral, text: text})
			continue
		}
		c.node(subs[i], follows[i])
		i++
	}
}

// single is the one character that n stands for.
func (n *node) single() (rune, bool) {
	if n.op != opClass || len(n.class) != 2 || n.class[0] != n.class[1] || !utf8.ValidRune(n.class[0]) || n.class[0] == utf8.RuneError {
		return 0, false
	}
	return n.class[0], true
}

func (c *compiler) alternate(subs []*node, follow starts) {
	firsts, rests := make([]starts, len(subs)), make([]starts, len(subs)+1)
	for i := len(subs) - 1; i >= 0; i-- {
		firsts[i] = subs[i].first(follow)
		rests[i] = firsts[i].or(rests[i+1])
	}
	var outs []int
	for i, s := range subs {
		if i == len(subs)-1 {
			c.node(s, follow)
			break
		}
		split := c.emit(instruction{code: doSplit, next: c.table(firsts[i]), other: c.table(rests[i+1])})
		c.node(s, follow)
		outs = append(outs, c.emit(instruction{code: doJump}))
		c.code[split].x = c.here()
	}
	for _, o := range outs {
		c.code[o].x = c.here()
	}
}

// captures tells whether a place inside of n is asked for.
func (c *compiler) captures(n *node) bool {
	found := false
	n.walk(func(s *node) {
		found = found || s.op == opGroup && s.group < len(c.keep) && c.keep[s.group]
	})
	return found
}

func (c *compiler) repeat(n *node, follow starts) {
	if n.manner == possessive {
		c.inner(instruction{code: doAtomic}, n.eager(), anyStart)
		return
	}
	body := n.subs[0]
	for body.op == opGroup && !c.captures(body) {
		body = body.subs[0]
	}
	if body.op == opClass {
		c.run(n, body.class, follow)
		return
	}
	c.loop(n, body, follow)
}

func (c *compiler) run(n *node, cl class, follow starts) {
	i := instruction{code: doRun, set: c.set(cl), min: clamp(n.min), max: clamp(n.max), next: c.table(follow)}
	if n.manner == lazy {
		i.code = doLazyRun
	}
	i.sure = follow.asciiDisjoint(cl.starts())
	c.emit(i)
}

// loop writes the turns that must be out, and then those that may be. A turn
// that need not be and matches nothing is the last.
func (c *compiler) loop(n *node, body *node, follow starts) {
	inside := body.first(follow)
	next := inside.or(follow)
	for range n.min {
		before := len(c.code)
		if c.node(body, next); len(c.code) == before {
			break // what says nothing says no more a thousand times
		}
	}
	if n.max == n.min {
		return
	}
	empty, mark := body.nullable(), int32(0)
	if empty {
		mark = c.slot()
		c.marks = append(c.marks, mark)
		c.emit(instruction{code: doClear, x: mark})
	}
	way := instruction{code: doSplit, next: c.table(inside), other: c.table(follow)}
	if n.manner == lazy {
		way.code = doSplitLater
	}
	var splits, checks []int
	turn := func() {
		if empty && n.manner == greedy {
			checks = append(checks, c.emit(instruction{code: doMoved, x: mark}))
		}
		splits = append(splits, c.emit(way))
		if empty {
			if n.manner == lazy {
				c.emit(instruction{code: doMoved, x: mark, y: -1})
			}
			c.emit(instruction{code: doSave, x: mark})
		}
		c.node(body, next)
	}
	if n.max == unlimited {
		top := c.here()
		turn()
		c.emit(instruction{code: doJump, x: top})
	} else {
		for range n.max - n.min {
			turn()
		}
	}
	for _, s := range splits {
		c.code[s].x = c.here()
	}
	for _, s := range checks {
		c.code[s].y = c.here()
	}
}

// clamp makes a count fit: no text that is matched is as long.
func clamp(n int) int32 { return int32(min(n, math.MaxInt32)) }
