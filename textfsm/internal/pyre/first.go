package pyre

import "unicode/utf8"

// space is ASCII white space.
var space = [utf8.RuneSelf]bool{
	'\t': true, '\n': true, '\v': true, '\f': true, '\r': true, 0x1c: true, 0x1d: true, 0x1e: true, 0x1f: true, ' ': true,
}

// starts is what a match can start with: bytes, or the end of the text. It may
// hold too much, never too little.
type starts struct {
	bytes [4]uint64
	end   bool
}

var anyStart = starts{bytes: [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}, end: true}

func (s *starts) add(b byte)      { s.bytes[b>>6] |= 1 << (b & 63) }
func (s *starts) has(b byte) bool { return s.bytes[b>>6]&(1<<(b&63)) != 0 }

func (s starts) or(t starts) starts {
	for i := range s.bytes {
		s.bytes[i] |= t.bytes[i]
	}
	s.end = s.end || t.end
	return s
}

// asciiDisjoint tells whether no ASCII character is in both.
func (s starts) asciiDisjoint(t starts) bool {
	return s.bytes[0]&t.bytes[0]|s.bytes[1]&t.bytes[1] == 0
}

// starts are the first bytes of the class's characters in UTF-8. A broken byte
// counts as utf8.RuneError.
func (c class) starts() starts {
	var s starts
	for i := 0; i < len(c); i += 2 {
		lo, hi := c[i], c[i+1]
		for r := lo; r <= hi && r < utf8.RuneSelf; r++ {
			s.add(byte(r))
		}
		if hi < utf8.RuneSelf {
			continue
		}
		from, to := lead(max(lo, utf8.RuneSelf)), lead(hi)
		if lo <= utf8.RuneError && utf8.RuneError <= hi {
			from, to = 0x80, 0xff
		}
		for b := int(from); b <= int(to); b++ {
			s.add(byte(b))
		}
	}
	return s
}

func lead(r rune) byte {
	switch {
	case r < 0x800:
		return 0xc0 | byte(r>>6)
	case r < 0x10000:
		return 0xe0 | byte(r>>12)
	}
	return 0xf0 | byte(r>>18)
}

// first is what n can start with, where follow comes behind it.
func (n *node) first(follow starts) starts { return n.starting(follow, false) }

// firstSolid is what of n and what follows it can come first but for white space.
func (n *node) firstSolid(follow starts) starts { return n.starting(follow, true) }

// starting is first or firstSolid.
func (n *node) starting(follow starts, solid bool) starts {
	switch n.op {
	case opClass:
		if !solid {
			return n.class.starts()
		}
		s := n.class.starts()
		blank := false
		for b := range len(space) {
			if space[b] && s.has(byte(b)) {
				blank = true
				s.bytes[b>>6] &^= 1 << (b & 63)
			}
		}
		if blank {
			s = s.or(follow)
		}
		return s
	case opConcat:
		for i := len(n.subs) - 1; i >= 0; i-- {
			follow = n.subs[i].starting(follow, solid)
		}
		return follow
	case opAlternate, opCond:
		var all starts
		for _, s := range n.subs {
			all = all.or(s.starting(follow, solid))
		}
		return all
	case opRepeat:
		if n.max == 0 {
			return follow
		}
		// Behind a turn that matches nothing comes another, or what follows:
		// that adds nothing new.
		inside := n.subs[0].starting(follow, solid)
		if n.min == 0 {
			return inside.or(follow)
		}
		return inside
	case opGroup, opAtomic:
		return n.subs[0].starting(follow, solid)
	case opEnd, opLineEnd, opTextEnd:
		s := starts{end: true}
		if !solid {
			s.add('\n')
		}
		return s
	case opBackref:
		return anyStart
	}
	return follow
}

// Starts tells how texts that the pattern matches start: with which first bytes,
// and with which behind white space. Index 256 is for a text that ends there. It
// may tell too much, never too little.
func (re *Regexp) Starts() (first, solid [257]bool) {
	f, s := re.root.first(anyStart), re.root.firstSolid(anyStart)
	for b := range 256 {
		first[b], solid[b] = f.has(byte(b)), s.has(byte(b))
	}
	first[256], solid[256] = f.end, s.end
	return first, solid
}

// Start gives the indices of a text for Starts, and what of it is behind white
// space.
func Start(text string) (first, solid int, rest string) {
	if text == "" {
		return 256, 256, ""
	}
	for i := 0; i < len(text); i++ {
		if b := text[i]; b >= utf8.RuneSelf || !space[b] {
			return int(text[0]), int(b), text[i:]
		}
	}
	return int(text[0]), 256, ""
}

// literal is the longest text that all that n matches holds.
func (n *node) literal() string {
	longest, text := "", ""
	end := func() {
		if len(text) > len(longest) {
			longest = text
		}
		text = ""
	}
	var visit func(*node)
	visit = func(n *node) {
		switch n.op {
		case opClass:
			if r, ok := n.single(); ok {
				text += string(r)
				return
			}
			end()
		case opConcat, opGroup, opAtomic:
			for _, s := range n.subs {
				visit(s)
			}
		case opRepeat:
			end()
			if n.min > 0 {
				visit(n.subs[0])
				end()
			}
		case opAlternate, opCond, opBackref:
			end()
		}
	}
	visit(n)
	end()
	return longest
}

// startsWide tells whether n starts by running over characters of nearly any kind,
// so that little of it is tried before all of a line was looked at.
func (n *node) startsWide() bool {
	switch n.op {
	case opConcat:
		for _, s := range n.subs {
			if s.op != opBegin {
				return s.startsWide()
			}
		}
	case opGroup:
		return n.subs[0].startsWide()
	case opRepeat:
		c := n.subs[0].class
		return n.max == unlimited && c.has('a') && c.has('1') && c.has(' ')
	}
	return false
}

// Lead is the text that every match has first but for white space; "" if there is
// none.
func (re *Regexp) Lead() string {
	text := ""
	for _, n := range flat(re.root, nil) {
		r, ok := n.single()
		switch {
		case n.op == opBegin && text == "":
		case ok && (text != "" || r < utf8.RuneSelf && !space[r]):
			text += string(r)
		case text == "" && n.op == opClass && n.class.blank(),
			text == "" && n.op == opRepeat && n.subs[0].op == opClass && n.subs[0].class.blank():
		default:
			return text
		}
	}
	return text
}

// flat are the parts of n that follow one another.
func flat(n *node, parts []*node) []*node {
	if n.op != opConcat && n.op != opGroup {
		return append(parts, n)
	}
	for _, s := range n.subs {
		parts = flat(s, parts)
	}
	return parts
}

// blank tells whether all ASCII characters of c are white space.
func (c class) blank() bool {
	s := c.starts()
	for b := range len(space) {
		if s.has(byte(b)) && !space[b] {
			return false
		}
	}
	return true
}
