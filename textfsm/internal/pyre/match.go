package pyre

import (
	"math"
	"strings"
	"unicode/utf8"
)

// verdict is how a program ended.
type verdict uint8

const (
	no verdict = iota
	yes
	unsure // it would have taken too long
)

// choice is a place to go on from when all after it came to nothing, or a slot
// to put back on the way there.
type choice struct {
	pc  int32 // an instruction, or -1-slot
	pos int32 // or what was in the slot
	low int32 // of a run: how far it may go back, or how many more it may take; of others, fresh
}

const fresh = math.MinInt32

// Scratch is what a match works with, and the places that it found. It is for
// one goroutine at a time; the zero value is ready for use.
type Scratch struct {
	text   string
	slots  []int32
	stack  []choice
	budget int
	memory memory
}

// patience is how many steps the quick matcher may take: some, and so many for
// each byte. Patterns that need more are those that a backtracking matcher is
// slow with.
func patience(length int) int { return 4000 + 64*length }

// match runs the program on text from its start, for a while.
func (p *program) match(m *Scratch, text string) verdict {
	m.memory.used = false
	return p.runAll(m, text, patience(len(text)))
}

// matchSurely runs the program to its end, in time linear in the text. It is
// unsure only if that takes too much memory.
func (p *program) matchSurely(m *Scratch, text string) verdict {
	if !p.rememberable || !m.memory.prepare(p, len(text)) {
		return unsure
	}
	return p.runAll(m, text, math.MaxInt)
}

func (p *program) runAll(m *Scratch, text string, budget int) verdict {
	if len(text) >= math.MaxInt32/2 {
		return unsure
	}
	if p.needs != "" && !strings.Contains(text, p.needs) {
		return no
	}
	if cap(m.slots) < p.slots {
		m.slots = make([]int32, p.slots, p.slots+16)
	}
	m.slots = m.slots[:p.slots]
	for i := range m.slots {
		m.slots[i] = -1
	}
	m.text, m.stack, m.budget = text, m.stack[:0], budget
	v, _ := p.run(m, 0, 0)
	return v
}

// save puts pos into a slot so that going back undoes it.
func (m *Scratch) save(slot, pos int32) {
	if len(m.stack) > 0 {
		m.stack = append(m.stack, choice{pc: -1 - slot, pos: m.slots[slot]})
	}
	m.slots[slot] = pos
}

