package rpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"

	"github.com/vtynet/vty/netconf/element"
)

// Raw is any operation: an element, sent as it is within <rpc>, whose namespace
// is NETCONF's own. Nothing is checked but that it is one element.
type Raw []byte

// Request implements Operation.
func (o Raw) Request() (*Request, error) {
	body := bytes.TrimSpace(o)
	tag, _, _, err := element.Start(body)
	if err == element.ErrShort {
		err = errors.New("no element")
	}
	b := &builder{name: "rpc"}
	if err != nil {
		b.fail(err)
		return b.request()
	}
	b.name = tag.Local()
	if b.name == "rpc" {
		b.fail(errors.New("want what stands within <rpc>, which is added, with its message-id"))
	}
	// As a document of its own, not as a fragment: there can be one element only.
	if _, err := element.Scan(body).Next(); err != io.EOF {
		b.fail(err)
	}
	// A declaration has no place within another document.
	if bytes.HasPrefix(body, []byte("<?xml")) {
		body = bytes.TrimSpace(body[bytes.Index(body, []byte("?>"))+2:])
	}
	b.buf.Write(body)
	return b.request()
}

// Do sends the operation.
func (o Raw) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// Action calls an action of a data node (RFC 7950, section 7.15): Tree is the way
// to it, with the action's input at its end.
type Action struct{ Tree []byte }

// Request implements Operation.
func (o Action) Request() (*Request, error) {
	b := begin("action", actionNS)
	b.need(needYANG11("actions"))
	if len(bytes.TrimSpace(o.Tree)) == 0 {
		b.fail(errors.New("no action"))
	}
	b.raw("action", o.Tree)
	return b.request()
}

// Do sends the operation.
func (o Action) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// GetNext asks a Huawei server for the next part of a reply that it has split.
type GetNext struct {
	SetID string // Reply.SetID of the part before
}

// Request implements Operation.
func (o GetNext) Request() (*Request, error) {
	b := &builder{name: "get-next"}
	b.start("get-next", "xmlns", huaweiNS, "set-id", o.SetID)
	return b.request()
}

// Do sends the operation.
func (o GetNext) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// Parts does an operation and hands over its reply in parts: one, except of
// Huawei's servers, which split what is large and are asked for the rest. An
// error comes last.
func Parts(ctx context.Context, s Session, op Operation) iter.Seq2[*Reply, error] {
	return func(yield func(*Reply, error) bool) {
		for {
			reply, err := s.Call(ctx, op)
			if !yield(reply, err) || err != nil || reply.SetID() == "" {
				return
			}
			op = GetNext{SetID: reply.SetID()}
		}
	}
}
