// Package interrupt gives Ctrl-C its meaning: the first ends what is under way in an
// orderly manner, and one more ends the process. A verb that works on many hosts
// may soften the first.
package interrupt

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// Context is a context that ends with the first Ctrl-C (or the second, while
// Soften has one), or with SIGTERM; its cause is ErrInterrupted. After that the
// signals do what they always do. Call stop when done.
func Context(parent context.Context) (ctx context.Context, stop func()) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	h := &handler{}
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, key{}, h))
	context.AfterFunc(ctx, func() { signal.Stop(signals) })
	go h.listen(ctx, signals, func() { cancel(ErrInterrupted) })
	return ctx, func() { cancel(nil) }
}

// Soften has the next Ctrl-C call gently, once, instead of ending the context, which
// must come from Context; otherwise it does nothing. undo takes it back.
func Soften(ctx context.Context, gently func()) (undo func()) {
	h, ok := ctx.Value(key{}).(*handler)
	if !ok {
		return func() {}
	}
	h.set(gently)
	return func() { h.set(nil) }
}

// Why something ended. Both wrap context.Canceled.
var (
	// ErrStopping: a gentle Ctrl-C, after which nothing more is begun.
	ErrStopping error = reason("by Ctrl-C")
	// ErrInterrupted: a signal that ends what is under way.
	ErrInterrupted error = reason("interrupted")
)

type reason string

func (r reason) Error() string { return string(r) }

// Unwrap returns context.Canceled.
func (reason) Unwrap() error { return context.Canceled }

type key struct{}

// handler is what Ctrl-C does now.
type handler struct {
	mu     sync.Mutex
	gently func()
}

func (h *handler) set(gently func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gently = gently
}

// take returns what was set, once.
func (h *handler) take() func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	gently := h.gently
	h.gently = nil
	return gently
}

func (h *handler) listen(ctx context.Context, signals <-chan os.Signal, end func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-signals:
			if gently := h.take(); gently != nil && s == os.Interrupt {
				gently()
				continue
			}
			end()
		}
	}
}