// run goes from an instruction and a position to the end of the program, or of
// its inner part, and tells where that was.
func (p *program) run(m *Scratch, pc, pos int32) (verdict, int32) {
	text, base := m.text, len(m.stack)
	low := int32(fresh)
next:
	i := &p.code[pc]
	switch i.code {
	case doLiteral:
		end := int(pos) + len(i.text)
		if end > len(text) || text[pos:end] != i.text {
			goto back
		}
		pos = int32(end)
	case doChar:
		width := i.set.at(text, int(pos))
		if width == 0 {
			goto back
		}
		pos += int32(width)
	case doRun:
		var start int32
		if low != fresh {
			// Back here: pos was too far, low is as near as may be.
			start, low = low, fresh
			pos = before(text, pos)
		} else {
			var ok, plain bool
			pos, start, ok, plain = i.take(m, pc, pos)
			m.budget -= int(pos - start)
			if !ok || m.budget < 0 {
				goto back
			}
			if i.sure && plain {
				start = pos
			}
		}
		if i.next != nil {
			for {
				c := 256
				if int(pos) < len(text) {
					c = int(text[pos])
				}
				if i.next.has(c) {
					break
				}
				if pos <= start {
					goto back
				}
				pos = before(text, pos)
				m.budget--
			}
		}
		if pos > start {
			m.stack = append(m.stack, choice{pc, pos, start})
		}
		if m.memory.used && m.memory.seen(m, 2*pc+1, pos) {
			goto back
		}
	case doLazyRun:
		more := low
		if more == fresh {
			more = math.MaxInt32
			if i.max != unlimited {
				more = i.max - i.min
			}
			for range i.min {
				width := i.set.at(text, int(pos))
				if width == 0 {
					goto back
				}
				pos += int32(width)
			}
		} else {
			low = fresh
			width := i.set.at(text, int(pos))
			if width == 0 {
				goto back
			}
			pos += int32(width)
			more--
		}
		if i.next != nil {
			for {
				c := 256
				if int(pos) < len(text) {
					c = int(text[pos])
				}
				if i.next.has(c) {
					break
				}
				width := i.set.at(text, int(pos))
				if width == 0 || more == 0 {
					goto back
				}
				if m.memory.used && i.max == unlimited && m.memory.seen(m, 2*pc, pos) {
					goto back
				}
				pos += int32(width)
				more--
				m.budget--
			}
		}
		if m.memory.used {
			if i.max == unlimited && m.memory.seen(m, 2*pc, pos) {
				goto back
			}
			if more > 0 {
				m.stack = append(m.stack, choice{pc, pos, more})
			}
			if m.memory.seen(m, 2*pc+1, pos) {
				goto back
			}
		} else if more > 0 {
			m.stack = append(m.stack, choice{pc, pos, more})
		}
	case doSplit:
		c := 256
		if int(pos) < len(text) {
			c = int(text[pos])
		}
		if i.next != nil && !i.next.has(c) {
			pc = i.x
			goto next
		}
		if m.memory.used && m.memory.seen(m, 2*pc, pos) {
			goto back
		}
		if i.other == nil || i.other.has(c) {
			m.stack = append(m.stack, choice{i.x, pos, fresh})
		}
		m.budget--
	case doSplitLater:
		c := 256
		if int(pos) < len(text) {
			c = int(text[pos])
		}
		m.budget--
		if m.memory.used && m.memory.seen(m, 2*pc, pos) {
			goto back
		}
		if i.other == nil || i.other.has(c) {
			if i.next == nil || i.next.has(c) {
				m.stack = append(m.stack, choice{pc + 1, pos, fresh})
			}
			pc = i.x
			goto next
		}
	case doJump:
		pc = i.x
		goto next
	case doSave:
		m.save(i.x, pos)
	case doClear:
		m.save(i.x, -1)
	case doMoved:
		if m.slots[i.x] == pos {
			if i.y < 0 {
				goto back
			}
			pc = i.y
			goto next
		}
	case doBegin:
		if pos != 0 {
			goto back
		}
	case doLineBegin:
		if pos != 0 && text[pos-1] != '\n' {
			goto back
		}
	case doEnd:
		if rest := text[pos:]; rest != "" && rest != "\n" {
			goto back
		}
	case doLineEnd:
		if int(pos) < len(text) && text[pos] != '\n' {
			goto back
		}
	case doTextEnd:
		if int(pos) < len(text) {
			goto back
		}
	case doWordEdge, doNotWordEdge:
		// In an empty text there is neither.
		if text == "" || edge(text, int(pos), i.ascii) != (i.code == doWordEdge) {
			goto back
		}
	case doBackref:
		length := i.again(m, pos)
		if length < 0 {
			goto back
		}
		m.budget -= int(length)
		pos += length
	case doCond:
		if m.slots[2*i.x] < 0 || m.slots[2*i.x+1] < 0 {
			pc = i.y
			goto next
		}
	case doLook:
		start := pos
		ok := true
		if i.behind {
			start, ok = goBack(text, pos, i.min)
		}
		v := no
		if ok {
			v = p.inner(m, pc+1, &start, i.negated)
		}
		if v == unsure {
			return unsure, 0
		}
		if (v == yes) == i.negated {
			goto back
		}
		pc = i.x
		goto next
	case doAtomic:
		v := p.inner(m, pc+1, &pos, false)
		if v == unsure {
			return unsure, 0
		}
		if v == no {
			goto back
		}
		pc = i.x
		goto next
	case doInnerEnd, doMatch:
		return yes, pos
	}
	pc++
	goto next
back:
	if m.budget--; m.budget < 0 {
		return unsure, 0
	}
	for len(m.stack) > base {
		last := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		if last.pc < 0 {
			m.slots[-1-last.pc] = last.pos
			continue
		}
		pc, pos, low = last.pc, last.pos, last.low
		goto next
	}
	return no, 0
}

