package vty

import (
	"context"
	"time"

	"github.com/vtynet/vty/auth"
)

// Opening is a device that was opened, or could not be; for Trace.
type Opening struct {
	Host      string
	Port      int
	Transport Transport // "" where Config.Dial or Open had the terminal from elsewhere
	Platform  string    // "" where it was not found out
	Started   time.Time
	Elapsed   time.Duration
	Err       error
}

// Operation is something that was done with a device; for Trace.
type Operation struct {
	Kind     OperationKind
	Host     string
	Platform string
	// Command is what was typed. It is "" where that may hold a secret, by what the
	// platform's definition says of secrets or by its own words, and of every kind
	// but a command and a stream.
	Command string
	Lines   int // of configuration
	Started time.Time
	Elapsed time.Duration // waiting for the session's turn included
	Err     error
}

// OperationKind is the kind of an Operation.
type OperationKind string

// The kinds.
const (
	OperationCommand   OperationKind = "command"   // Run, Do and all that come down to it
	OperationStream    OperationKind = "stream"    // Stream, Follow
	OperationConfigure OperationKind = "configure" // Configure, Apply
	OperationSave      OperationKind = "save"      // Save
	OperationConfirm   OperationKind = "confirm"   // Confirm
	OperationCancel    OperationKind = "cancel"    // Cancel
	OperationRollback  OperationKind = "rollback"  // Rollback
)

// opened tells the trace how opening a device ended.
func (c *Config) opened(ctx context.Context, o Opening, dev *Device, err error) {
	if c.Trace == nil || c.Trace.Opened == nil {
		return
	}
	if c.Dial == nil && o.Port != 0 {
		if o.Transport = c.Transport; o.Transport == "" {
			o.Transport = SSH
		}
	}
	if o.Platform = c.Platform; dev != nil {
		o.Platform = dev.def.Name
	}
	o.Elapsed, o.Err = time.Since(o.Started), err
	c.Trace.Opened(ctx, o)
}

// begun begins an operation; the function it returns tells the trace of its end.
func (d *Device) begun(ctx context.Context, kind OperationKind, command string, lines int) func(error) {
	if d.cfg.Trace == nil || d.cfg.Trace.Done == nil {
		return func(error) {}
	}
	o := Operation{Kind: kind, Host: d.host, Platform: d.def.Name, Lines: lines, Started: time.Now()}
	if !d.secretive(command) {
		o.Command = command
	}
	return func(err error) {
		o.Elapsed, o.Err = time.Since(o.Started), err
		d.cfg.Trace.Done(ctx, o)
	}
}

// secretive reports whether a command may hold a secret.
func (d *Device) secretive(command string) bool {
	if auth.Mask(command) != command {
		return true
	}
	for _, secret := range d.def.Running.Secrets {
		if secret.MatchString(command) {
			return true
		}
	}
	return false
}
