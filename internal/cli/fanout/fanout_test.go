package fanout

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// emission is an outcome in the tests: the n-th of a host.
type emission struct{ host, n int }

func TestOrdered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []emission
		var counts []int
		work := func(_ context.Context, i int, emit func(emission)) {
			emit(emission{i, 0})
			time.Sleep(time.Duration(10-i) * time.Second) // the later ones are quicker
			emit(emission{i, 1})
		}
		err := Run(t.Context(), 4, 4, true, work,
			func(v emission) error { got = append(got, v); return nil },
			func(n int) { counts = append(counts, n) })
		want := []emission{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1}, {3, 0}, {3, 1}}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v", got, err)
		}
		if !slices.Equal(counts, []int{1, 2, 3, 4}) {
			t.Errorf("counted %v", counts)
		}
	})
}

func TestAsTheyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []int
		work := func(_ context.Context, i int, emit func(int)) {
			time.Sleep(time.Duration(10-i) * time.Second)
			emit(i)
		}
		_ = Run(t.Context(), 4, 4, false, work, func(v int) error { got = append(got, v); return nil }, nil)
		if !slices.Equal(got, []int{3, 2, 1, 0}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestTurnIsDeliveredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		work := func(_ context.Context, _ int, emit func(int)) {
			emit(1)
			time.Sleep(time.Second)
			emit(2)
		}
		_ = Run(t.Context(), 1, 1, true, work, func(int) error { at = append(at, time.Since(start)); return nil }, nil)
		if !slices.Equal(at, []time.Duration{0, time.Second}) {
			t.Errorf("delivered at %v", at)
		}
	})
}

func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		work := func(_ context.Context, _ int, emit func(int)) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			emit(1)
		}
		n := 0
		_ = Run(t.Context(), 10, 3, true, work, func(int) error { n++; return nil }, nil)
		if most.Load() != 3 || n != 10 {
			t.Errorf("%d at once, want 3; %d outcomes, want 10", most.Load(), n)
		}
	})
}

func TestSinkFails(t *testing.T) {
	full := errors.New("disk full")
	calls := 0
	work := func(ctx context.Context, i int, emit func(int)) {
		emit(i)
		<-ctx.Done() // ended by the failure, or else the test hangs
	}
	err := Run(t.Context(), 2, 2, false, work, func(int) error { calls++; return full }, nil)
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("error %v after %d calls, want %v after 1", err, calls, full)
	}
}
