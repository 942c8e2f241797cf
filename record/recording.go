package record

import (
	"bytes"
	"io"
	"time"

	"github.com/vtynet/vty/transport"
)

// Header is what is known of a session. Every field may be left zero, which
// means "not stated".
type Header struct {
	Platform  string // the definition's name: "cisco_iosxe"
	Transport string // "ssh", "telnet" and so on
	Host      string
	Size      transport.Size
	Started   time.Time // written to the second, in UTC
}

// Kind says what happened.
type Kind int

// The kinds of events.
const (
	Output     Kind = iota // the device sent Parts
	Input                  // we typed Parts
	Ended                  // the device ended the session in order
	Failed                 // the transport broke; Note says how
	HalfClosed             // we said that no more input comes
	Closed                 // we closed the session
	Resized                // we told the device a new Size
)

// Part is a stretch of an event: bytes, or a secret that was taken out.
type Part struct {
	Text []byte
	// Secret numbers the secrets of a session from 1; 0 means that Text is what
	// stood there.
	Secret int
}

// Event is one thing that happened in a session.
type Event struct {
	After time.Duration // since the event before it; in microseconds on disk
	Kind  Kind
	Parts []Part         // of Output and Input
	Note  string         // of Failed
	Size  transport.Size // of Resized
	Line  int            // where it stands in its file, from 1; 0 where it has none
}

// Recording is a session that was recorded.
type Recording struct {
	File   string // the name that errors give; "" means "recording"
	Header Header
	Events []Event
}

// Elapsed returns how long the session took, up to its last event.
func (r *Recording) Elapsed() time.Duration {
	var total time.Duration
	for _, e := range r.Events {
		total += e.After
	}
	return total
}

// WriteTo writes the recording as Record would have. Remarks are not kept.
func (r *Recording) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	b.Write(appendHeader(nil, r.Header))
	for _, e := range r.Events {
		b.Write(appendEvent(b.AvailableBuffer(), e))
	}
	return b.WriteTo(w)
}
