// Compare runs the same work with every client program that this machine has, in
// turn, and writes what they took to a Markdown file.
//
//	go run ./compare -o ../docs/performance.md
//
// The programs take turns in every round, beginning with another each time, so
// that what else the machine does meets all of them. A wrong answer voids its
// run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
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
		err = os.WriteFile(*path, []byte(text), 0o644)
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
	programs := programs(dir)
	for _, r := range rows(o.quick) {
		if !strings.Contains(fmt.Sprint(r.transport, " ", r.work, " ", r.n, " ", r.title), o.rows) {
			continue
		}
		begin := time.Now()
		result, err := measure(ctx, server, &r, programs, o.programs, o.runs)
		if err != nil {
			return "", err
		}
		report.add(r, result)
		fmt.Fprintf(os.Stderr, "%s: %s: %v\n", r.transport, r.title, time.Since(begin).Round(time.Millisecond))
	}
	if report.starts, err = starts(ctx, dir, o.runs); err != nil {
		return "", err
	}
	return report.markdown(), nil
}

// measure runs one row with all programs in turn.
func measure(ctx context.Context, s *server, r *row, programs []program, only string, runs int) ([]*outcome, error) {
	port, err := s.port(r)
	if err != nil {
		return nil, err
	}
	if r.runs > 0 {
		runs = min(runs, r.runs)
	}
	var all []*outcome
	var by []*program
	for i := range programs {
		p := &programs[i]
		if n := r.part(p); n > 0 && (only == "" || strings.Contains(","+only+",", ","+p.name+",")) {
			all, by = append(all, &outcome{program: p.name, n: n}), append(by, p)
		}
	}
	for round := range runs {
		for i := range all {
			i = (i + round) % len(all)
			before, err := s.cpu()
			if err != nil {
				return nil, err
			}
			report, err := run(ctx, by[i], r, all[i].n, port)
			after, e := s.cpu()
			if e != nil {
				return nil, e
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				fmt.Fprintf(os.Stderr, "  %s: %v\n", by[i].name, err)
				all[i].failed = append(all[i].failed, err)
				continue
			}
			all[i].runs = append(all[i].runs, report)
			all[i].server = append(all[i].server, (after - before).Seconds())
		}
	}
	return all, nil
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
