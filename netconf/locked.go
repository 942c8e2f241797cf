package netconf

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/vtynet/vty/netconf/rpc"
)

// LockedError says that another session holds a lock, or that this one does.
type LockedError struct {
	Datastore rpc.Datastore
	Session   uint32 // the holder; 0 where it does not speak NETCONF, or is not known
	Own       bool   // the holder is this session
	// Stale tells that the holder is a session of ours that has broken, which the server
	// has not noticed: see Session.Follows. rpc.KillSession ends it, and the lock.
	Stale bool
	// Holder is what the server tells of the holder (RFC 6022); nil where it tells
	// nothing, or the holder is this session.
	Holder *Holder
	Err    error
}

// Holder is a session that holds a lock.
type Holder struct {
	User  string
	Host  string    // where it comes from
	Since time.Time // when it logged in, by the server's clock
	// Ours tells that user and host are this session's too: it may have been left behind
	// by a program that crashed, or be at work.
	Ours bool
}

func (e *LockedError) Error() string {
	holder := "something that is not a NETCONF session"
	switch {
	case e.Own:
		holder = "this session itself"
	case e.Session != 0:
		holder = fmt.Sprintf("session %d", e.Session)
	}
	if h := e.Holder; h != nil {
		holder += fmt.Sprintf(" (%s from %s", cmp.Or(h.User, "a user unknown"), cmp.Or(h.Host, "somewhere"))
		if !h.Since.IsZero() {
			holder += " since " + h.Since.Format(time.RFC3339)
		}
		holder += ")"
	}
	switch {
	case e.Stale:
		holder += ", a session of ours that has broken: kill-session ends it"
	case e.Holder != nil && e.Holder.Ours:
		holder += ", from where this session is, too: if it was left behind, kill-session ends it"
	}
	return fmt.Sprintf("netconf: %s is locked by %s: %v", e.Datastore, holder, e.Err)
}

// Unwrap returns the server's words.
func (e *LockedError) Unwrap() error { return e.Err }

// Follows tells that earlier was a session with the same server. Where it has broken
// before now, the server may not have noticed, and keep its locks: they are recognised
// then, as those of the sessions that earlier follows. See LockedError.Stale.
func (s *Session) Follows(earlier *Session) {
	earlier.mu.Lock()
	left := append([]uint32(nil), earlier.left...)
	if earlier.err != nil && !earlier.parted && earlier.ID() != 0 {
		left = append(left, earlier.ID())
	}
	earlier.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = append(s.left, left...)
}

// monitoringNS is the namespace of RFC 6022.
const monitoringNS = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"

// holderTime limits how long the server is asked for who holds a lock.
const holderTime = 5 * time.Second

// locked finds out who holds a lock that was denied.
func (s *Session) locked(ctx context.Context, d rpc.Datastore, refused *RPCError, err error) *LockedError {
	id, _ := refused.Session()
	e := &LockedError{Datastore: d, Session: id, Own: id != 0 && id == s.ID(), Err: err}
	if e.Own || id == 0 {
		return e
	}
	e.Holder = s.holder(ctx, id)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, left := range s.left {
		// A server that restarts gives its numbers again.
		e.Stale = e.Stale || left == id && (e.Holder == nil || e.Holder.Ours)
	}
	return e
}

// holder asks the server for a session (RFC 6022, section 2.1.4).
func (s *Session) holder(ctx context.Context, id uint32) *Holder {
	if !s.Capabilities().Has(monitoringNS) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, holderTime)
	defer cancel()
	reply, err := rpc.Get{Filter: rpc.Subtree(`<netconf-state xmlns="` + monitoringNS + `"><sessions/></netconf-state>`)}.Do(ctx, s)
	if err != nil {
		return nil
	}
	type session struct {
		ID    uint32 `xml:"session-id"`
		User  string `xml:"username"`
		Host  string `xml:"source-host"`
		Login string `xml:"login-time"`
	}
	var v struct {
		Sessions []session `xml:"netconf-state>sessions>session"`
	}
	if reply.Decode(&v) != nil {
		return nil
	}
	var own session
	var found *Holder
	for _, one := range v.Sessions {
		one.User, one.Host = strings.TrimSpace(one.User), strings.TrimSpace(one.Host)
		switch one.ID {
		case s.ID():
			own = one
		case id:
			since, _ := time.Parse(time.RFC3339Nano, strings.TrimSpace(one.Login))
			found = &Holder{User: one.User, Host: one.Host, Since: since}
		}
	}
	if found != nil {
		found.Ours = own.User != "" && found.User == own.User && found.Host == own.Host
	}
	return found
}
