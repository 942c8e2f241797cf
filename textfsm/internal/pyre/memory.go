package pyre

// memory is which places of a program were tried at which places of the text, so
// that nothing is tried twice. A place of the program is an instruction with, for
// each loop, whether its turn has moved yet.
type memory struct {
	used  bool
	width int // places of the text
	bits  []uint64
	marks []int32
}

// maxMemory limits the bits that are used for one text: 16 MB.
const maxMemory = 1 << 27

func (y *memory) prepare(p *program, length int) bool {
	y.width = length + 1
	n := 2 * len(p.code) << len(p.marks)
	if y.width > maxMemory/n {
		return false
	}
	words := (n*y.width + 63) / 64
	if cap(y.bits) < words {
		y.bits = make([]uint64, words)
	}
	y.bits = y.bits[:words]
	clear(y.bits)
	y.marks, y.used = p.marks, true
	return true
}

// seen notes that something is tried at pos, and tells whether it was before. What
// is twice the number of an instruction, and one more for what follows it.
func (y *memory) seen(m *Scratch, what, pos int32) bool {
	place := int(what)
	for _, mark := range y.marks {
		place *= 2
		if m.slots[mark] == pos {
			place++
		}
	}
	bit := place*y.width + int(pos)
	was := y.bits[bit/64]&(1<<(bit%64)) != 0
	y.bits[bit/64] |= 1 << (bit % 64)
	return was
}
