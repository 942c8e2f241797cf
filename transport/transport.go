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
//
// A Conn that is an io.WriterTo can hand what it receives straight to a consumer:
// WriteTo then takes the place of every Read, ends as Read would, and returns nil
// for io.EOF. The consumer may block, which holds the device back.
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

// Breaker is implemented by a Conn that has a Break key: the signal by which a
// console server or a serial line interrupts the boot of a device, for example.
type Breaker interface {
	Break() error
}

// HalfCloser is implemented by a Conn that can say "no more input" while it
// goes on reading.
type HalfCloser interface {
	CloseWrite() error
}

// Receiver is implemented by a Conn that whoever waits for the device can read by
// itself, without a buffer while it waits, and be called away from it.
//
// Receive waits until something has come, or returns at once where wait is false. It
// returns no bytes and no error where nothing is there, or Interrupt was called; else
// it ends as Read would. What it returns is lent until Release, which is called before
// the next Receive. It takes the place of every Read. Interrupt may be called at any
// time, and where nobody waits it may end the next wait.
type Receiver interface {
	Receive(wait bool) ([]byte, error)
	Release()
	Interrupt()
}

// ReceiverOf returns c as a Receiver: itself, or what its method Receiver returns. It
// is nil where c cannot be read so.
func ReceiverOf(c Conn) Receiver {
	switch c := c.(type) {
	case interface{ Receiver() Receiver }:
		return c.Receiver()
	case Receiver:
		return c
	}
	return nil
}

// The sizes of Pump's buffer: most sessions never need more than the least, and
// the most is what an SSH packet holds.
const (
	leastRead = 2 << 10
	mostRead  = 32 << 10
)

// Pump hands to all that from gives, read by read, until one of them fails. It
// returns that error, and nil for io.EOF. Its buffer grows with what comes.
func Pump(to io.Writer, from io.Reader) error {
	buf := make([]byte, leastRead)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if n == len(buf) && n < mostRead {
			buf = make([]byte, 4*n)
		}
	}
}

// CloseOn closes c as soon as ctx ends, which makes a blocked Read or Write
// return. The stop function ends the watch; it reports whether c was left open.
func CloseOn(ctx context.Context, c io.Closer) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.Close() })
}
