package fleet

import (
	"context"

	"github.com/vtynet/vty"
)

// Pool keeps sessions with devices between tasks, and between runs; package pool
// has one. It is safe for concurrent use.
type Pool interface {
	// Has reports whether a session with the host's device idles.
	Has(h *Host) bool
	// Idle lends a session that idles and is fit for use, and nil where there is none.
	Idle(ctx context.Context, h *Host) *vty.Device
	// Acquire lends a session that idles, or one that is opened for it by Host.Dial,
	// and waits where there may be no more.
	Acquire(ctx context.Context, h *Host) (*vty.Device, error)
	// Release takes a session back that may be of use to another.
	Release(dev *vty.Device)
	// Discard takes a session back and closes it, also under its user.
	Discard(dev *vty.Device)
}

// Reuse takes sessions from a pool and gives them back, where each attempt would
// open and close one of its own. Sessions that idle do not count as connections or
// logins of the run. What a task did in a session that it panicked in, or that was
// taken from it after Grace, nobody gets.
func Reuse(p Pool) Option { return func(s *settings) { s.pool = p } }
