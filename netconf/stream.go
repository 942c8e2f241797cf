package netconf

import (
	"context"
	"io"
	"iter"

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
	r    *io.PipeReader
	w    *io.PipeWriter
	stop func() bool

	begun    chan struct{} // closed when the first bytes have come
	warnings rpc.Errors
}

// Stream sends an operation and returns when the reply begins. The context
// governs the whole stream. The stream must be read to its end or closed.
func (s *Session) Stream(ctx context.Context, op rpc.Operation) (*Stream, error) {
	st := &Stream{s: s, begun: make(chan struct{})}
	st.r, st.w = io.Pipe()
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
func (st *Stream) feed(c *call, dec *framing.Decoder, buf []byte, head int) error {
	close(st.begun)
	n := head
	for {
		if _, err := st.w.Write(buf[:n]); err != nil {
			c.finish(nil, err)
			return nil // Next skips the rest
		}
		var err error
		if n, err = dec.Read(buf); err != nil {
			if err == io.EOF {
				_ = st.w.Close()
				c.finish(nil, io.EOF)
				return nil
			}
			c.finish(nil, &endError{err})
			return err
		}
	}
}

// fail ends the stream, unless it has ended: what reads it gets the error, and
// what feeds it notices.
func (st *Stream) fail(err error) {
	if err == nil {
		err = io.EOF
	}
	_ = st.w.CloseWithError(err)
}

// Read returns bytes of the reply, exactly as they come. It does not look for
// errors in them.
func (st *Stream) Read(p []byte) (int, error) {
	n, err := st.r.Read(p)
	if err == io.ErrClosedPipe {
		err = ErrClosed
	}
	if err != nil && err != io.EOF {
		err = st.s.failed(st.c, err)
	}
	return n, err
}

// Close ends the stream; what is left of the reply is thrown away.
func (st *Stream) Close() error {
	st.stop()
	return st.r.CloseWithError(ErrClosed)
}

// Elements hands over the elements at a path below <rpc-reply>, one in memory at a
// time; see element.In. Errors that the server reports come last, as a
// *CallError, and warnings are in Warnings then. The stream is closed at the end
// of the loop.
func (st *Stream) Elements(path ...string) iter.Seq2[element.Element, error] {
	return func(yield func(element.Element, error) bool) {
		defer func() { _ = st.Close() }()
		var errs rpc.Errors
		scanner := element.NewScanner(element.NewReader(st, st.s.cfg.Text), append(rpc.ErrorPaths(), path)...)
		for {
			e, err := scanner.Next()
			if err == io.EOF {
				break
			}
			if err == nil && e.Path != len(rpc.ErrorPaths()) {
				var one *rpc.Error
				if one, err = rpc.ParseError(e); err == nil {
					errs = append(errs, one)
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

// Warnings are those of a reply whose Elements were read.
func (st *Stream) Warnings() rpc.Errors { return st.warnings }

// WriteTo writes what is left of the reply, exactly as it comes.
func (st *Stream) WriteTo(w io.Writer) (int64, error) {
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{st}, make([]byte, 64<<10))
	return n, err
}

var _ io.WriterTo = (*Stream)(nil)
