package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/bench/router"
)

// A job is one piece of work.
type job struct {
	work   string
	n      int
	packet int
	heap   string // file for a profile of what open sessions hold
	open   func(ctx context.Context) (Session, error)
}

func (j *job) do(ctx context.Context, r *Report) error {
	switch j.work {
	case "open":
		return j.sessions(ctx, r)
	case "commands":
		return j.commands(ctx, r)
	case "lines":
		return j.lines(ctx, r)
	case "stream":
		return j.stream(ctx, r)
	case "fleet":
		return j.fleet(ctx, r)
	case "hold":
		return j.hold(ctx, r)
	case "config":
		return j.config(ctx, r)
	}
	return fmt.Errorf("unknown work %q", j.work)
}

// Sum is the hash of answers as every client has to report it: one space at the
// end of a line more or less is no difference, and the terminal's line ends are
// none.
func Sum(answers ...string) string {
	h := sha256.New()
	for _, a := range answers {
		for line := range strings.Lines(strings.Trim(a, "\r\n")) {
			h.Write([]byte(strings.TrimRight(line, " \r\n")))
			h.Write([]byte{'\n'})
		}
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// StreamSum is the hash of an answer that comes in lines.
type StreamSum struct {
	crc uint32
	buf []byte
}

var table = crc32.MakeTable(crc32.Castagnoli)

// Add takes the next line.
func (s *StreamSum) Add(line string) {
	s.buf = append(append(s.buf[:0], strings.TrimRight(line, " \r\n")...), '\n')
	s.crc = crc32.Update(s.crc, table, s.buf)
}

func (s *StreamSum) String() string { return fmt.Sprintf("%08x", s.crc) }

// Want is the Sum that a piece of work must come to.
func Want(work string, n, packet int) string {
	switch work {
	case "open", "hold":
		return Sum(router.Answer(router.ShowVersion))
	case "commands":
		return Sum(slices.Repeat([]string{router.Answer(router.ShowClock)}, n)...)
	case "lines":
		return Sum(router.Answer(router.ShowLines(n, packet)))
	case "stream":
		var s StreamSum
		for line := range strings.SplitSeq(router.Answer(router.ShowLines(n, packet)), "\n") {
			s.Add(line)
		}
		return s.String()
	case "fleet":
		var answers []string
		for _, c := range fleetCommands {
			answers = append(answers, router.Answer(c))
		}
		return Sum(answers...)
	case "config":
		return fmt.Sprint(n, " accepted")
	}
	return ""
}

// sessions opens, runs one command and closes, n times in turn.
func (j *job) sessions(ctx context.Context, r *Report) error {
	r.Items = j.n
	if _, err := j.one(ctx, &Report{}); err != nil { // caches and page faults of the start
		return err
	}
	c := startClock()
	defer func() { r.Wall = r.Open + r.Run + r.Close }()
	defer c.stop(r)
	for range j.n {
		answer, err := j.one(ctx, r)
		if err != nil {
			return err
		}
		if s := Sum(answer); r.Sum != "" && r.Sum != s {
			return errors.New("the answers differ")
		} else {
			r.Sum = s
		}
	}
	return nil
}

func (j *job) one(ctx context.Context, r *Report) (string, error) {
	begin := time.Now()
	s, err := j.open(ctx)
	if err != nil {
		return "", err
	}
	opened := time.Now()
	answer, err := s.Run(ctx, router.ShowVersion)
	ran := time.Now()
	err = errors.Join(err, s.Close())
	r.Open += opened.Sub(begin).Seconds()
	r.Run += ran.Sub(opened).Seconds()
	r.Close += time.Since(ran).Seconds()
	return answer, err
}

// commands runs n short commands on one session, each awaited.
func (j *job) commands(ctx context.Context, r *Report) error {
	r.Items = j.n
	s, err := j.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	answers := make([]string, 0, j.n)
	took := make([]float64, 0, j.n)
	if _, err := s.Run(ctx, router.ShowClock); err != nil {
		return err
	}
	c := startClock()
	for range j.n {
		begin := time.Now()
		answer, err := s.Run(ctx, router.ShowClock)
		if err != nil {
			return err
		}
		took = append(took, time.Since(begin).Seconds())
		answers = append(answers, answer)
	}
	c.stop(r)
	slices.Sort(took)
	r.Median, r.P99 = took[len(took)/2], took[len(took)*99/100]
	r.Sum = Sum(answers...)
	return nil
}

// lines runs one command with a long answer.
func (j *job) lines(ctx context.Context, r *Report) error {
	s, err := j.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Run(ctx, router.ShowLines(100, 0)); err != nil {
		return err
	}
	before := live()
	c := startClock()
	answer, err := s.Run(ctx, router.ShowLines(j.n, j.packet))
	c.stop(r)
	r.Live = live() - before
	r.RSS = memory("VmRSS") - c.rss
	r.Sum = Sum(answer)
	return err
}

// stream is lines without ever holding the answer.
func (j *job) stream(ctx context.Context, r *Report) error {
	s, err := j.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Run(ctx, router.ShowLines(100, 0)); err != nil {
		return err
	}
	var sum StreamSum
	c := startClock()
	err = s.Stream(ctx, router.ShowLines(j.n, j.packet), sum.Add)
	c.stop(r)
	r.Sum = sum.String()
	return err
}

var fleetCommands = []string{router.ShowVersion, router.ShowClock, router.ShowLines(100, 0)}

// fleet opens n sessions at once, runs three commands on each and closes it.
func (j *job) fleet(ctx context.Context, r *Report) error {
	r.Items = j.n
	if _, err := j.one(ctx, &Report{}); err != nil {
		return err
	}
	sums := make([]string, j.n)
	errs := make([]error, j.n)
	var wg sync.WaitGroup
	c := startClock()
	for i := range j.n {
		wg.Go(func() { sums[i], errs[i] = j.device(ctx) })
	}
	wg.Wait()
	c.stop(r)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%d failed, among them: %.200s", j.n-count(errs, nil), err.Error())
	}
	r.Sum = sums[0]
	if n := count(sums, r.Sum); n != j.n {
		return fmt.Errorf("%d of the answers differ", j.n-n)
	}
	return nil
}

func count[T comparable](list []T, want T) (n int) {
	for _, e := range list {
		if e == want {
			n++
		}
	}
	return n
}

func (j *job) device(ctx context.Context) (string, error) {
	s, err := j.open(ctx)
	if err != nil {
		return "", err
	}
	var answers []string
	for _, command := range fleetCommands {
		answer, err := s.Run(ctx, command)
		if err != nil {
			return "", errors.Join(err, s.Close())
		}
		answers = append(answers, answer)
	}
	return Sum(answers...), s.Close()
}

// openers is how many sessions hold opens at a time: it measures what sessions
// take that are open, not the crowd at the door.
const openers = 8

// hold opens n sessions, runs a command on each and lets them be.
func (j *job) hold(ctx context.Context, r *Report) error {
	r.Items = j.n
	if _, err := j.one(ctx, &Report{}); err != nil {
		return err
	}
	sessions := make([]Session, j.n)
	errs := make([]error, j.n)
	before := live()
	c := startClock()
	gate := make(chan struct{}, openers)
	var wg sync.WaitGroup
	for i := range j.n {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			s, err := j.open(ctx)
			if err != nil {
				errs[i] = err
				return
			}
			sessions[i] = s
			answer, err := s.Run(ctx, router.ShowVersion)
			if Sum(answer) != Want("hold", 0, 0) {
				err = errors.Join(err, errors.New("wrong answer"))
			}
			errs[i] = err
		})
	}
	wg.Wait()
	c.stop(r)
	r.Live = live() - before
	r.RSS = memory("VmRSS") - c.rss
	r.Goroutines = runtime.NumGoroutine()
	if err := writeProfile("heap", j.heap); err != nil {
		return err
	}
	used := CPU()
	time.Sleep(time.Second)
	r.Idle = (CPU() - used).Seconds()
	for _, s := range sessions {
		if s != nil {
			_ = s.Close()
		}
	}
	runtime.KeepAlive(sessions)
	r.Sum = Want("hold", 0, 0)
	return errors.Join(errs...)
}

// config sends n configuration lines.
func (j *job) config(ctx context.Context, r *Report) error {
	s, err := j.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	lines := make([]string, j.n)
	for i := range lines {
		lines[i] = fmt.Sprintf("ip route 10.%d.%d.0 255.255.255.0 192.0.2.1", i/256, i%256)
	}
	c := startClock()
	accepted, err := s.Configure(ctx, lines)
	c.stop(r)
	r.Sum = fmt.Sprint(accepted, " accepted")
	return err
}
