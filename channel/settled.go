package channel

import (
	"context"
	"errors"
)

var (
	errBusy   = errors.New("an operation is under way")
	errAdrift = errors.New("a command was left running")
)

// Settled returns nil where the device stands at its prompt with nothing under way,
// and otherwise why it does not, as far as that is known without typing: an error
// that wraps ErrClosed, one that wraps ErrDesync where the answer before was cut
// short, or one of an operation under way or a command left running.
func (c *Channel) Settled() error {
	select {
	case c.turn <- struct{}{}:
		defer c.release()
		c.attend(context.Background())
	default:
		return errBusy
	}
	if err := c.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch cut := c.m.goesOn(c.m.unread()); {
	case c.adrift:
		return errAdrift
	case cut != "":
		return &DesyncError{Cut: c.secrets.Mask(cut), Screen: c.screen()}
	}
	return nil
}

// Mishaps counts what went wrong in a session that goes on.
type Mishaps struct {
	Desyncs    int // operations that ended in a *DesyncError
	Interrupts int // times that the device was interrupted, to come back to its prompt
}

// Mishaps returns what went wrong so far.
func (c *Channel) Mishaps() Mishaps {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mishaps
}
