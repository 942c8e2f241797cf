package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/vtynet/vty/bench/router"
	"github.com/vtynet/vty/bench/work"
)

// report is the file that is written.
type report struct {
	date     time.Time
	machine  string
	revision string
	versions map[string]string
	order    []string // of the versions
	runs     int
	rows     []row
	results  [][]*outcome
	starts   [3][]float64 // of an empty program, "vty version" and "vty run"
}

func newReport(ctx context.Context, runs int) *report {
	commit, _ := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	return &report{
		date: time.Now(), machine: machine(), runs: runs, versions: map[string]string{},
		revision: strings.TrimSpace(string(commit)),
	}
}

func (r *report) add(row row, result []*outcome) {
	r.rows, r.results = append(r.rows, row), append(r.results, result)
	for _, o := range result {
		if len(o.runs) > 0 && r.versions[o.program] == "" {
			r.versions[o.program] = o.runs[0].Version
			r.order = append(r.order, o.program)
		}
	}
}

// machine says what this ran on.
func machine() string {
	model, memory, kernel := "unknown processor", "", ""
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := bytes.Cut(text, []byte("model name\t: ")); ok {
			line, _, _ := bytes.Cut(rest, []byte("\n"))
			model = string(line)
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kb int
		_, _ = fmt.Sscanf(string(text), "MemTotal: %d kB", &kb)
		memory = fmt.Sprintf("%d GB", (kb+1<<19)>>20)
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = "Linux " + strings.TrimSpace(string(text))
	}
	return fmt.Sprintf("%d x %s, %s, %s, load %s as it began", runtime.NumCPU(), model, memory, kernel, load())
}

// load is how many processes wanted a processor in the last five minutes: more than
// there are processors means that the absolute figures are too high.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); len(fields) > 1 {
		return fields[1]
	}
	return "unknown"
}

const intro = `# Performance

What vty costs beside what the protocol costs and beside what others cost: the same work on the same simulated router,
in one run in which the programs took turns, every answer compared by its hash. The absolute figures belong to one
machine; the ratios are what counts.

The **floor** is a bare loop over %s (or a TCP connection, for Telnet) that is right for this one router: it
knows the prompt, looks at the last bytes only, checks nothing and answers no question. "x" is the ratio to it. vty does
its whole work here: it checks the host key, learns the prompt, fences each command by its echo and judges each answer.

To repeat it, on Linux:

    cd bench && go run ./compare -o ../docs/performance.md

`

func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, intro, "`golang.org/x/crypto/ssh`")
	fmt.Fprintf(&b, "Measured %s at revision %s; %s; %s; up to %d runs each, medians; in rows of milliseconds\nthe floor and vty took %d turns in each run.\n\n",
		r.date.Format("2006-01-02"), r.revision, r.machine, runtime.Version(), r.runs, turns)
	var versions []string
	for _, name := range r.order {
		if v := r.versions[name]; v != name {
			versions = append(versions, name+": "+v)
		}
	}
	fmt.Fprintf(&b, "Versions: %s.\n\n", strings.Join(versions, "; "))
	r.summary(&b)
	for i := range r.rows {
		r.table(&b, &r.rows[i], r.results[i])
	}
	b.WriteString(notes)
	return b.String()
}

// summary is the table of limits.
func (r *report) summary(b *strings.Builder) {
	b.WriteString("## The limits\n\n| work | limit | vty |\n|---|---|---|\n")
	for i := range r.rows {
		row := &r.rows[i]
		f, v := find(r.results[i], floor), find(r.results[i], ours)
		if v == nil || len(v.runs) == 0 {
			continue
		}
		fmt.Fprintf(b, "| %s: %s | %s | %s |\n", label(row.transport), row.title, row.limit, row.verdict(f, v, find(r.results[i], "scrapligo")))
	}
	for i, name := range []string{"`vty version`, the whole process", "`vty run`, from its start to the first packet"} {
		fmt.Fprintf(b, "| %s | 15 ms | %s (an empty Go program: %s) |\n", name, seconds(median(r.starts[i+1])), seconds(median(r.starts[0])))
	}
	b.WriteString("\n")
}

func label(transport string) string {
	return map[string]string{"ssh": "SSH", "telnet": "Telnet"}[transport]
}

func find(all []*outcome, name string) *outcome {
	for _, o := range all {
		if o.program == name {
			return o
		}
	}
	return nil
}

// verdict is what vty reached of a row's limit.
func (r *row) verdict(f, v, s *outcome) string {
	over := func(figure func(work.Report) float64) string {
		if f == nil || median(f.each(figure)) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f x", median(v.each(figure))/median(f.each(figure)))
	}
	switch {
	case r.work == "config":
		return fmt.Sprintf("%.1f round trips", r.trips(v))
	case r.delay > 0:
		return fmt.Sprintf("%.1f fewer: %.1f, floor %.1f", r.trips(f)-r.trips(v), r.trips(v), r.trips(f))
	case r.work == "fleet":
		return "CPU " + over(cpu) + ", wall " + over(wall)
	case r.work == "hold":
		return fmt.Sprintf("resident %s (%s a session), heap and stacks %s", over(rss), size(median(v.each(rss))), over(live))
	case r.work == "stream":
		return fmt.Sprintf("%s at the worst; wall %s, CPU %s", size(median(v.each(peak))), over(wall), over(cpu))
	case r.work == "lines":
		return fmt.Sprintf("wall %s, CPU %s; resident at the worst %.1f x the text (floor %.1f), held %.1f x",
			over(wall), over(cpu), r.perText(v, peak), r.perText(f, peak), r.perText(v, live))
	}
	text := "wall " + over(wall) + ", CPU " + over(cpu)
	if s != nil && len(s.runs) > 0 && r.work == "commands" {
		text += fmt.Sprintf("; %.0f x faster than scrapligo v1", median(s.each(wall))/median(v.each(wall)))
	}
	return text
}

