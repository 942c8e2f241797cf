package netconf

import (
	"context"
	"errors"
	"fmt"
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

// LockedError says that another session holds a lock, or that this one does.
type LockedError struct {
	Datastore rpc.Datastore
	Session   uint32 // the holder; 0 where it does not speak NETCONF, or is not known
	Own       bool   // the holder is this session
	Err       error
}

func (e *LockedError) Error() string {
	holder := "something that is not a NETCONF session"
	switch {
	case e.Own:
		holder = "this session itself"
	case e.Session != 0:
		holder = fmt.Sprintf("session %d", e.Session)
	}
	return fmt.Sprintf("netconf: %s is locked by %s: %v", e.Datastore, holder, e.Err)
}

// Unwrap returns the server's words.
func (e *LockedError) Unwrap() error { return e.Err }

func (s *Session) lock(ctx context.Context, d rpc.Datastore) error {
	_, err := rpc.Lock{Target: d}.Do(ctx, s)
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*RPCError](err); ok {
		if refused.Tag != rpc.LockDenied {
			return err
		}
		id, _ := refused.Session()
		return &LockedError{Datastore: d, Session: id, Own: id != 0 && id == s.ID(), Err: err}
	}
	if call, ok := errors.AsType[*CallError](err); ok && call.Sent {
		// The server may grant the lock to nobody who waits for it. It answers in order,
		// so that what comes after is refused if there is no lock.
		clean, cancel := cleanup(ctx)
		defer cancel()
		_, _ = rpc.Unlock{Target: d}.Do(clean, s)
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
