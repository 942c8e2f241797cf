// Package fanout does the work of a verb on the hosts that its flags name: it makes
// a run of package fleet of them, shows how far that is, brings what comes of it back
// in one goroutine, and sums it up.
package fanout

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/internal/cli/interrupt"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
)

// Run is a verb's run over hosts. Close it when done.
type Run struct {
	// Out and Err are where to write to while it lasts: a progress line may stand
	// on the terminal.
	Out, Err io.Writer
	// Errors writes what goes wrong with hosts to Err.
	Errors *report.Errors

	targets  []*target.Target
	options  []fleet.Option
	progress *report.Progress
	summary  *report.Summary
	streams  *streams.Streams
}

// Start prepares a run on hosts as the flags have it.
func (f *Flags) Start(s *streams.Streams, targets []*target.Target) (*Run, error) {
	opts, err := f.options(len(targets))
	if err != nil {
		return nil, err
	}
	r := &Run{targets: targets, streams: s, progress: report.NewProgress(s.Err, len(targets)), summary: report.NewSummary(len(targets))}
	r.options = append(opts, fleet.Observe(r.progress.Hear))
	r.Out, r.Err = r.progress.Guard(s.Out), r.progress.Guard(s.Err)
	r.Errors = report.NewErrors(r.Err, s.Style(s.Err))
	for _, t := range targets {
		t.Warn = r.Err
	}
	return r, nil
}

// Close takes the progress line away and, of several hosts, says what became of
// them: always on a terminal, and elsewhere where something went wrong.
func (r *Run) Close() {
	r.progress.Close()
	_, terminal := streams.Terminal(r.streams.Err)
	if len(r.targets) > 1 && (terminal || !r.summary.Well()) {
		r.summary.Write(r.streams.Err, streams.Width(r.streams.Err), r.streams.Style(r.streams.Err))
	}
}

// Host is the end of a host: what became of it, and the number of its target.
type Host struct {
	*target.Target
	Index    int
	Err      error  // of the work, or why it was not begun
	Text     string // of Err
	Attempts int    // 0 where it was not begun
}

// Work is what is done for one host. It calls emit with each outcome as it comes,
// from the goroutine it runs on. Where it fails before a session is open it may be
// begun again.
type Work[T any] func(ctx context.Context, t *target.Target, s *fleet.Session, emit func(T)) error

// Sink takes what comes, on the goroutine that called Do.
type Sink[T any] struct {
	// Outcome takes an outcome of a host.
	Outcome func(i int, outcome T) error
	// End takes the end of a host, after its last outcome.
	End func(h *Host) error
}

// event is an outcome of a host, or its end.
type event[T any] struct {
	index   int
	outcome T
	end     *Host
}

// Do does work for every host. With ordered, what comes of a host comes after all
// of the hosts before it; that of the host whose turn it is comes at once.
//
// The first Ctrl-C, where there are several hosts, lets those that run end and
// begins no others. An error of the sink ends the work's context, and is returned
// once all has stopped.
func Do[T any](ctx context.Context, r *Run, ordered bool, work Work[T], sink Sink[T]) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	drain, finish := context.WithCancelCause(context.WithoutCancel(ctx))
	defer finish(nil)
	if len(r.targets) > 1 {
		defer interrupt.Soften(ctx, func() {
			r.progress.Stopping()
			finish(interrupt.ErrStopping)
			text := "no more hosts are begun"
			if n := r.progress.Running(); n > 0 {
				text += fmt.Sprintf(", and the %d that run are finished; Ctrl-C again interrupts them", n)
			}
			_, _ = fmt.Fprintln(r.Err, "vty: stopping: "+text)
		})()
	}
	events := make(chan event[T])
	go func() {
		defer close(events)
		run(ctx, r, work, append(r.options, fleet.Drain(drain)), events)
	}()

	var failed error
	deliver := func(e event[T]) {
		if e.end != nil && e.end.Err != nil {
			r.summary.Failed(e.end.Label, e.end.Attempts > 0, e.end.Err)
		}
		if failed != nil {
			return
		}
		if e.end != nil {
			failed = sink.End(e.end)
		} else {
			failed = sink.Outcome(e.index, e.outcome)
		}
		if failed != nil {
			cancel()
		}
	}
	line := newLine[T](len(r.targets), ordered)
	for e := range events {
		line.add(e, deliver)
	}
	return failed
}

// run does the work and sends what comes of it.
func run[T any](ctx context.Context, r *Run, work Work[T], opts []fleet.Option, events chan<- event[T]) {
	hosts := make([]*fleet.Host, len(r.targets))
	index := make(map[*fleet.Host]int, len(hosts))
	for i, t := range r.targets {
		hosts[i] = t.Fleet()
		index[hosts[i]] = i
	}
	over := make([]ending, len(hosts))
	task := func(ctx context.Context, s *fleet.Session) (struct{}, error) {
		i := index[s.Host()]
		return struct{}{}, work(ctx, r.targets[i], s, func(v T) {
			// A task that was left behind has nothing more to say.
			over[i].unlessEnded(func() { events <- event[T]{index: i, outcome: v} })
		})
	}
	for out := range fleet.Run(ctx, hosts, task, opts...) {
		i := index[out.Host]
		over[i].end()
		h := &Host{Target: r.targets[i], Index: i, Err: out.Err, Attempts: out.Attempts}
		if h.Err != nil {
			h.Text = report.Text(h.Target.Host.Name, h.Err)
			if h.Attempts > 1 {
				h.Text += fmt.Sprintf(" (tried %d times)", h.Attempts)
			}
		}
		events <- event[T]{index: i, end: h}
	}
}

// ending is whether a host's work has ended.
type ending struct {
	mu    sync.Mutex
	ended bool
}

func (e *ending) unlessEnded(do func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.ended {
		do()
	}
}

func (e *ending) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
}

// line puts events in the order of the hosts.
type line[T any] struct {
	ordered bool
	waiting [][]event[T] // of hosts whose turn has not come
	turn    int
}

func newLine[T any](hosts int, ordered bool) *line[T] {
	return &line[T]{ordered: ordered, waiting: make([][]event[T], hosts)}
}

// add delivers an event and those whose turn has come with it, or keeps it.
func (l *line[T]) add(e event[T], deliver func(event[T])) {
	if !l.ordered {
		deliver(e)
		return
	}
	if e.index != l.turn {
		l.waiting[e.index] = append(l.waiting[e.index], e)
		return
	}
	deliver(e)
	for done := e.end != nil; done && l.turn < len(l.waiting); {
		l.turn++
		done = false
		if l.turn == len(l.waiting) {
			return
		}
		for _, kept := range l.waiting[l.turn] {
			deliver(kept)
			done = kept.end != nil
		}
		l.waiting[l.turn] = nil
	}
}
