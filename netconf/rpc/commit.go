package rpc

import (
	"context"
	"errors"
	"time"
)

// Commit makes the candidate the running configuration (section 8.3.4.1).
type Commit struct {
	// Confirmed asks the server to go back unless another commit follows in time
	// (section 8.4).
	Confirmed bool
	// Timeout is that time, in whole seconds; 0 is the server's own, 600 s.
	Timeout time.Duration
	// Persist is a token with which any session may confirm; without one, only
	// this session may, and its end undoes the commit. It needs version 1.1 of the
	// capability.
	Persist string
	// PersistID confirms, or goes on with, the commit that has this token.
	PersistID string
}

// Request implements Operation.
func (o Commit) Request() (*Request, error) {
	b := begin("commit", "")
	b.need(needCandidate())
	if !o.Confirmed && (o.Timeout != 0 || o.Persist != "") {
		b.fail(errors.New("a timeout or a token, but the commit is not to be confirmed"))
	}
	if o.Timeout < 0 || o.Timeout%time.Second != 0 {
		b.fail(errors.New("the timeout is not a number of seconds"))
	}
	if o.Confirmed {
		b.need(Need{Use: "confirmed commits", AnyOf: []string{ConfirmedCommit11, ConfirmedCommit10}})
	}
	if o.Persist != "" || o.PersistID != "" {
		b.need(Need{Use: "persistent confirmed commits", AnyOf: []string{ConfirmedCommit11}})
	}
	b.flag("confirmed", o.Confirmed)
	if o.Timeout > 0 {
		b.number("confirm-timeout", uint64(o.Timeout/time.Second))
	}
	b.leaf("persist", o.Persist)
	b.leaf("persist-id", o.PersistID)
	return b.request()
}

// Do sends the operation.
func (o Commit) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// CancelCommit undoes a confirmed commit that waits (section 8.4.4.1).
type CancelCommit struct {
	PersistID string // the token, where the commit had one
}

// Request implements Operation.
func (o CancelCommit) Request() (*Request, error) {
	b := begin("cancel-commit", "")
	b.need(Need{Use: "cancelling commits", AnyOf: []string{ConfirmedCommit11}})
	b.leaf("persist-id", o.PersistID)
	return b.request()
}

// Do sends the operation.
func (o CancelCommit) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// DiscardChanges makes the candidate what the running configuration is (section
// 8.3.4.2).
type DiscardChanges struct{}

// Request implements Operation.
func (o DiscardChanges) Request() (*Request, error) {
	b := begin("discard-changes", "")
	b.need(needCandidate())
	return b.request()
}

// Do sends the operation.
func (o DiscardChanges) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// Validate checks a datastore, or a configuration (section 8.6.4.1).
type Validate struct {
	Source Datastore
	Config []byte // sent instead of Source
}

// Request implements Operation.
func (o Validate) Request() (*Request, error) {
	b := begin("validate", "")
	b.need(needValidate())
	b.source(o.Source, o.Config)
	return b.request()
}

// Do sends the operation.
func (o Validate) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }
