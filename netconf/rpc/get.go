package rpc

import (
	"cmp"
	"context"
)

// Get reads configuration and state (section 7.7).
type Get struct {
	Filter       Filter
	WithDefaults WithDefaults
}

// Request implements Operation.
func (o Get) Request() (*Request, error) {
	b := begin("get", "")
	b.filter(o.Filter)
	b.withDefaults(o.WithDefaults)
	return b.request()
}

// Do sends the operation; see Reply.Decode for what comes back.
func (o Get) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// GetConfig reads configuration (section 7.1).
type GetConfig struct {
	Source       Datastore // "" is Running
	Filter       Filter
	WithDefaults WithDefaults
}

// Request implements Operation.
func (o GetConfig) Request() (*Request, error) {
	b := begin("get-config", "")
	b.datastore("source", cmp.Or(o.Source, Running))
	b.filter(o.Filter)
	b.withDefaults(o.WithDefaults)
	return b.request()
}

// Do sends the operation; see Reply.Decode for what comes back.
func (o GetConfig) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }
