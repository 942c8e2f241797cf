package memnet

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// queue is one direction of a pipe: bytes that one end wrote and the other has
// not yet read.
type queue struct {
	mu   sync.Mutex
	cond sync.Cond // any change below; at most a reader and some writers wait

	buf   []byte // unread bytes are buf[off:]
	off   int
	limit int

	// Writers take turns in the order they came, so that none interleave and
	// none starves: each takes the ticket next and waits until it is serving.
	next, serving uint64

	written bool  // the writer is done: EOF once the buffer is empty
	read    bool  // the reader is gone: nothing more can be written
	reset   error // set by Abort; what the victim of the reset sees

	readBy, writeBy deadline
	interrupted     bool // the next receive that would wait does not
}

func newQueue(limit int) *queue {
	q := &queue{limit: limit}
	q.cond.L = &q.mu
	return q
}

// Read takes what is there, and waits only while nothing is.
func (q *queue) Read(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.read:
			return 0, net.ErrClosed
		case q.readBy.passed:
			return 0, os.ErrDeadlineExceeded
		case q.reset != nil:
			return 0, q.reset
		case len(p) == 0:
			return 0, nil
		case q.off < len(q.buf):
			n := copy(p, q.buf[q.off:])
			q.off += n
			if q.off == len(q.buf) {
				q.buf, q.off = q.buf[:0], 0
			}
			q.cond.Broadcast()
			return n, nil
		case q.written:
			return 0, io.EOF
		}
		q.cond.Wait()
	}
}

// receive takes a copy of what is there, and waits where nothing is if it is to.
func (q *queue) receive(wait bool) ([]byte, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		switch {
		case q.read:
			return nil, net.ErrClosed
		case q.reset != nil:
			return nil, q.reset
		case q.off < len(q.buf):
			p := bytes.Clone(q.buf[q.off:])
			q.buf, q.off = q.buf[:0], 0
			q.cond.Broadcast()
			return p, nil
		case q.written:
			return nil, io.EOF
		case !wait || q.interrupted:
			q.interrupted = q.interrupted && !wait
			return nil, nil
		}
		q.cond.Wait()
	}
}

// Write returns once every byte is in the buffer, or with what was taken and
// the reason that the rest was not.
func (q *queue) Write(p []byte) (n int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	// Not a second mutex: waiting for one does not count as blocked in a
	// synctest bubble. What fails one writer fails those behind it as well, so
	// only the writer whose turn it is looks at the reasons to stop.
	turn := q.next
	q.next++
	for q.serving != turn {
		q.cond.Wait()
	}
	defer func() {
		q.serving++
		q.cond.Broadcast()
	}()
	for {
		switch {
		case q.written:
			return n, net.ErrClosed
		case q.writeBy.passed:
			return n, os.ErrDeadlineExceeded
		case q.reset != nil:
			return n, q.reset
		case q.read:
			return n, syscall.EPIPE
		}
		took := min(len(p)-n, q.limit-(len(q.buf)-q.off))
		if took > 0 {
			q.put(p[n : n+took])
			n += took
			q.cond.Broadcast()
		}
		if n == len(p) {
			return n, nil
		}
		q.cond.Wait()
	}
}

func (q *queue) put(p []byte) {
	if q.off > 0 && len(q.buf)+len(p) > cap(q.buf) {
		q.buf, q.off = q.buf[:copy(q.buf, q.buf[q.off:])], 0
	}
	q.buf = append(q.buf, p...)
}

// endWrite says that no more will be written.
func (q *queue) endWrite() {
	q.change(func() {
		q.written = true
		q.writeBy.clear()
	})
}

// endRead says that no more will be read; what is buffered is lost.
func (q *queue) endRead() {
	q.change(func() {
		q.read = true
		q.buf, q.off = nil, 0
		q.readBy.clear()
	})
}

// abort drops what is buffered and fails the side that did not ask for it.
func (q *queue) abort() {
	q.change(func() {
		q.reset = syscall.ECONNRESET
		q.buf, q.off = nil, 0
	})
}

func (q *queue) setReadDeadline(t time.Time)  { q.change(func() { q.readBy.set(q, t) }) }
func (q *queue) setWriteDeadline(t time.Time) { q.change(func() { q.writeBy.set(q, t) }) }

func (q *queue) change(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f()
	q.cond.Broadcast()
}

// deadline is a moment after which one kind of operation fails. Its queue's
// lock guards it.
type deadline struct {
	passed bool
	timer  *time.Timer
	turn   int // tells a timer that fired too late to be stopped that it is stale
}

func (d *deadline) clear() {
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer, d.passed = nil, false
	d.turn++
}

func (d *deadline) set(q *queue, t time.Time) {
	d.clear()
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		return
	}
	turn := d.turn
	d.timer = time.AfterFunc(left, func() {
		q.change(func() {
			if d.turn == turn {
				d.passed = true
			}
		})
	})
}
