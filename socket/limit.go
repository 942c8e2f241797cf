package socket

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// limitError says which limit ended a wait. It is an ErrTimedOut, and the
// context's error too where the limit was the context's.
type limitError struct {
	limit  string        // "total", "attempt" or "" for the context's deadline
	after  time.Duration // the length of the limit; unknown for the context's
	cause  error         // the context's error, nil for our own limits
	reason error         // what the caller gave for the deadline, if anything
}

func (e *limitError) Error() string {
	switch {
	case e.limit == "" && e.reason != nil:
		return "no answer before the context's deadline: " + e.reason.Error()
	case e.limit == "":
		return "no answer before the context's deadline"
	}
	return fmt.Sprintf("no answer within the %s limit of %v", e.limit, round(e.after))
}

func (e *limitError) Timeout() bool { return true }

func (e *limitError) Unwrap() []error {
	errs := []error{ErrTimedOut}
	for _, err := range []error{e.cause, e.reason} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// withLimit is ctx, ended after d at the latest and then with a limitError for
// its cause; d zero or less means no limit.
func withLimit(ctx context.Context, limit string, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, d, &limitError{limit: limit, after: d})
}

// isOver reports whether ctx has ended or is to end this instant: package net
// acts on a context's deadline by a timer of its own, which may be the quicker.
func isOver(ctx context.Context) bool {
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// ended says why ctx, which has ended, did so: one of our limits, a Close, the
// caller's deadline, or the caller's cancelling with the reason given for it.
func ended(ctx context.Context) error {
	cause := context.Cause(ctx)
	if _, ours := cause.(*limitError); ours || cause == errClosed {
		return cause
	}
	if errors.Is(cause, ctx.Err()) {
		cause = nil // nothing but the context's own error
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &limitError{cause: ctx.Err(), reason: cause}
	case cause == nil:
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ctx.Err(), cause)
}

// round drops the digits of a duration that nobody reads.
func round(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Microsecond)
}
