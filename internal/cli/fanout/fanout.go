// Package fanout does the same work for several hosts at once and brings what
// comes of it back in one goroutine, in the order of the hosts or as it comes.
package fanout

import (
	"context"
	"sync"
)

// Work is what is done for one host: the index says which. It calls emit with
// each outcome as it comes.
type Work[T any] func(ctx context.Context, index int, emit func(T))

// event is an outcome of a host, or the end of its work.
type event[T any] struct {
	index   int
	outcome T
	done    bool
}

// Run does work for n hosts, at most workers at once, and calls sink with each
// outcome, on the caller's goroutine. With ordered, the outcomes of a host come
// after those of all hosts before it; those of the host whose turn it is come at
// once. done, where not nil, is called after each host's end with the number of
// hosts that are done. Work that has not begun when ctx ends is begun all the
// same: it is for the work to say what became of its host.
//
// An error of sink ends ctx for the work, and is returned once all has stopped.
func Run[T any](ctx context.Context, n, workers int, ordered bool, work Work[T], sink func(T) error, done func(int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events := make(chan event[T])
	var all sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range min(max(workers, 1), n) {
		all.Go(func() {
			for i := range next {
				work(ctx, i, func(v T) { events <- event[T]{index: i, outcome: v} })
				events <- event[T]{index: i, done: true}
			}
		})
	}
	go func() {
		all.Wait()
		close(events)
	}()

	var failed error
	deliver := func(v T) {
		if failed != nil {
			return
		}
		if failed = sink(v); failed != nil {
			cancel()
		}
	}
	waiting := make([][]T, n) // outcomes of hosts whose turn has not come
	ended := make([]bool, n)
	turn, count := 0, 0
	for e := range events {
		switch {
		case e.done:
			ended[e.index] = true
			count++
		case !ordered || e.index == turn:
			deliver(e.outcome)
		default:
			waiting[e.index] = append(waiting[e.index], e.outcome)
		}
		for turn < n && ended[turn] {
			turn++
			if turn < n {
				for _, v := range waiting[turn] {
					deliver(v)
				}
				waiting[turn] = nil
			}
		}
		if e.done && done != nil {
			done(count)
		}
	}
	return failed
}