// inner matches a part of the program once. What it found stays, unless undo is
// set; other ways to match it are forgotten.
func (p *program) inner(m *Scratch, pc int32, pos *int32, undo bool) verdict {
	// A choice at the bottom makes saves go onto the stack even if there is
	// nothing else to go back to.
	base := len(m.stack)
	m.stack = append(m.stack, choice{})
	v, end := p.run(m, pc, *pos)
	kept := base
	for at := len(m.stack) - 1; at > base && v == yes && undo; at-- {
		if c := m.stack[at]; c.pc < 0 {
			m.slots[-1-c.pc] = c.pos
		}
	}
	if v == yes && !undo {
		for _, c := range m.stack[base+1:] {
			if c.pc < 0 {
				m.stack[kept] = c
				kept++
			}
		}
		*pos = end
	}
	m.stack = m.stack[:kept]
	return v
}

// at is how many bytes of text the character at pos has if it is in the set;
// else 0.
func (s *set) at(text string, pos int) int {
	if pos >= len(text) {
		return 0
	}
	if b := text[pos]; b < utf8.RuneSelf {
		if s.plain(b) {
			return 1
		}
		return 0
	}
	r, width := utf8.DecodeRuneInString(text[pos:])
	if !s.class.has(r) {
		return 0
	}
	return width
}

// take takes as many characters as it can, and tells where the fewest end, and
// whether all were ASCII.
func (i *instruction) take(m *Scratch, pc, pos int32) (end, least int32, ok, plain bool) {
	text, set := m.text, i.set
	at, plain := int(pos), true
	if i.max == unlimited && i.min <= 1 && !m.memory.used {
		for at < len(text) && text[at] < utf8.RuneSelf && set.plain(text[at]) {
			at++
		}
		least = pos + i.min
		if at < len(text) && text[at] >= utf8.RuneSelf {
			first := i.set.at(text, int(pos))
			for width := i.set.at(text, at); width > 0; width = i.set.at(text, at) {
				at, plain = at+width, false
			}
			if i.min == 1 {
				least = pos + int32(first)
			}
		}
		return int32(at), least, at > int(pos) || i.min == 0, plain
	}
	count := int32(0)
	least = pos
	for i.max == unlimited || count < i.max {
		width := i.set.at(text, at)
		if width == 0 {
			break
		}
		if i.max == unlimited && count >= i.min && m.memory.used && m.memory.seen(m, 2*pc, int32(at)) {
			// From here on all was tried, but for the end of this turn.
			break
		}
		plain = plain && text[at] < utf8.RuneSelf
		at += width
		if count++; count == i.min {
			least = int32(at)
		}
	}
	return int32(at), least, count >= i.min, plain
}

// before is the start of the character that ends at pos.
func before(text string, pos int32) int32 {
	if text[pos-1] < utf8.RuneSelf {
		return pos - 1
	}
	_, width := utf8.DecodeLastRuneInString(text[:pos])
	return pos - int32(width)
}

func goBack(text string, pos, characters int32) (int32, bool) {
	for range characters {
		if pos == 0 {
			return 0, false
		}
		pos = before(text, pos)
	}
	return pos, true
}

// edge tells whether one side of pos is a word's and the other is not.
func edge(text string, pos int, ascii bool) bool {
	in, out := false, false
	word := category('w', ascii)
	if pos > 0 {
		r, _ := utf8.DecodeLastRuneInString(text[:pos])
		in = word.has(r)
	}
	if pos < len(text) {
		r, _ := utf8.DecodeRuneInString(text[pos:])
		out = word.has(r)
	}
	return in != out
}

// again is the length of what the group of a back-reference matched if it is at
// pos too; else negative.
func (i *instruction) again(m *Scratch, pos int32) int32 {
	lo, hi := m.slots[2*i.x], m.slots[2*i.x+1]
	if lo < 0 || hi < lo {
		return -1
	}
	was, rest := m.text[lo:hi], m.text[pos:]
	if !i.fold {
		if len(rest) < len(was) || rest[:len(was)] != was {
			return -1
		}
		return hi - lo
	}
	at := 0
	for _, r := range was {
		s := class{r, r}.folded(i.ascii)
		if at >= len(rest) {
			return -1
		}
		c, width := utf8.DecodeRuneInString(rest[at:])
		if !s.has(c) {
			return -1
		}
		at += width
	}
	return int32(at)
}
