package netconf

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vtynet/vty/netconf/rpc"
)

// Change is a change of configuration by way of the candidate.
type Change struct {
	// Edits go into the candidate, in order; a zero Target is the candidate, and
	// others are refused.
	Edits []rpc.EditConfig
	// Timeout is how long the server waits for the confirmation before it goes back;
	// whole seconds, 0 is its own (600 s). It should be longer than Check takes.
	Timeout time.Duration
	// Validate asks the server to validate the candidate before it is committed. A
	// commit validates in any case, and netconfd (2.13) commits nothing after a
	// validation, and says <ok/>.
	Validate bool
	// Check is called once the change is in effect and not confirmed yet: its error
	// undoes the change. Where it is nil, the change is committed at once.
	Check func(context.Context) error
}

// Transaction makes a change or none: it locks the running configuration and the
// candidate, edits, validates if asked to, commits, has the change checked, and
// confirms it. Whatever fails, and wherever the context ends, the
// commit is cancelled, the candidate discarded and both locks given back. Where
// the session breaks before the confirmation, the server undoes all of this itself
// (RFC 6241, section 8.4).
//
// A commit that was sent is waited for even where the context ends, for up to 30 s:
// nil means that the change is in effect, whatever became of the context, and an error
// that it is not. There is one exception: where the session breaks while the last
// commit is under way nobody can know, and errors.Is(err, ErrClosed).
//
// Confirmed commits need :confirmed-commit; without Check, they are not used.
func Transaction(ctx context.Context, s *Session, c Change) (err error) {
	for i := range c.Edits {
		if t := c.Edits[i].Target; t != "" && t != rpc.Candidate {
			return errors.New("netconf: a transaction changes the candidate only")
		}
	}
	if err := s.lock(ctx, rpc.Running); err != nil {
		return err
	}
	release := sync.OnceValue(func() error { return s.unlock(ctx, rpc.Running) })
	defer func() { err = errors.Join(err, release()) }()
	return WithLock(ctx, s, func(ctx context.Context) error { return c.make(ctx, s, release) }, rpc.Candidate)
}

func (c *Change) make(ctx context.Context, s *Session, release func() error) error {
	for _, e := range c.Edits {
		e.Target = rpc.Candidate
		if _, err := e.Do(ctx, s); err != nil {
			return err
		}
	}
	if c.Validate {
		if _, err := (rpc.Validate{Source: rpc.Candidate}).Do(ctx, s); err != nil {
			return err
		}
	}
	if c.Check == nil {
		return inEffect(s.commit(ctx, rpc.Commit{}))
	}
	err := s.commit(ctx, rpc.Commit{Confirmed: true, Timeout: c.Timeout})
	if refused(err) || unsent(err) {
		return err // nothing to go back from
	}
	if err == nil {
		if err = context.Cause(ctx); err == nil {
			err = c.Check(ctx)
		}
		if err == nil {
			if err = context.Cause(ctx); err == nil {
				err = inEffect(s.commit(ctx, rpc.Commit{}))
			}
		}
	}
	if err == nil || errors.Is(err, ErrClosed) {
		return err // with the session the server goes back by itself
	}
	// netconfd cannot restore what is locked, be it by this session, and says <ok/>.
	// An error of this unlocking is told by the caller.
	_ = release()
	return errors.Join(err, s.goBack(ctx))
}

// commit commits, and once that was sent waits for the answer for a while even if the
// context ends: to know whether the change is in effect is worth it. Where no answer
// comes the session ends, and with it a commit that was not confirmed.
func (s *Session) commit(ctx context.Context, op rpc.Commit) error {
	if ctx.Err() != nil {
		return &CallError{Operation: "commit", Err: context.Cause(ctx)}
	}
	patient, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		late := time.AfterFunc(cleanupTime, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(patient, func() { late.Stop() })
	})
	defer stop()
	_, err := op.Do(patient, s)
	if patient.Err() != nil {
		s.end(err)
		return s.Err()
	}
	return err
}

// refused tells that the server did not do what it was asked to.
func refused(err error) bool {
	e, ok := errors.AsType[*RPCError](err)
	return ok && !e.Warning()
}

// inEffect takes warnings for what they are where there is no way back.
func inEffect(err error) error {
	if e, ok := errors.AsType[*RPCError](err); ok && e.Warning() {
		return nil
	}
	return err
}

// unsent tells that a call failed before the server can have seen it.
func unsent(err error) bool {
	call, ok := errors.AsType[*CallError](err)
	return ok && !call.Sent
}

// goBack undoes a confirmed commit. Servers of version 1.0 of the capability have
// no operation for it, and go back at the end of the session.
func (s *Session) goBack(ctx context.Context) error {
	clean, cancel := cleanup(ctx)
	defer cancel()
	_, err := rpc.CancelCommit{}.Do(clean, s)
	if err != nil {
		s.end(err)
	}
	return err
}
