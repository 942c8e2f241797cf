package scenario

import (
	"fmt"
	"strconv"
	"strings"
)

// maxRepeat bounds what \(N*TEXT) makes.
const maxRepeat = 1 << 20

var letters = map[byte]byte{'r': '\r', 'n': '\n', 't': '\t', 'e': 0x1b, 'b': '\b', 's': ' ', '\\': '\\'}

// unescape gives the bytes that a text of a scenario stands for.
func unescape(s string) (string, error) {
	var b strings.Builder
	for {
		plain, rest, escaped := strings.Cut(s, `\`)
		b.WriteString(plain)
		if !escaped {
			return b.String(), nil
		}
		if rest == "" {
			return "", fmt.Errorf("a \\ ends the line; a backslash is \\\\")
		}
		switch c := rest[0]; {
		case letters[c] != 0:
			b.WriteByte(letters[c])
			s = rest[1:]
		case c == 'x':
			if len(rest) < 3 {
				return "", fmt.Errorf("\\%s: want two hexadecimal digits", rest)
			}
			n, err := strconv.ParseUint(rest[1:3], 16, 8)
			if err != nil {
				return "", fmt.Errorf("\\%s: want two hexadecimal digits", rest[:3])
			}
			b.WriteByte(byte(n))
			s = rest[3:]
		case c == '(':
			inner, after, closed := strings.Cut(rest[1:], ")")
			count, text, times := strings.Cut(inner, "*")
			n, err := strconv.Atoi(count)
			if !closed || !times || err != nil || n < 0 || n > maxRepeat || n*len(text) > maxRepeat {
				return "", fmt.Errorf("\\%s: want \\(3*TEXT)", rest)
			}
			if text, err = unescape(text); err != nil {
				return "", err
			}
			b.WriteString(strings.Repeat(text, n))
			s = after
		default:
			return "", fmt.Errorf("\\%c means nothing", c)
		}
	}
}
