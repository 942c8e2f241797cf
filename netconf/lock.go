package netconf

import (
	"context"
	"errors"
	"time"

	"github.com/vtynet/vty/netconf/rpc"
)

// cleanupTime limits what is done to leave no trace, which a context that has
// ended must not keep from being done.
const cleanupTime = 30 * time.Second

// WithLock locks datastores in the order given, calls f, and unlocks them in
// reverse, also where f fails or panics and where the context ends. The
// candidate is discarded before it is unlocked if f has left changes in it, as RFC
// 6241 (section 8.3.5.2) has servers do; f commits what is to stay.
//
// Where a lock is held by another the error says by which session. Where the
// context ends while a lock is asked for, and the server may give it after that,
// it is given back. What remains after all of this remains because the session
// is over, which ends its locks.
func WithLock(ctx context.Context, s *Session, f func(context.Context) error, datastores ...rpc.Datastore) (err error) {
	for _, d := range datastores {
		if err := s.lock(ctx, d); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.unlock(ctx, d)) }()
	}
	return f(ctx)
}

func (s *Session) lock(ctx context.Context, d rpc.Datastore) error {
	_, err := rpc.Lock{Target: d}.Do(ctx, s)
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*RPCError](err); ok {
		if refused.Tag != rpc.LockDenied {
			return err
		}
		return s.locked(ctx, d, refused, err)
	}
	if call, ok := errors.AsType[*CallError](err); ok && call.Sent {
		// The server may grant the lock to nobody who waits for it. It answers in order,
		// so that what comes after is refused if there is no lock.
		clean, cancel := cleanup(ctx)
		defer cancel()
		if _, failed := (rpc.Unlock{Target: d}).Do(clean, s); failed != nil && clean.Err() != nil {
			s.end(failed) // it may still grant the lock, which ends with the session
		}
	}
	return err
}

// unlock leaves a datastore as it was found.
func (s *Session) unlock(ctx context.Context, d rpc.Datastore) error {
	clean, cancel := cleanup(ctx)
	defer cancel()
	var failed error
	if d == rpc.Candidate {
		_, failed = rpc.DiscardChanges{}.Do(clean, s)
	}
	_, err := rpc.Unlock{Target: d}.Do(clean, s)
	err = errors.Join(failed, err)
	if errors.Is(err, ErrClosed) {
		return nil // and with the session its locks are gone
	}
	if err != nil && clean.Err() != nil {
		// A server that does not answer does not keep the locks of a session that is over.
		s.end(err)
	}
	return err
}

// cleanup is a context to clean up in, whatever became of ctx.
func cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}
