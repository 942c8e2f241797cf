package socket

import (
	"context"
	"time"
)

// grace is how long a function whose context has ended may take to notice. It
// is part of the 50 ms within which a limit must take effect.
const grace = 20 * time.Millisecond

// await runs f, and returns what it gives or, should f go on after ctx has
// ended, the cause of that end. A resolver or dial function of the caller's that
// ignores its context thus holds nobody up: its goroutine ends when f does, and
// what f then gives goes to discard. An f that minds its context has returned
// when await does.
func await[T any](ctx context.Context, f func(context.Context) (T, error), discard func(T)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer)
	gone := make(chan struct{})
	defer close(gone)
	go func() {
		value, err := f(ctx)
		select {
		case answers <- answer{value, err}:
		case <-gone:
			if err == nil {
				discard(value)
			}
		}
	}()

	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-late.C:
		var none T
		return none, context.Cause(ctx)
	}
}
