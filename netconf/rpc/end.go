package rpc

import (
	"context"
	"errors"
)

// CloseSession asks the server to end this session in order (section 7.8).
// Closing a netconf.Session does it too.
type CloseSession struct{}

// Request implements Operation.
func (o CloseSession) Request() (*Request, error) { return begin("close-session", "").request() }

// Do sends the operation.
func (o CloseSession) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// KillSession ends another session, its locks and what it has not committed
// (section 7.9).
type KillSession struct{ Session uint32 }

// Request implements Operation.
func (o KillSession) Request() (*Request, error) {
	b := begin("kill-session", "")
	if o.Session == 0 {
		b.fail(errors.New("no session"))
	}
	b.number("session-id", uint64(o.Session))
	return b.request()
}

// Do sends the operation.
func (o KillSession) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }
