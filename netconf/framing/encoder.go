package framing

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// chunkSize is the largest chunk that Append makes. RFC 6242 allows 4 GiB, and
// servers with a buffer of fixed size exist.
const chunkSize = 64 << 10

// Append appends a message, framed, to dst. It writes the one form that every
// server takes: no blank space between messages, sizes without zeros, chunks that
// do not cut a character in two.
//
// The error is ErrDelimiter or ErrEmpty; dst is returned unchanged then.
func Append(dst []byte, v Version, message []byte) ([]byte, error) {
	if len(message) == 0 {
		return dst, ErrEmpty
	}
	if v == V10 {
		if bytes.Contains(message, []byte(delimiter)) {
			return dst, ErrDelimiter
		}
		dst = append(dst, message...)
		return append(dst, delimiter...), nil
	}
	for len(message) > 0 {
		n := cut(message)
		dst = append(dst, "\n#"...)
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst = append(dst, '\n')
		dst = append(dst, message[:n]...)
		message = message[n:]
	}
	return append(dst, endChunks...), nil
}

// cut is the size of the first chunk of a message.
func cut(message []byte) int {
	if len(message) <= chunkSize {
		return len(message)
	}
	for n := chunkSize; n > chunkSize-utf8.UTFMax; n-- {
		if utf8.RuneStart(message[n]) {
			return n
		}
	}
	return chunkSize // not UTF-8 at all
}
