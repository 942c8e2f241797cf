package record

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// appendQuoted appends text so that it stands on one line: what is printable as
// it is, and escapes for the rest.
func appendQuoted(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1:
			dst = appendHex(dst, text[0])
		case r == '\\':
			dst = append(dst, `\\`...)
		case unicode.IsPrint(r):
			dst = append(dst, text[:n]...)
		default:
			if letter := escapeOf(r); letter != 0 {
				dst = append(dst, '\\', letter)
				break
			}
			for _, b := range text[:n] {
				dst = appendHex(dst, b)
			}
		}
		text = text[n:]
	}
	return dst
}

func escapeOf(r rune) byte {
	switch r {
	case '\r':
		return 'r'
	case '\n':
		return 'n'
	case '\t':
		return 't'
	case 0x1b:
		return 'e'
	}
	return 0
}

func appendHex(dst []byte, b byte) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'x', digits[b>>4], digits[b&15])
}

// appendParts appends parts to what is the beginning of a line.
func appendParts(dst []byte, parts []Part) []byte {
	for _, p := range parts {
		if p.Secret > 0 {
			dst = fmt.Appendf(dst, `\[secret %d]`, p.Secret)
		} else {
			dst = appendQuoted(dst, p.Text)
		}
	}
	// Editors and mail programs take a blank at the end of a line away.
	if end, ok := bytes.CutSuffix(dst, []byte(" ")); ok {
		dst = appendHex(end, ' ')
	}
	return dst
}

// maxSecrets is the highest number that a secret in a recording may have.
const maxSecrets = 1 << 20

// unquote is the inverse of appendParts. Bytes that ought to have been escaped
// are taken as they are, save for control characters.
func unquote(line []byte) ([]Part, error) {
	var parts []Part
	var text []byte
	flush := func() {
		if len(text) > 0 {
			parts, text = append(parts, Part{Text: text}), nil
		}
	}
	for len(line) > 0 {
		b := line[0]
		line = line[1:]
		if b < ' ' || b == 0x7f {
			return nil, fmt.Errorf("control character %#02x: write it as an escape", b)
		}
		if b != '\\' {
			text = append(text, b)
			continue
		}
		if len(line) == 0 {
			return nil, errors.New(`a backslash at the end of the line: write \\`)
		}
		b = line[0]
		switch b {
		case '\\':
			text = append(text, '\\')
		case 'r':
			text = append(text, '\r')
		case 'n':
			text = append(text, '\n')
		case 't':
			text = append(text, '\t')
		case 'e':
			text = append(text, 0x1b)
		case 'x':
			if len(line) < 3 {
				return nil, errors.New(`\x wants two hexadecimal digits`)
			}
			v, err := strconv.ParseUint(string(line[1:3]), 16, 8)
			if err != nil {
				return nil, fmt.Errorf(`\x%s: \x wants two hexadecimal digits`, line[1:3])
			}
			text = append(text, byte(v))
			line = line[2:]
		case '[':
			inner, _, ok := bytes.Cut(line[1:], []byte("]"))
			number, named := bytes.CutPrefix(inner, []byte("secret "))
			n, err := strconv.ParseUint(string(number), 10, 32)
			if !ok || !named || err != nil || n == 0 || n > maxSecrets {
				return nil, errors.New(`\[ wants the number of a secret, as in \[secret 1]`)
			}
			flush()
			parts = append(parts, Part{Secret: int(n)})
			line = line[len(inner)+1:]
		default:
			return nil, fmt.Errorf(`unknown escape \%c`, b)
		}
		line = line[1:]
	}
	flush()
	return parts, nil
}
