package interrupt

import (
	"context"
	"errors"
	"os"
	"runtime"
	"syscall"
	"testing"
)

func TestTheFirstIsGentleWhereItWasSoftened(t *testing.T) {
	for _, c := range []struct {
		name    string
		soften  bool
		undo    bool
		signals []os.Signal
		gently  int
		ended   bool
	}{
		{"as usual", false, false, []os.Signal{os.Interrupt}, 0, true},
		{"softened", true, false, []os.Signal{os.Interrupt}, 1, false},
		{"softened, twice", true, false, []os.Signal{os.Interrupt, os.Interrupt}, 1, true},
		{"softened and taken back", true, true, []os.Signal{os.Interrupt}, 0, true},
		{"softened, but to be terminated", true, false, []os.Signal{syscall.SIGTERM}, 0, true},
	} {
		h, gently := &handler{}, 0
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, h))
		if c.soften {
			undo := Soften(ctx, func() { gently++ })
			if c.undo {
				undo()
			}
		}
		signals, seen := make(chan os.Signal), make(chan struct{})
		end := false
		listening, stop := context.WithCancel(t.Context())
		go func() { h.listen(listening, signals, func() { end = true }); close(seen) }()
		for _, s := range c.signals {
			signals <- s
		}
		stop()
		<-seen
		if gently != c.gently || end != c.ended {
			t.Errorf("%s: %d gentle, ended %v", c.name, gently, end)
		}
		cancel()
	}
	Soften(t.Context(), func() { t.Error("no signals are listened to") })()
}

func TestTheContextEndsWithASignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows sends no interrupts to a process")
	}
	ctx, stop := Context(t.Context())
	defer stop()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	softened := make(chan struct{})
	Soften(ctx, func() { close(softened) })
	for _, seen := range []<-chan struct{}{softened, ctx.Done()} {
		if err := self.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		<-seen
	}
	if cause := context.Cause(ctx); cause != ErrInterrupted || !errors.Is(cause, context.Canceled) {
		t.Errorf("it ended by %v", cause)
	}
}
