package rpc

import (
	"context"
	"errors"
	"strconv"
)

// GetData reads from any datastore (RFC 8526, section 3.1.1).
type GetData struct {
	Datastore Datastore
	Filter    Filter
	// Config, where not nil, asks for configuration only, or for state only.
	Config *bool
	// Origins asks for what has one of these origins only, such as "or:intended";
	// of the operational datastore.
	Origins []string
	// NotOrigins turns Origins round.
	NotOrigins bool
	// MaxDepth is how many levels to show; 0 is all.
	MaxDepth uint16
	// WithOrigin asks for each node's origin.
	WithOrigin   bool
	WithDefaults WithDefaults
}

// Request implements Operation.
func (o GetData) Request() (*Request, error) {
	b := begin("get-data", nmdaNS)
	b.need(needModule("get-data", nmdaNS))
	b.nmda(o.Datastore)
	if o.Filter.xpath != "" {
		b.need(needXPath())
	}
	b.typed(o.Filter, "subtree-filter", "xpath-filter")
	if o.Config != nil {
		b.leaf("config-filter", strconv.FormatBool(*o.Config))
	}
	name := "origin-filter"
	if o.NotOrigins {
		name = "negated-origin-filter"
	}
	for _, origin := range o.Origins {
		b.leaf(name, origin, "xmlns:or", "urn:ietf:params:xml:ns:yang:ietf-origin")
	}
	if o.MaxDepth > 0 {
		b.number("max-depth", uint64(o.MaxDepth))
	}
	b.flag("with-origin", o.WithOrigin)
	if o.WithDefaults != "" {
		need := needDefaults(o.WithDefaults)
		if o.Datastore == Operational {
			need.Use, need.AnyOf = "with-defaults of the operational datastore", []string{WithOperationalDefaultsCap}
		}
		b.need(need)
	}
	b.leaf("with-defaults", string(o.WithDefaults))
	return b.request()
}

// Do sends the operation; see Reply.Decode for what comes back.
func (o GetData) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// EditData changes any datastore that can be changed (RFC 8526, section 3.1.2).
type EditData struct {
	Datastore        Datastore
	DefaultOperation DefaultOperation
	Config           []byte // elements, sent as they are
	URL              string // where the server finds them instead
}

// Request implements Operation.
func (o EditData) Request() (*Request, error) {
	b := begin("edit-data", nmdaNS)
	b.need(needModule("edit-data", nmdaNS))
	b.nmda(o.Datastore)
	if o.Datastore == Operational || o.Datastore == Intended {
		b.fail(errors.New("this datastore cannot be changed"))
	}
	b.leaf("default-operation", string(o.DefaultOperation))
	b.content("config", o.Config, o.URL)
	return b.request()
}

// Do sends the operation.
func (o EditData) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }
