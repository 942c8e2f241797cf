package pyre

import "strconv"

// simple are escapes of one character.
var simple = map[rune]rune{'a': '\a', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}

// escape reads what stands behind a backslash outside of a set.
func (p *parser) escape() *node {
	at := p.pos - 1
	r := p.peek()
	switch r {
	case none:
		p.fail(at, "bad escape (end of pattern)")
	case 'A':
		p.pos++
		return &node{op: opBegin}
	case 'Z':
		p.pos++
		return &node{op: opTextEnd}
	case 'b', 'B':
		p.pos++
		return &node{op: opWordEdge, negated: r == 'B', ascii: p.flags.ascii}
	case 'd', 'D', 's', 'S', 'w', 'W':
		p.pos++
		return &node{op: opClass, class: p.cased(category(byte(r), p.flags.ascii))}
	case '0':
		p.pos++
		return p.literal(p.octal(at, "0", 2))
	}
	if r >= '1' && r <= '9' {
		return p.reference1(at)
	}
	return p.literal(p.character(at))
}

// reference1 reads a number behind a backslash: three octal digits are a
// character, all else a group.
func (p *parser) reference1(at int) *node {
	digits := string(p.peek())
	p.pos++
	if d := p.peek(); d >= '0' && d <= '9' {
		digits += string(d)
		p.pos++
		if third := p.peek(); isOctal(rune(digits[0])) && isOctal(rune(digits[1])) && isOctal(third) {
			p.pos++
			code, _ := strconv.ParseInt(digits+string(third), 8, 32)
			if code > 0o377 {
				p.fail(at, "octal escape value outside of range 0-0o377")
			}
			return p.literal(rune(code))
		}
	}
	number, _ := strconv.Atoi(digits)
	if number >= len(p.names) {
		p.fail(at, "invalid group reference %d", number)
	}
	return p.reference(number, at)
}

func isOctal(r rune) bool { return r >= '0' && r <= '7' }

func (p *parser) octal(at int, digits string, more int) rune {
	for ; more > 0 && isOctal(p.peek()); more-- {
		digits += string(p.peek())
		p.pos++
	}
	code, _ := strconv.ParseInt(digits, 8, 32)
	if code > 0o377 {
		p.fail(at, "octal escape value outside of range 0-0o377")
	}
	return rune(code)
}

// character reads the rest of an escape that stands for one character, in a set
// or out of it.
func (p *parser) character(at int) rune {
	r := p.peek()
	if r == none {
		p.fail(at, "bad escape (end of pattern)")
	}
	p.pos++
	if c, ok := simple[r]; ok {
		return c
	}
	switch r {
	case 'x':
		return p.hex(at, 2)
	case 'u':
		return p.hex(at, 4)
	case 'U':
		return p.hex(at, 8)
	case 'N':
		p.fail(at, `characters by name (\N{...}) are not supported`)
	}
	if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') {
		p.fail(at, "bad escape \\%c", r)
	}
	return r
}

func (p *parser) hex(at, n int) rune {
	start := p.pos
	for p.pos < start+n && isHex(p.peek()) {
		p.pos++
	}
	if p.pos != start+n {
		p.fail(at, "incomplete escape")
	}
	code, _ := strconv.ParseInt(string(p.text[start:p.pos]), 16, 64)
	return p.validRune(code, at)
}

func isHex(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F'
}

// set reads a set of characters up to its closing bracket.
func (p *parser) set(start int) *node {
	var pairs []rune
	negated := p.accept('^')
	for first := true; ; first = false {
		at := p.pos
		r := p.peek()
		if r == none {
			p.fail(start, "unterminated character set")
		}
		if r == ']' && !first {
			p.pos++
			break
		}
		lo, many := p.setItem()
		if p.peek() != '-' {
			pairs = appendItem(pairs, lo, many)
			continue
		}
		p.pos++
		if p.peek() == none {
			p.fail(start, "unterminated character set")
		}
		if p.accept(']') {
			pairs = append(appendItem(pairs, lo, many), '-', '-')
			break
		}
		hi, manyToo := p.setItem()
		if many != nil || manyToo != nil || hi < lo {
			p.fail(at, "bad character range %s", string(p.text[at:p.pos]))
		}
		pairs = append(pairs, lo, hi)
	}
	c := p.cased(normal(pairs))
	if negated {
		c = c.negated()
	}
	return &node{op: opClass, class: c}
}

func appendItem(pairs []rune, r rune, many class) []rune {
	if many != nil {
		return append(pairs, many...)
	}
	return append(pairs, r, r)
}

// setItem reads one character of a set, or a category.
func (p *parser) setItem() (rune, class) {
	at := p.pos
	r := p.peek()
	p.pos++
	if r != '\\' {
		return r, nil
	}
	switch r = p.peek(); r {
	case 'd', 'D', 's', 'S', 'w', 'W':
		p.pos++
		return 0, category(byte(r), p.flags.ascii)
	case 'b':
		p.pos++
		return '\b', nil
	}
	if isOctal(r) {
		return p.octal(at, "", 3), nil
	}
	return p.character(at), nil
}
