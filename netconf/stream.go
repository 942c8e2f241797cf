package netconf

import (
	"context"
	"io"
	"iter"
	"slices"
	"sync"

	"github.com/vtynet/vty/netconf/element"
	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/rpc"
)

// Stream is a reply that is read while it comes, in constant memory. Until its
// end is read or it is closed, no other reply and no notification of the session
// is read: a server has one stream of bytes for all.
//
// A Stream is for one goroutine.
type Stream struct {
	s    *Session
	c    *call
	stop func() bool

	// The session's reader fills buffers while others are being read.
	full chan []byte   // closed at the end, after err is set
	free chan []byte   // read to their end
	gone chan struct{} // closed when nothing more is to be read
	once sync.Once     // for gone
	err  error         // why it is gone; io.EOF after the last byte

	current, rest []byte // the buffer being read, and what of it was not read yet

	begun    chan struct{} // closed when the first bytes have come
	warnings rpc.Errors
}

// The buffers of a stream. More than two let a reader and the network each be
// late for a moment.
const (
	streamBuffers = 6
	streamBuffer  = 64 << 10
)

// Stream sends an operation and returns when the reply begins. The context
// governs the whole stream. The stream must be read to its end or closed.
func (s *Session) Stream(ctx context.Context, op rpc.Operation) (*Stream, error) {
	st := &Stream{
		s: s, begun: make(chan struct{}), gone: make(chan struct{}),
		full: make(chan []byte, streamBuffers), free: make(chan []byte, streamBuffers),
	}
	for range streamBuffers {
		st.free <- nil
	}
	c, err := s.start(ctx, op, st)
	if err != nil {
		return nil, err
	}
	st.c = c
	ready := make(chan struct{})
	stop := make(chan struct{})
	go func() {
		defer close(ready)
		select {
		case <-st.begun:
		case <-c.done:
		case <-stop:
		}
	}()
	err = s.await(ctx, c, ready)
	close(stop)
	if err != nil {
		return nil, err
	}
	select {
	case <-st.begun:
	default:
		return nil, s.failed(c, c.err)
	}
	st.stop = context.AfterFunc(ctx, func() { st.fail(context.Cause(ctx)) })
	return st, nil
}

// feed is called by the session's reader: it hands the reply over until it ends
// or nobody reads.
func (st *Stream) feed(c *call, dec *framing.Decoder, head []byte) error {
	close(st.begun)
	for {
		var buf []byte
		select {
		case buf = <-st.free:
		case <-st.gone:
			return nil // Next skips the rest
		}
		if buf == nil {
			buf = make([]byte, streamBuffer)
		}
		n := copy(buf, head)
		head = nil
		var err error
		for more := n == 0; err == nil && n < len(buf) && (more || dec.Buffered() > 0); more = false {
			var part int
			part, err = dec.Read(buf[n:])
			n += part
		}
		if n > 0 {
			st.full <- buf[:n] // there is room for all buffers
		}
		if err == io.EOF {
			close(st.full)
			c.finish(nil, io.EOF)
			return nil
		}
		if err != nil {
			c.finish(nil, &endError{err})
			return err
		}
	}
}

// fail ends the stream, unless it has ended.
func (st *Stream) fail(err error) {
	if err == nil || err == io.EOF {
		return
	}
	st.once.Do(func() {
		st.err = err
		close(st.gone)
	})
}

// Read returns bytes of the reply, exactly as they come. It does not look for
// errors in them.
func (st *Stream) Read(p []byte) (int, error) {
	if len(st.rest) == 0 {
		if st.current != nil {
			st.free <- st.current[:cap(st.current)]
			st.current = nil
		}
		buf, err := st.next()
		if err != nil {
			return 0, err
		}
		st.current, st.rest = buf, buf
	}
	n := copy(p, st.rest)
	st.rest = st.rest[n:]
	return n, nil
}

// next waits for a buffer. What came before the stream failed is read first, save
// where whoever reads has given up.
func (st *Stream) next() ([]byte, error) {
	select {
	case buf, ok := <-st.full:
		if !ok {
			return nil, io.EOF
		}
		return buf, nil
	default:
	}
	select {
	case buf, ok := <-st.full:
		if !ok {
			return nil, io.EOF
		}
		return buf, nil
	case <-st.gone:
		return nil, st.s.failed(st.c, st.err)
	}
}

// Close ends the stream; what is left of the reply is thrown away.
func (st *Stream) Close() error {
	st.stop()
	st.fail(ErrClosed)
	return nil
}

// Elements hands over the elements at a path below <rpc-reply>, one in memory at a
// time; see element.In. Errors that the server reports come last, as a
// *CallError, and warnings are in Warnings then. The stream is closed at the end
// of the loop.
func (st *Stream) Elements(path ...string) iter.Seq2[element.Element, error] {
	return func(yield func(element.Element, error) bool) {
		defer func() { _ = st.Close() }()
		var errs rpc.Errors
		paths := append(rpc.ErrorPaths(), path)
		wanted := len(paths) - 1
		scanner := element.NewScanner(element.NewReader(st, st.s.cfg.Text), paths...)
		for {
			e, err := scanner.Next()
			if err == io.EOF {
				break
			}
			if err == nil && e.Path != wanted {
				var one *rpc.Error
				switch one, err = rpc.ParseError(e); err {
				case nil:
					errs = append(errs, one)
					continue
				case rpc.ErrNotError:
					if rest, ok := beyond(paths[e.Path], path); ok && !st.within(e, rest, wanted, yield) {
						return
					}
					continue
				}
			}
			if err != nil {
				err = st.s.failed(st.c, err)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := st.s.judge(errs); err != nil {
			yield(element.Element{}, st.s.failed(st.c, err))
			return
		}
		st.warnings = errs
	}
}

// beyond is what of a path goes on from where another leads.
func beyond(there, path []string) (rest []string, ok bool) {
	if len(path) < len(there) {
		return nil, false
	}
	same := func(a, b string) bool { return a == b || a == "*" || b == "*" }
	return path[len(there):], slices.EqualFunc(there, path[:len(there)], same)
}

// within hands over the elements within one that could have been an error, and was none.
func (st *Stream) within(e element.Element, path []string, number int, yield func(element.Element, error) bool) bool {
	for inner, err := range e.Within(path...) {
		if inner.Path = number; err != nil {
			err = st.s.failed(st.c, err)
		}
		if !yield(inner, err) || err != nil {
			return false
		}
	}
	return true
}

// Warnings are those of a reply whose Elements were read.
func (st *Stream) Warnings() rpc.Errors { return st.warnings }

// WriteTo writes what is left of the reply, exactly as it comes.
func (st *Stream) WriteTo(w io.Writer) (int64, error) {
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{st}, make([]byte, 64<<10))
	return n, err
}

var _ io.WriterTo = (*Stream)(nil)
