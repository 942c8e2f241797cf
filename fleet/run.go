package fleet

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/vtynet/vty/transport/ssh"
)

// Task is what is done for a host. It returns what it has, also with an error:
// partial results are kept.
type Task[T any] func(ctx context.Context, s *Session) (T, error)

// Outcome is what became of a host.
type Outcome[T any] struct {
	Host  *Host
	Value T
	Err   error
	// Attempts is how often the host was tried; 0 where it was not begun, and Err
	// then wraps ErrStopped.
	Attempts int
	Elapsed  time.Duration // from the first attempt to the end of the last
}

// Run does a task for every host and yields what becomes of each, as it comes. The
// run begins with the loop over it, and again with every further loop. When ctx
// ends, the tasks are told by theirs, and hosts that were not begun have an outcome
// that says so.
func Run[T any](ctx context.Context, hosts []*Host, task Task[T], opts ...Option) iter.Seq[Outcome[T]] {
	return func(yield func(Outcome[T]) bool) {
		r := &run[T]{cfg: defaults(), task: task}
		for _, o := range opts {
			o(&r.cfg)
		}
		r.limits = newLimits(&r.cfg)
		r.ended = make(chan *job[T], r.cfg.sessions)
		r.ripe = make(chan *job[T], len(hosts))
		r.ctx, r.stop = context.WithCancel(ctx)
		defer r.stop()
		r.open, r.shut = context.WithCancelCause(r.ctx)
		defer r.shut(nil)
		r.yield = yield
		r.waves(hosts)
	}
}

// run is a run of a fleet. Its own goroutine is the caller's.
type run[T any] struct {
	cfg    settings
	task   Task[T]
	ctx    context.Context
	stop   context.CancelFunc
	open   context.Context // ends when no more hosts may begin; its cause says why
	shut   context.CancelCauseFunc
	limits *limits
	files  ssh.KnownFiles

	ended chan *job[T]
	ripe  chan *job[T] // have paused long enough to be tried again
	yield func(Outcome[T]) bool
	left  bool // the caller has left the loop

	running, failed int
	stopped         error
}

// job is a host and what has become of it so far.
type job[T any] struct {
	host     *Host
	outcome  Outcome[T]
	started  time.Time
	connects bool // the attempt opens a session of its own
	open     bool // in the last attempt the device was reached
}

// waves does the hosts wave by wave: the canaries, then batches.
func (r *run[T]) waves(hosts []*Host) {
	for n := 0; len(hosts) > 0; n++ {
		size := len(hosts)
		canary := n == 0 && r.cfg.canary > 0
		if canary {
			size = min(r.cfg.canary, size)
		} else if r.cfg.batch > 0 {
			size = min(r.cfg.batch, size)
		}
		var jobs []*job[T]
		for _, h := range hosts[:size] {
			jobs = append(jobs, &job[T]{host: h, outcome: Outcome[T]{Host: h}})
		}
		hosts = hosts[size:]
		r.wave(jobs)
		if r.left {
			return
		}
		if canary && r.failed > 0 {
			r.begunAll(fmt.Errorf("%w: a canary failed", ErrStopped))
		}
	}
}

// wave does jobs until each has ended.
func (r *run[T]) wave(pending []*job[T]) {
	resting := map[*job[T]]*time.Timer{}
	for {
		r.checkStop()
		if r.stopped != nil {
			for _, j := range pending {
				r.skip(j, r.stopped)
			}
			pending = nil
		}
		if r.stopped != nil || r.left {
			for j, pause := range resting {
				if pause.Stop() { // or else it is ripe
					delete(resting, j)
					r.skip(j, r.stopped)
				}
			}
		}
		// What has ended is taken in first: one look through all that wait is enough.
		if len(r.ended) == 0 && !r.left && !r.limits.full() {
			pending = r.begin(pending)
		}
		if r.running == 0 && len(resting) == 0 && (r.left || len(pending) == 0) {
			return
		}
		over, drained := r.ctx.Done(), r.cfg.drain.Done()
		if r.stopped != nil || r.left {
			over, drained = nil, nil
		}
		select {
		case j := <-r.ended:
			r.running--
			r.limits.end(j.host)
			if pause, again := r.again(j); again {
				resting[j] = time.AfterFunc(pause, func() { r.ripe <- j })
			} else {
				r.deliver(j)
			}
		case j := <-r.ripe:
			delete(resting, j)
			pending = slices.Insert(pending, 0, j)
		case <-r.limits.turn:
		case <-over:
		case <-drained:
		}
	}
}

// checkStop sees whether no more may begin.
func (r *run[T]) checkStop() {
	switch {
	case r.stopped != nil:
	case r.ctx.Err() != nil:
		r.begunAll(fmt.Errorf("%w: %w", ErrStopped, context.Cause(r.ctx)))
	case r.cfg.drain.Err() != nil:
		r.begunAll(fmt.Errorf("%w: %w", ErrStopped, context.Cause(r.cfg.drain)))
	case r.cfg.tolerated >= 0 && r.failed > r.cfg.tolerated:
		r.begunAll(fmt.Errorf("%w: %d hosts failed", ErrStopped, r.failed))
	}
}

// begunAll stops the run from beginning any more hosts, those included that wait
// for their turn under a rate.
func (r *run[T]) begunAll(why error) {
	if r.stopped == nil {
		r.stopped = why
		r.shut(why)
	}
}

