package pyre

// op is the kind of a node.
type op uint8

const (
	opEmpty     op = iota
	opClass        // one character of class
	opConcat       // subs, one after the other
	opAlternate    // the first of subs that lets the rest match
	opRepeat       // subs[0], min to max times
	opGroup        // subs[0], captured as group
	opBegin        // ^ and \A
	opLineBegin    // ^ under m
	opEnd          // $: at the end, or before a line feed that ends the text
	opLineEnd      // $ under m
	opTextEnd      // \Z
	opWordEdge     // \b, or \B if negated
	opLook         // look-ahead or look-behind at subs[0]
	opBackref      // what group matched
	opCond         // subs[0] if group matched, else subs[1]
	opAtomic       // subs[0], which does not try again
)

const unlimited = -1

// manner is how a repetition goes about it.
type manner uint8

const (
	greedy manner = iota
	lazy
	possessive
)

// node is a part of a pattern, with flags worked in.
type node struct {
	op       op
	class    class
	subs     []*node
	min, max int // of a repetition; max may be unlimited
	manner   manner
	group    int
	name     string
	negated  bool // of opLook and opWordEdge
	behind   bool // of opLook
	width    int  // characters that a look-behind goes back
	fold     bool // of opBackref: case is ignored
	ascii    bool // of opWordEdge and a folded opBackref
	grouped  bool // it is all of a group, so that a quantifier may follow
}

// nullable tells whether n can match nothing.
func (n *node) nullable() bool {
	switch n.op {
	case opClass:
		return false
	case opConcat:
		for _, s := range n.subs {
			if !s.nullable() {
				return false
			}
		}
		return true
	case opAlternate, opCond:
		for _, s := range n.subs {
			if s.nullable() {
				return true
			}
		}
		return false
	case opRepeat:
		return n.min == 0 || n.subs[0].nullable()
	case opGroup, opAtomic:
		return n.subs[0].nullable()
	}
	return true
}

const widest = 1 << 31

// widths are the fewest and most characters that n matches.
func (n *node) widths(groups [][2]int) (lo, hi int) {
	switch n.op {
	case opClass:
		return 1, 1
	case opConcat:
		for _, s := range n.subs {
			l, h := s.widths(groups)
			lo, hi = min(lo+l, widest), min(hi+h, widest)
		}
	case opAlternate, opCond:
		lo = widest
		for _, s := range n.subs {
			l, h := s.widths(groups)
			lo, hi = min(lo, l), max(hi, h)
		}
	case opRepeat:
		l, h := n.subs[0].widths(groups)
		lo = times(l, n.min)
		hi = widest
		if n.max != unlimited {
			hi = times(h, n.max)
		} else if h == 0 {
			hi = 0
		}
	case opGroup, opAtomic:
		return n.subs[0].widths(groups)
	case opBackref:
		if n.group < len(groups) {
			return groups[n.group][0], groups[n.group][1]
		}
	}
	return lo, hi
}

func times(a, b int) int {
	if a != 0 && b > widest/a {
		return widest
	}
	return min(a*b, widest)
}

// walk calls visit for n and all below it.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, s := range n.subs {
		s.walk(visit)
	}
}

// eager is what a possessive repetition tries once: as many turns as can be,
// where a turn that is done is not tried in another way for the sake of the next.
func (n *node) eager() *node {
	turns := *n
	turns.manner = greedy
	if n.subs[0].op != opClass {
		turns.subs = []*node{{op: opAtomic, subs: n.subs}}
	}
	return &turns
}
