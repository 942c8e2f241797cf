package netconf

import (
	"context"
	"sync"
	"time"

	"github.com/vtynet/vty/netconf/framing"
	"github.com/vtynet/vty/netconf/rpc"
)

// maxBatch is how many bytes of messages are sent in one write.
const maxBatch = 64 << 10

// call is an operation on its way.
type call struct {
	name   string
	number uint64
	id     string // number in decimals
	framed []byte
	stream *Stream // who reads the reply as it comes; nil keeps it whole

	mu    sync.Mutex
	state callState
	done  chan struct{} // closed when raw and err are set
	raw   []byte
	err   error
}

type callState int

const (
	waiting callState = iota // for the writer
	sent
	givenUp // before it was sent
)

// finish ends a call; the first end counts.
func (c *call) finish(raw []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.done:
		return
	default:
	}
	c.raw, c.err = raw, err
	if c.stream != nil {
		c.stream.fail(err)
	}
	close(c.done)
}

// finished tells that nobody waits any longer.
func (c *call) finished() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// send marks the call as sent, unless it was given up before.
func (c *call) send() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == givenUp {
		return false
	}
	c.state = sent
	return true
}

// giveUp ends the wait for an answer. What was sent is still answered by the
// server, and the session swallows that.
func (c *call) giveUp() (wasSent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == waiting {
		c.state = givenUp
	}
	return c.state == sent
}

// Call sends an operation and waits for the reply. It is what Do of an operation
// calls. The error is a *CallError; where it is because the server answered with
// errors, the reply comes along.
//
// Where the context ends before the operation was sent, nothing has happened, and
// CallError.Sent is false. Where it ends after that, the server goes on with the
// operation, and its reply is thrown away.
func (s *Session) Call(ctx context.Context, op rpc.Operation) (*rpc.Reply, error) {
	started := time.Now()
	c, err := s.start(ctx, op, nil)
	if err != nil {
		return nil, err
	}
	if err := s.await(ctx, c, c.done); err != nil {
		return nil, err
	}
	if c.err != nil {
		return nil, s.failed(c, c.err)
	}
	reply, err := rpc.ParseReply(c.raw, s.cfg.Text)
	if err != nil {
		return nil, s.failed(c, err)
	}
	s.cfg.Logger.Debug("netconf call", "session", s.hello.session, "operation", c.name, "id", c.id, "bytes", len(c.raw), "took", time.Since(started))
	if err := s.judge(reply.Errors()); err != nil {
		return reply, s.failed(c, err)
	}
	return reply, nil
}

// judge says whether a reply's errors are a failure.
func (s *Session) judge(errs rpc.Errors) error {
	worst := errs.Worst()
	if worst == nil || worst.Warning() && s.cfg.Warnings == KeepWarnings {
		return nil
	}
	return errs
}

// start hands an operation to the writer.
func (s *Session) start(ctx context.Context, op rpc.Operation, stream *Stream) (*call, error) {
	req, err := op.Request()
	if err != nil {
		return nil, err
	}
	c := &call{name: req.Name, done: make(chan struct{}), stream: stream}
	if !s.cfg.Unchecked {
		if err := req.Check(s.hello.capabilities); err != nil {
			return nil, s.failed(c, err)
		}
	}
	if ctx.Err() != nil {
		return nil, s.failed(c, context.Cause(ctx))
	}
	if err := s.register(c); err != nil {
		return nil, s.failed(c, err)
	}
	message := make([]byte, 0, len(req.Body)+256)
	message = append(message, declaration+`<rpc xmlns="`+baseNS+`" message-id="`+c.id+`">`...)
	message = append(append(message, req.Body...), "</rpc>"...)
	if c.framed, err = framing.Append(nil, s.version, message); err != nil {
		s.forget(c)
		return nil, s.failed(c, err)
	}
	select {
	case s.out <- c:
		return c, nil
	case <-s.over:
		return nil, s.failed(c, s.Err())
	case <-c.done:
		return nil, s.failed(c, c.err)
	case <-ctx.Done():
		s.forget(c)
		return nil, s.failed(c, context.Cause(ctx))
	}
}

// await waits until ready is closed.
func (s *Session) await(ctx context.Context, c *call, ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-ready: // at the last moment
		return nil
	default:
	}
	if !c.giveUp() {
		s.forget(c)
	}
	err := context.Cause(ctx)
	c.finish(nil, err)
	return s.failed(c, err)
}

func (s *Session) failed(c *call, err error) error {
	if _, ok := err.(*CallError); ok {
		return err // a session may have ended for one, which is not this one
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return &CallError{Operation: c.name, MessageID: c.id, Sent: c.state == sent, Err: err}
}

// helloLead is how long after the hellos the first message in chunks is sent to a
// netconfd. Where it reads our hello and that message at once, it looks for the end
// of both in the framing of the first, for ever. Nothing tells when it has read our
// hello, so time must do: 25 ms were too few on a busy machine, now and then.
const helloLead = 150 * time.Millisecond

// lead waits until a message in chunks may be sent, or the session is over.
func (s *Session) lead() {
	if s.version != framing.V11 || !s.hello.ofYuma() {
		return
	}
	lead := time.NewTimer(time.Until(s.greeted.Add(helloLead)))
	defer lead.Stop()
	select {
	case <-lead.C:
	case <-s.over:
	}
}

// write sends what is handed to it, as much at once as there is.
func (s *Session) write() {
	s.lead()
	var batch []byte
	for {
		var c *call
		select {
		case c = <-s.out:
		case <-s.over:
			return
		}
		batch = batch[:0]
		for c != nil {
			if c.send() {
				batch = append(batch, c.framed...)
			}
			c.framed = nil
			if len(batch) >= maxBatch {
				break
			}
			select {
			case c = <-s.out:
			default:
				c = nil
			}
		}
		if len(batch) == 0 {
			continue
		}
		if _, err := s.conn.Write(batch); err != nil {
			// What the server said before it went may still be read: notifications that would
			// be lost otherwise, and why it went. The reader ends the session then.
			late := time.NewTimer(partingTime)
			defer late.Stop()
			select {
			case <-s.over:
			case <-late.C:
				s.end(err)
			}
			return
		}
		if cap(batch) > 4*maxBatch {
			batch = nil
		}
	}
}