// begin begins what the limits allow, and returns what has to wait, in place.
func (r *run[T]) begin(pending []*job[T]) []*job[T] {
	waiting := pending[:0]
	for i, j := range pending {
		if r.left || r.limits.full() {
			if len(waiting) == 0 {
				return pending[i:]
			}
			return append(waiting, pending[i:]...)
		}
		j.connects = r.cfg.pool == nil || !r.cfg.pool.Has(j.host)
		switch may, err := r.limits.begin(j.host, j.connects); may {
		case mustWait:
			waiting = append(waiting, j)
		case broken:
			r.skip(j, err)
		case mayBegin:
			r.running++
			j.outcome.Attempts++
			go func() {
				r.attempt(j)
				r.ended <- j
			}()
		}
	}
	return waiting
}

// skip ends a job that does not begin, or not again.
func (r *run[T]) skip(j *job[T], why error) {
	if j.outcome.Attempts == 0 {
		j.outcome.Err = why
	}
	r.deliver(j)
}

func (r *run[T]) deliver(j *job[T]) {
	out := &j.outcome
	if out.Attempts > 0 {
		out.Elapsed = time.Since(j.started)
		r.notify(Event{Kind: Ended, Host: j.host, Attempt: out.Attempts, Elapsed: out.Elapsed, Err: out.Err})
		if out.Err != nil {
			r.failed++
		}
	} else {
		r.notify(Event{Kind: Skipped, Host: j.host, Err: out.Err})
	}
	if !r.left && !r.yield(*out) {
		r.left = true
		r.stop()
	}
}

// again says whether a job is tried again, and after what pause.
func (r *run[T]) again(j *job[T]) (time.Duration, bool) {
	err := j.outcome.Err
	if err == nil || j.outcome.Attempts == 0 || r.stopped != nil || r.left || r.ctx.Err() != nil || j.outcome.Attempts > r.cfg.retries {
		return 0, false
	}
	// A device that was reached and then not dialled again (after a reload) was
	// told what must not be repeated.
	safe := SafeToRetry(err) && !j.open
	if !transient(err) || !r.cfg.repeatable && !safe || errors.Is(err, ErrAbandoned) {
		return 0, false
	}
	r.notify(Event{Kind: Retrying, Host: j.host, Attempt: j.outcome.Attempts, Err: err})
	most := r.cfg.backoff << min(j.outcome.Attempts-1, 10)
	return most/2 + rand.N(most/2+1), true
}

func (r *run[T]) notify(e Event) {
	for _, hear := range r.cfg.observe {
		hear(e)
	}
}

// attempt tries a host once and leaves in the job what came of it.
func (r *run[T]) attempt(j *job[T]) {
	s := &Session{host: j.host, attempt: j.outcome.Attempts, pool: r.cfg.pool, notify: r.notify, files: &r.files}
	s.loggedIn = func(tried bool, err error) { r.limits.loggedIn(j.host, tried, err) }
	if j.connects || !s.reuse(r.open) {
		err := r.limits.await(r.open, j.host)
		if j.connects {
			r.limits.passed(j.host)
		}
		if err != nil {
			s.end(true)
			if j.outcome.Attempts--; j.outcome.Attempts == 0 {
				j.outcome.Err = err
			}
			return
		}
	}
	if j.started.IsZero() {
		j.started = time.Now()
	}
	r.notify(Event{Kind: Started, Host: j.host, Attempt: s.attempt})
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	if r.cfg.limit > 0 {
		var over context.CancelFunc
		ctx, over = context.WithTimeoutCause(ctx, r.cfg.limit, ErrHostLimit)
		defer over()
	}
	if d := r.cfg.inactive; d > 0 {
		idle := time.AfterFunc(d, func() { cancel(ErrInactive) })
		idle.Stop() // until a session is open
		defer idle.Stop()
		s.alive = func() {
			if ctx.Err() == nil {
				idle.Reset(d)
			}
		}
	}
	j.outcome.Value, j.outcome.Err = r.perform(ctx, s)
	j.open = s.reached.Load()
}

type result[T any] struct {
	value T
	err   error
}

// perform runs the task on a goroutine of its own, so that one that does not return
// can be left behind.
func (r *run[T]) perform(ctx context.Context, s *Session) (T, error) {
	done := make(chan result[T], 1)
	go func() {
		res := result[T]{err: errors.New("the task ended its goroutine")}
		returned := false
		defer func() {
			if v := recover(); v != nil {
				res.err = &PanicError{Value: v, Stack: debug.Stack()}
			}
			s.end(returned)
			done <- res
		}()
		res.value, res.err = r.task(ctx, s)
		returned = true
		if cause := context.Cause(ctx); res.err != nil && (cause == ErrHostLimit || cause == ErrInactive) {
			res.err = &limitError{cause: cause, err: res.err}
		}
	}()
	select {
	case res := <-done:
		return res.value, res.err
	case <-ctx.Done():
	}
	for range 2 {
		patience := time.NewTimer(r.cfg.grace)
		select {
		case res := <-done:
			patience.Stop()
			return res.value, res.err
		case <-patience.C:
			go s.end(false)
		}
	}
	var none T
	return none, fmt.Errorf("%w within %v of its end: %w", ErrAbandoned, 2*r.cfg.grace, context.Cause(ctx))
}

// limitError is a task's error that came of a limit of the run's.
type limitError struct{ cause, err error }

// Error names the limit once.
func (e *limitError) Error() string {
	if text := e.err.Error(); strings.Contains(text, e.cause.Error()) {
		return text
	}
	return e.cause.Error() + ": " + e.err.Error()
}

func (e *limitError) Unwrap() []error { return []error{e.cause, e.err} }
