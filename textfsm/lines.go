package textfsm

import "io"

// breaks are the bytes that end a line of input, or may begin a character that
// does. Python's str.splitlines knows more ends than the line feed: vertical tab,
// form feed, carriage return, the file, group and record separators, and NEL and
// the line and paragraph separators of Unicode.
var breaks = [256]bool{
	'\n': true, '\v': true, '\f': true, '\r': true, 0x1c: true, 0x1d: true, 0x1e: true,
	0xc2: true, // U+0085
	0xe2: true, // U+2028, U+2029
}

// lineEnd looks for the end of a line from an offset on, and gives it and the
// start of the next line. If there is none, or none that is sure before more text
// comes, end is where to look on from then.
func lineEnd[T string | []byte](text T, from int) (end, next int, ok bool) {
	for i := from; i < len(text); i++ {
		c := text[i]
		if !breaks[c] {
			continue
		}
		rest := len(text) - i
		switch {
		case c == '\r':
			if rest == 1 {
				return i, 0, false
			}
			if text[i+1] == '\n' {
				return i, i + 2, true
			}
			return i, i + 1, true
		case c == 0xc2:
			if rest == 1 {
				return i, 0, false
			}
			if text[i+1] == 0x85 {
				return i, i + 2, true
			}
		case c == 0xe2:
			if rest == 1 || rest == 2 && text[i+1] == 0x80 {
				return i, 0, false
			}
			if text[i+1] == 0x80 && (text[i+2] == 0xa8 || text[i+2] == 0xa9) {
				return i, i + 3, true
			}
		default:
			return i, i + 1, true
		}
	}
	return len(text), 0, false
}

// eachLine gives the lines of a text, until use returns false.
func eachLine(text string, use func(line string) bool) {
	for text != "" {
		end, next, ok := lineEnd(text, 0)
		if !ok {
			// Here nothing comes after it.
			use(text[:last(text, end)])
			return
		}
		if !use(text[:end]) {
			return
		}
		text = text[next:]
	}
}

// last is the end of the last line, if lineEnd was not sure of it at i: a
// carriage return ends it, and half a character does not.
func last[T string | []byte](text T, i int) int {
	if i < len(text) && text[i] == '\r' {
		return i
	}
	return len(text)
}

// chunk is how much is read at once.
const chunk = 32 << 10

// readLines gives the lines of r, each as soon as it has ended, until use returns
// false. It holds one line and one chunk.
func readLines(r io.Reader, use func(line string) bool) error {
	var text []byte
	scanned, buffer := 0, make([]byte, chunk)
	for {
		n, err := r.Read(buffer)
		text = append(text, buffer[:n]...)
		start := 0
		for {
			end, next, ok := lineEnd(text, scanned)
			if !ok {
				scanned = end - start
				break
			}
			if !use(string(text[start:end])) {
				return nil
			}
			start, scanned = next, next
		}
		text = append(text[:0], text[start:]...)
		if err == nil {
			continue
		}
		if len(text) > 0 && !use(string(text[:last(text, scanned)])) || err == io.EOF {
			return nil
		}
		return err
	}
}
