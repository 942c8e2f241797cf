// Compare runs the same work with every client program that this machine has, in
// turn, and writes what they took to a Markdown file.
//
//	go run ./compare -o ../docs/performance.md
//
// Every round does all the work once. The programs take turns at each piece of it,
// beginning with another each time, so that what else the machine does meets all of
// them. A wrong answer voids its run. An interrupt ends the comparison with the runs
// that are done. What people wrote at the end of the file, behind its mark, is kept.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	flag.IntVar(&o.runs, "runs", 7, "runs of each row by each program")
	flag.StringVar(&o.programs, "programs", "", "`names` of the programs to run, separated by commas; all by default")
	flag.StringVar(&o.rows, "rows", "", "only rows whose transport, work and title hold this `text`")
	flag.BoolVar(&o.quick, "quick", false, "a moment of everything, to see that it works")
	path := flag.String("o", "", "`file` to write to; standard output by default")
	flag.Parse()
	text, err := compare(ctx, o)
	if err == nil && *path != "" {
		err = write(*path, text)
	} else if err == nil {
		_, err = os.Stdout.WriteString(text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// options are what to compare.
type options struct {
	runs           int
	programs, rows string
	quick          bool
}

// compare runs the comparison and returns the report as Markdown.
func compare(ctx context.Context, o options) (text string, err error) {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := build(ctx, dir); err != nil {
		return "", err
	}
	server, err := startServer(dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = server.close() }()

	report := newReport(ctx, o.runs)
	if report.starts, err = starts(ctx, dir, o.runs); err != nil {
		return "", err
	}
	var contests []*contest
	programs := programs(dir)
	for _, r := range rows(o.quick) {
		if strings.Contains(fmt.Sprint(r.transport, " ", r.work, " ", r.n, " ", r.title), o.rows) {
			contests = append(contests, newContest(r, programs, o.programs))
		}
	}
	for round := range o.runs {
		begin := time.Now()
		for _, c := range contests {
			if err := c.run(ctx, server, round); err != nil {
				return "", err
			}
		}
		fmt.Fprintf(os.Stderr, "run %d of %d: %v\n", round+1, o.runs, time.Since(begin).Round(time.Second))
	}
	for _, c := range contests {
		report.add(c.row, c.outcomes)
	}
	return report.markdown(), nil
}

// A contest is one row of work with the programs that do it.
type contest struct {
	row      row
	programs []*program
	outcomes []*outcome // of each program
}

func newContest(r row, programs []program, only string) *contest {
	c := &contest{row: r}
	for i := range programs {
		p := &programs[i]
		if n := r.part(p); n > 0 && (only == "" || strings.Contains(","+only+",", ","+p.name+",")) {
			c.outcomes, c.programs = append(c.outcomes, &outcome{program: p.name, n: n}), append(c.programs, p)
		}
	}
	return c
}

// run has every program do the work once. Once the context has ended nothing is done
// any more, and a run that it broke off does not count.
func (c *contest) run(ctx context.Context, s *server, round int) error {
	if c.row.runs > 0 && round >= c.row.runs {
		return nil
	}
	port, err := s.port(&c.row)
	if err != nil {
		return err
	}
	for i := range c.outcomes {
		if err := c.turn(ctx, s, port, (i+round)%len(c.outcomes)); err != nil {
			return err
		}
	}
	for more := 1; more < c.row.turns; more++ {
		for i := range c.outcomes {
			if i = (i + more) % len(c.outcomes); slices.Contains(pair, c.programs[i].name) {
				if err := c.turn(ctx, s, port, i); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// turn has one program do the work.
func (c *contest) turn(ctx context.Context, s *server, port, i int) error {
	if ctx.Err() != nil {
		return nil
	}
	o, p := c.outcomes[i], c.programs[i]
	before, err := s.cpu()
	if err != nil {
		return err
	}
	report, err := run(ctx, p, &c.row, o.n, port)
	after, e := s.cpu()
	switch {
	case e != nil:
		return e
	case ctx.Err() != nil:
	case err != nil:
		fmt.Fprintf(os.Stderr, "  %s: %s: %s: %v\n", c.row.transport, c.row.title, p.name, err)
		o.failed = append(o.failed, err)
	default:
		o.runs = append(o.runs, report)
		o.server = append(o.server, (after - before).Seconds())
	}
	return nil
}

// starts is how long our own command takes to start.
func starts(ctx context.Context, dir string, runs int) (all [3][]float64, err error) {
	for range runs {
		for i, start := range []func(context.Context, string) (time.Duration, error){startEmpty, startVersion, startRun} {
			took, err := start(ctx, dir)
			if err != nil {
				return all, fmt.Errorf("start of a process: %w", err)
			}
			all[i] = append(all[i], took.Seconds())
		}
	}
	return all, nil
}
