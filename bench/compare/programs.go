package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/vtynet/vty/bench/work"
)

// A program is one client.
type program struct {
	name    string
	command []string
	env     []string
	ssh     bool           // it speaks SSH
	telnet  bool           // and Telnet
	most    map[string]int // how much of a kind of work it is given; 0 for none of it
}

const floor, ours = "floor", "vty"

var (
	// None of the peers streams.
	peer = map[string]int{"stream": 0}
	slow = map[string]int{"stream": 0, "open": 10, "fleet": 100, "hold": 20, "commands": 50, "lines": 20_000}
	// Its Telnet session takes a second to open.
	late = map[string]int{"stream": 0, "open": 3, "fleet": 100, "hold": 0, "commands": 300}
	// A process for each command knows no sessions.
	once = map[string]int{"stream": 0, "open": 5, "fleet": 100, "commands": 0, "hold": 0, "config": 0, "lines": 200_000}
)

// build compiles the clients and the router into dir, without cgo: nothing here needs
// it, and a process starts sooner that loads no library.
func build(ctx context.Context, dir string) error {
	to := dir + string(filepath.Separator)
	for _, args := range [][]string{
		{"build", "-o", to, "./clients/...", "./cmd/..."},
		{"build", "-C", "..", "-o", to, "./cmd/vty"}, // of the other module
	} {
		c := exec.CommandContext(ctx, "go", args...)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("build: %w\n%s", err, out)
		}
	}
	return nil
}

// programs are those that can run here, the floor first.
func programs(dir string) []program {
	in := func(name string) []string { return []string{filepath.Join(dir, name)} }
	all := []program{
		{name: floor, command: in("floor"), ssh: true, telnet: true},
		{name: ours, command: in("client-vty"), ssh: true, telnet: true},
		{name: "scrapligo", command: in("scrapligo"), ssh: true, most: peer},
		{name: "scrapligo", command: in("scrapligo"), telnet: true, most: late},
		{name: "scrapligo system", command: in("scrapligo"), env: []string{"BENCH_TRANSPORT=system"}, ssh: true,
			most: map[string]int{"stream": 0, "open": 10, "fleet": 100, "hold": 100}},
	}
	if _, err := exec.LookPath("ssh"); err == nil {
		all = append(all, program{name: "OpenSSH", command: in("openssh"), ssh: true, most: once})
	}
	const debian = "/usr/bin/python3"
	for _, name := range []string{"paramiko", "netmiko", "asyncssh"} {
		if exec.Command(debian, "-c", "import "+name).Run() == nil {
			all = append(all, program{name: name, command: []string{debian, "clients/python/client.py", name},
				ssh: true, most: slow})
		}
	}
	return all
}

// A row is one piece of work, done by all programs that can.
type row struct {
	title     string
	transport string
	work      string
	n         int
	packet    int
	delay     time.Duration // a round trip through the relay
	only      []string      // programs; nil for all
	runs      int           // at most; 0 for as many as asked for
	turns     int           // of the floor and vty in each run, since work of milliseconds scatters; 0 for one
	limit     string        // in words
}

// part is how much of the row's work a program is given, 0 for none.
func (r *row) part(p *program) int {
	if r.transport == "telnet" && !p.telnet || r.transport == "ssh" && !p.ssh ||
		r.only != nil && !slices.Contains(r.only, p.name) {
		return 0
	}
	if most, limited := p.most[r.work]; limited {
		if r.n > most && (r.work == "lines" || r.work == "fleet") {
			return 0 // a smaller answer would be another row
		}
		return min(r.n, most)
	}
	return r.n
}

const timeout = 3 * time.Minute

// run has a program do the row's work at an address once.
func run(ctx context.Context, p *program, r *row, n, port int) (work.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	args := append(p.command[1:len(p.command):len(p.command)], "-transport", r.transport, "-port", strconv.Itoa(port),
		"-work", r.work, "-n", strconv.Itoa(n), "-packet", strconv.Itoa(r.packet))
	c := exec.CommandContext(ctx, p.command[0], args...)
	c.Env = append(os.Environ(), p.env...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	var report work.Report
	err := c.Run()
	if e := json.Unmarshal(stdout.Bytes(), &report); e != nil {
		return report, fmt.Errorf("%w %v: %.300s", err, e, stderr.String())
	}
	if report.Error != "" {
		return report, fmt.Errorf("%.300s", report.Error)
	}
	if want := work.Want(r.work, n, r.packet); report.Sum != want {
		return report, fmt.Errorf("wrong answer: %s, want %s", report.Sum, want)
	}
	return report, nil
}