func (r *row) perText(o *outcome, figure func(work.Report) float64) float64 {
	if o == nil {
		return 0
	}
	return median(o.each(figure)) / float64(r.n*router.LineSize)
}

// trips is how many round trips one item takes.
func (r *row) trips(o *outcome) float64 {
	if o == nil {
		return 0
	}
	return median(o.each(wall)) / r.delay.Seconds()
}

// table is everything measured of one row.
func (r *report) table(b *strings.Builder, row *row, result []*outcome) {
	fmt.Fprintf(b, "## %s: %s\n\n", label(row.transport), row.title)
	head := []string{"program", "wall", "x", "spread", "CPU", "x", "mallocs", "peak memory", "router's CPU", "right"}
	switch {
	case row.delay > 0:
		head = append(head, "round trips", "open", "run", "close")
	case row.work == "open":
		head = append(head, "open", "run", "close")
	case row.work == "commands":
		head = append(head, "median", "99 %")
	case row.work == "hold":
		head = append(head, "resident", "x", "heap and stacks", "CPU of 1 s idle")
	case row.work == "lines":
		head = append(head, "MB/s", "held")
	}
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat("---|", len(head)))
	f := find(result, floor)
	for _, o := range result {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row.cells(o, f), " | "))
	}
	b.WriteString("\n")
}

func (r *row) cells(o, f *outcome) []string {
	total := len(o.runs) + len(o.failed)
	if total == 0 {
		return []string{o.program, "not run"}
	}
	if len(o.runs) == 0 {
		return []string{o.program, fmt.Sprintf("0 of %d right: %.80v", total, o.failed[0])}
	}
	at := func(figure func(work.Report) float64) float64 { return median(o.each(figure)) }
	ratio := func(figure func(work.Report) float64) string {
		if f == nil || median(f.each(figure)) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f", at(figure)/median(f.each(figure)))
	}
	counted := "-"
	if m := at(mallocs); m > 0 {
		counted = fmt.Sprintf("%.0f", m)
	}
	cells := []string{
		o.program, seconds(at(wall)), ratio(wall), fmt.Sprintf("%.0f %%", 100*spread(o.each(wall))),
		seconds(at(cpu)), ratio(cpu), counted, size(at(peak)),
		seconds(median(o.server) / float64(o.runs[0].Items)), fmt.Sprintf("%d of %d", len(o.runs), total),
	}
	switch {
	case r.delay > 0:
		cells = append(cells, fmt.Sprintf("%.1f", r.trips(o)))
		for _, phase := range phases {
			cells = append(cells, fmt.Sprintf("%.1f", at(phase)/r.delay.Seconds()))
		}
	case r.work == "open":
		for _, phase := range phases {
			cells = append(cells, seconds(at(phase)))
		}
	case r.work == "commands":
		cells = append(cells, seconds(at(func(r work.Report) float64 { return r.Median })), seconds(at(func(r work.Report) float64 { return r.P99 })))
	case r.work == "hold":
		cells = append(cells, size(at(rss)), ratio(rss), size(at(live)), seconds(at(func(r work.Report) float64 { return r.Idle })))
	case r.work == "lines":
		cells = append(cells, fmt.Sprintf("%.0f", float64(r.n*router.LineSize)/1e6/at(wall)), size(at(live)))
	}
	return cells
}

// seconds prints a time with three digits.
func seconds(s float64) string {
	switch {
	case s >= 1:
		return fmt.Sprintf("%.3g s", s)
	case s >= 1e-3:
		return fmt.Sprintf("%.3g ms", s*1e3)
	}
	return fmt.Sprintf("%.3g µs", s*1e6)
}

// size prints a number of bytes.
func size(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.3g MB", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.3g KB", n/1e3)
	}
	return fmt.Sprintf("%.0f B", n)
}

const notes = `## How it is measured

- All figures are for one item of the row: one session, one command, one answer. Wall time is taken inside the client, around
  the work only. CPU is user and system time of the client and of the processes it starts.
- "Peak memory" is how much the resident memory of the client grew at its worst during the work, for one item;
  "held" is what the heap and the stacks have in use while the answer is held.
- The router is one process with canned answers and Ed25519, curve25519, AES-128-GCM; its own CPU is in the table. Where that
  is most of the wall time the router is the limit, and CPU is the figure to look at.
- Every program opens a session of its platform by two commands (terminal width and length) and takes leave by "exit".
  The floor and vty wait for the router to hang up.
- A delayed line is a relay that delivers every byte half a round trip later; TCP's own connection is not delayed by it, so
  its round trip is not counted.
- OpenSSH's ssh is one process and one connection for each command; its columns mean that.
`
