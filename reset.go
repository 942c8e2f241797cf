package vty

import (
	"context"
	"errors"
	"fmt"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
)

// Reset makes the session as it was once it was opened, for another user: in the
// mode that commands ran in then. It types what the way there takes, and nothing
// where the device is there already.
//
// An error that wraps ErrUnfit says why nobody else should have the session, which
// is to be closed: an operation is under way, or a command was left running
// (CancelLeave); an answer was out of step (ErrDesync); somebody had the command
// line to himself (Attach); a candidate may hold changes, or be locked by this
// session, since configuration was entered otherwise than by Apply; a commit
// waits to be confirmed; a way within a mode was taken ("privileged context dmz"); or the mode could not be reached. Any other error is of
// a session that is over.
//
// What commands have changed of the session itself (its width, its directory, its
// variables) nobody can see, and it stays.
func (d *Device) Reset(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
	default:
		return d.unfit(errors.New("an operation is under way"))
	}
	defer d.unlock()
	if err := d.ch.Err(); err != nil {
		return fmt.Errorf("%s: %w", d.host, err)
	}
	if err := d.settled(); err != nil {
		return d.unfit(err)
	}
	if err := d.reachMode(ctx, d.first); err != nil {
		return d.unfit(err)
	}
	d.mode = d.first
	if now := d.ch.Mishaps(); now != d.mishaps {
		// It came back to its prompt once: does it still stand there?
		if _, err := d.ch.Send(ctx, channel.Input{}); err != nil {
			return d.unfit(err)
		}
		d.mishaps = now
	}
	if err := d.settled(); err != nil {
		return d.unfit(err)
	}
	return nil
}

func (d *Device) unfit(err error) error { return fmt.Errorf("%s: %w: %w", d.host, ErrUnfit, err) }

// settled says what makes the session doubtful.
func (d *Device) settled() error {
	if err := d.ch.Settled(); err != nil {
		return err
	}
	switch {
	case d.ch.Mishaps().Desyncs > d.mishaps.Desyncs:
		return ErrDesync
	case d.attached:
		return errors.New("somebody had the command line")
	case d.staged:
		return errors.New("changes may be left in a candidate")
	case d.moved:
		return errors.New("it was led into another context, which its prompt need not show")
	case d.timed:
		return errors.New("a commit waits to be confirmed")
	}
	return nil
}

// stages reports whether a mode is one whose lines wait for a commit. Only Apply
// leaves it with all of them committed or thrown away.
func (d *Device) stages(mode string) bool {
	for _, how := range []platform.Configure{d.def.Configure, d.def.Candidate} {
		if in, _ := platform.Target(how.Mode); len(how.Commit) > 0 && in == mode {
			return true
		}
	}
	return false
}
