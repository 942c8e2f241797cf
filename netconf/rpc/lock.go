package rpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Lock keeps all other sessions from changing a datastore (section 7.5). What
// fails because another holds it is an *Error with the tag LockDenied, whose
// Session is the holder.
type Lock struct{ Target Datastore }

// Request implements Operation.
func (o Lock) Request() (*Request, error) {
	b := begin("lock", "")
	b.datastore("target", o.Target)
	return b.request()
}

// Do sends the operation.
func (o Lock) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// Unlock gives a lock back (section 7.6).
type Unlock struct{ Target Datastore }

// Request implements Operation.
func (o Unlock) Request() (*Request, error) {
	b := begin("unlock", "")
	b.datastore("target", o.Target)
	return b.request()
}

// Do sends the operation.
func (o Unlock) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// PartialLock locks parts of the running datastore (RFC 5717).
type PartialLock struct {
	// Select are XPath expressions, at least one.
	Select []string
	// Namespaces are those of the prefixes in Select.
	Namespaces []Namespace
}

// LockedNodes is what a PartialLock has locked.
type LockedNodes struct {
	ID    uint32
	Nodes []string // instance identifiers
}

// Request implements Operation.
func (o PartialLock) Request() (*Request, error) {
	b := begin("partial-lock", partialLockNS)
	b.need(needPartialLock())
	if len(o.Select) == 0 {
		b.fail(errors.New("nothing to lock"))
	}
	for _, expr := range o.Select {
		b.leaf("select", expr, Filter{namespaces: o.Namespaces}.attrs()...)
	}
	return b.request()
}

// Do sends the operation and tells what is locked now.
func (o PartialLock) Do(ctx context.Context, s Session) (LockedNodes, error) {
	reply, err := s.Call(ctx, o)
	if err != nil {
		return LockedNodes{}, err
	}
	var v struct {
		ID    string   `xml:"lock-id"`
		Nodes []string `xml:"locked-node"`
	}
	if err := reply.Decode(&v); err != nil {
		return LockedNodes{}, err
	}
	id, err := strconv.ParseUint(strings.TrimSpace(v.ID), 10, 32)
	if err != nil {
		return LockedNodes{}, fmt.Errorf("partial-lock: the reply has no lock-id: %w", err)
	}
	return LockedNodes{ID: uint32(id), Nodes: v.Nodes}, nil
}

// PartialUnlock gives a PartialLock back (RFC 5717).
type PartialUnlock struct{ ID uint32 }

// Request implements Operation.
func (o PartialUnlock) Request() (*Request, error) {
	b := begin("partial-unlock", partialLockNS)
	b.need(needPartialLock())
	b.number("lock-id", uint64(o.ID))
	return b.request()
}

// Do sends the operation.
func (o PartialUnlock) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }
