//go:build unix

package socket

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// lent are the buffers of those who have just something to read: a few, however many
// connections there are.
var lent = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// receiver reads a TCP connection.
type receiver struct {
	conn *net.TCPConn
	raw  syscall.RawConn
	try  func(fd uintptr) bool // r.attempt, made once

	wait bool
	buf  *[32 << 10]byte // nil while nothing is lent
	n    int
	err  error
}

func receiverOf(conn *net.TCPConn) Receiver {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	r := &receiver{conn: conn, raw: raw}
	r.try = r.attempt
	return r
}

func (r *receiver) Receive(wait bool) ([]byte, error) {
	for {
		r.wait, r.n, r.err = wait, 0, nil
		err := r.raw.Read(r.try)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			_ = r.conn.SetReadDeadline(time.Time{})
			if !wait {
				continue // called away too late, and something may be there
			}
			return nil, nil
		case err == nil && r.err != nil:
			err = r.err
		}
		if err == io.EOF {
			return nil, io.EOF
		}
		if err != nil {
			return nil, &net.OpError{Op: "read", Net: r.conn.LocalAddr().Network(), Source: r.conn.LocalAddr(), Addr: r.conn.RemoteAddr(), Err: cause(err)}
		}
		if r.buf == nil {
			return nil, nil
		}
		return r.buf[:r.n], nil
	}
}

// cause takes off what RawConn has put around an error.
func cause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

// attempt reads what is there, and reports whether that is all there is to do.
func (r *receiver) attempt(fd uintptr) bool {
	buf := lent.Get().(*[32 << 10]byte)
	for {
		n, err := syscall.Read(int(fd), buf[:])
		switch {
		case err == syscall.EINTR:
			continue
		case n > 0:
			r.buf, r.n = buf, n
			return true
		case err == nil:
			r.err = io.EOF
		case err == syscall.EAGAIN:
			lent.Put(buf)
			return !r.wait
		default:
			r.err = os.NewSyscallError("read", err)
		}
		lent.Put(buf)
		return true
	}
}

func (r *receiver) Release() {
	if r.buf != nil {
		lent.Put(r.buf)
		r.buf = nil
	}
}

// Interrupt lets the deadline be over, which Receive then takes back.
func (r *receiver) Interrupt() { _ = r.conn.SetReadDeadline(time.Unix(1, 0)) }
