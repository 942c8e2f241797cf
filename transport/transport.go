// Package transport is the smallest interface to a terminal: bytes in, bytes
// out, and a way to end it. The packages below it (ssh, telnet, serial and so
// on) are one way each to reach such a terminal.
//
// It knows nothing of prompts, commands or platforms; that is package channel.
package transport

import (
	"context"
	"io"
)

// Conn is an open terminal on a device.
//
// Read blocks until at least one byte has come, and returns io.EOF once the
// device has ended the session in order. Write blocks until the transport has
// taken every byte. Close ends the session, makes a blocked Read and a blocked
// Write return, joins every goroutine of the transport, and may be called more
// than once.
//
// One goroutine may read while another writes and a third closes.
type Conn interface {
	io.Reader
	io.Writer
	io.Closer
}

// Size is the size of a terminal in character cells. Zero means "not stated".
type Size struct {
	Columns, Rows int
}

// Sizer is implemented by a Conn that told the device a terminal size. Size
// returns the zero Size where the device never learned one.
type Sizer interface {
	Size() Size
}

// Resizer is implemented by a Conn that can change the terminal's size while
// the session runs.
type Resizer interface {
	Resize(ctx context.Context, size Size) error
}

// Aliver is implemented by a Conn that knows, without sending a byte to the
// command line, whether the device can still be reached.
type Aliver interface {
	Alive() bool
}

// HalfCloser is implemented by a Conn that can say "no more input" while it
// goes on reading.
type HalfCloser interface {
	CloseWrite() error
}

// CloseOn closes c as soon as ctx ends, which makes a blocked Read or Write
// return. The stop function ends the watch; it reports whether c was left open.
func CloseOn(ctx context.Context, c io.Closer) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.Close() })
}
