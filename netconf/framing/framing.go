// Package framing cuts a stream of bytes into NETCONF messages and back, as RFC
// 6242 (section 4) says: by an end-of-message delimiter in base:1.0, by chunks
// with a length in base:1.1.
//
// It knows nothing of what is in a message. What lies in a chunk is counted and
// never looked at, so content may hold anything that looks like framing.
package framing

import (
	"errors"
	"fmt"
)

// Version is a way to frame messages.
type Version int

// The two framings of RFC 6242.
const (
	V10 Version = iota // messages end with ]]>]]> (section 4.3)
	V11                // messages are chunks with a length (section 4.2)
)

func (v Version) String() string {
	if v == V11 {
		return "1.1"
	}
	return "1.0"
}

const (
	delimiter = "]]>]]>"
	endChunks = "\n##\n"
	// maxChunk is the largest chunk size that RFC 6242 allows.
	maxChunk = 1<<32 - 1
)

// ErrDelimiter is what Append says of a message that base:1.0 cannot carry,
// because it holds the delimiter. In XML that is possible within a comment, an
// attribute or a processing instruction only.
var ErrDelimiter = errors.New("framing: the message holds ]]>]]>, which base:1.0 cannot carry")

// ErrEmpty is what Append says of a message without a byte, which no server
// takes.
var ErrEmpty = errors.New("framing: the message is empty")

// SyntaxError is a byte that is not part of the framing where framing must be.
// Nothing after it can be understood.
type SyntaxError struct {
	Offset int64  // of the byte, from the start of the stream
	Got    string // what is there, up to a few bytes
	Want   string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("framing: at byte %d: %q, want %s", e.Offset, e.Got, e.Want)
}
