package pyre

import "unicode/utf8"

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
func (n *node) first(follow starts) starts {
	switch n.op {
	case opClass:
		return n.class.starts()
	case opConcat:
		for i := len(n.subs) - 1; i >= 0; i-- {
			follow = n.subs[i].first(follow)
		}
		return follow
	case opAlternate, opCond:
		var all starts
		for _, s := range n.subs {
			all = all.or(s.first(follow))
		}
		return all
	case opRepeat:
		if n.max == 0 {
			return follow
		}
		// Behind a turn that matches nothing comes another, or what follows:
		// that adds nothing new.
		inside := n.subs[0].first(follow)
		if n.min == 0 {
			return inside.or(follow)
		}
		return inside
	case opGroup, opAtomic:
		return n.subs[0].first(follow)
	case opEnd, opLineEnd, opTextEnd:
		s := starts{end: true}
		s.add('\n')
		return s
	case opBackref:
		return anyStart
	}
	return follow
}
