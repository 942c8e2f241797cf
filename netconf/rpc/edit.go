package rpc

import (
	"bytes"
	"context"
	"errors"
)

// DefaultOperation is what edit-config does with elements that say nothing.
type DefaultOperation string

// The default operations; "" leaves it to the server, which merges.
const (
	Merge   DefaultOperation = "merge"
	Replace DefaultOperation = "replace"
	None    DefaultOperation = "none"
)

// TestOption says whether edit-config validates.
type TestOption string

// The test options; "" leaves it to the server. They need the :validate
// capability, TestOnly its version 1.1.
const (
	TestThenSet TestOption = "test-then-set"
	SetOnly     TestOption = "set"
	TestOnly    TestOption = "test-only"
)

// ErrorOption says what edit-config does at an error.
type ErrorOption string

// The error options; "" leaves it to the server, which stops.
const (
	StopOnError     ErrorOption = "stop-on-error"
	ContinueOnError ErrorOption = "continue-on-error"
	RollbackOnError ErrorOption = "rollback-on-error"
)

// EditConfig changes a datastore (section 7.2).
type EditConfig struct {
	Target           Datastore
	DefaultOperation DefaultOperation
	TestOption       TestOption
	ErrorOption      ErrorOption
	// Config is what goes into <config>: elements, sent as they are.
	Config []byte
	// URL is where the server finds the configuration instead.
	URL string
}

// Request implements Operation.
func (o EditConfig) Request() (*Request, error) {
	b := begin("edit-config", "")
	b.datastore("target", o.Target)
	b.writable(o.Target)
	b.leaf("default-operation", string(o.DefaultOperation))
	if o.TestOption == TestOnly {
		b.need(Need{Use: "test-only", AnyOf: []string{Validate11}})
	} else if o.TestOption != "" {
		b.need(needValidate())
	}
	b.leaf("test-option", string(o.TestOption))
	if o.ErrorOption == RollbackOnError {
		b.need(Need{Use: "rollback-on-error", AnyOf: []string{RollbackOnErrorCap}})
	}
	b.leaf("error-option", string(o.ErrorOption))
	b.content("config", o.Config, o.URL)
	return b.request()
}

// writable notes what a change of a datastore needs (section 8.2).
func (b *builder) writable(d Datastore) {
	if d == Running {
		b.need(Need{Use: "changing the running datastore", AnyOf: []string{WritableRunningCap}})
	}
}

// content writes configuration, or where it is.
func (b *builder) content(name string, config []byte, url string) {
	switch {
	case url != "" && config != nil:
		b.fail(errors.New("both a configuration and a URL"))
	case url != "":
		b.url(url)
	case len(bytes.TrimSpace(config)) == 0:
		b.fail(errors.New("no configuration"))
	default:
		b.start(name)
		b.raw("configuration", config)
		b.end()
	}
}

// Do sends the operation.
func (o EditConfig) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// CopyConfig replaces one datastore by another, or by a configuration (section
// 7.3).
type CopyConfig struct {
	Target Datastore
	Source Datastore
	// Config is sent instead of Source.
	Config       []byte
	WithDefaults WithDefaults // how the source's defaults are copied
}

// Request implements Operation.
func (o CopyConfig) Request() (*Request, error) {
	b := begin("copy-config", "")
	b.datastore("target", o.Target)
	b.writable(o.Target)
	b.source(o.Source, o.Config)
	b.withDefaults(o.WithDefaults)
	return b.request()
}

// source writes a source that may be a configuration.
func (b *builder) source(d Datastore, config []byte) {
	if config == nil {
		b.datastore("source", d)
		return
	}
	if d != "" {
		b.fail(errors.New("both a source and a configuration"))
	}
	b.start("source")
	b.content("config", config, "")
	b.end()
}

// Do sends the operation.
func (o CopyConfig) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }

// DeleteConfig deletes a datastore (section 7.4). There is no default: what is
// deleted must be named.
type DeleteConfig struct{ Target Datastore }

// Request implements Operation.
func (o DeleteConfig) Request() (*Request, error) {
	b := begin("delete-config", "")
	if o.Target == Running {
		b.fail(errors.New("the running datastore cannot be deleted"))
	}
	b.datastore("target", o.Target)
	return b.request()
}

// Do sends the operation.
func (o DeleteConfig) Do(ctx context.Context, s Session) (*Reply, error) { return s.Call(ctx, o) }
