// Package work is what the client programs of the comparison have in common: the
// flags, the pieces of work, and how each is measured. A client brings a way to
// open a session; everything else is the same for all.
package work

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"github.com/vtynet/vty/bench/router"
)

// ErrUnsupported is for work that a client cannot do.
var ErrUnsupported = errors.New("this client cannot do that")

// Target is whom to talk to.
type Target struct {
	Host      string
	Port      int
	Transport string // "ssh" or "telnet"
	User      string
	Password  string
}

// Session is an open session: paging is off and the router at its prompt.
type Session interface {
	Run(ctx context.Context, command string) (answer string, err error)
	// Stream gives the answer line by line.
	Stream(ctx context.Context, command string, line func(string)) error
	// Configure returns how many lines the router accepted.
	Configure(ctx context.Context, lines []string) (accepted int, err error)
	Close() error
}

// Client is one program.
type Client struct {
	Version string
	Open    func(ctx context.Context, t Target) (Session, error)
}

// Report is what a piece of work took. Times are in seconds, memory in bytes.
type Report struct {
	Version    string  `json:"version"`
	Items      int     `json:"items"`  // what the figures are divided by
	Wall       float64 `json:"wall"`   // of all
	CPU        float64 `json:"cpu"`    // of all, children included
	Open       float64 `json:"open"`   // of that, until a session can be used
	Run        float64 `json:"run"`    // the commands
	Close      float64 `json:"close"`  // and its end
	Median     float64 `json:"median"` // of one command
	P99        float64 `json:"p99"`
	Mallocs    uint64  `json:"mallocs"`    // of all
	Allocated  uint64  `json:"allocated"`  // of all
	Peak       int64   `json:"peak"`       // growth of the resident memory at its worst
	Live       int64   `json:"live"`       // growth of the heap in use while the result is held
	RSS        int64   `json:"rss"`        // growth of the resident memory while the result is held
	Idle       float64 `json:"idle"`       // processor time of one second of doing nothing
	Goroutines int     `json:"goroutines"` // while all sessions are open
	Sum        string  `json:"sum"`        // of the answers
	Error      string  `json:"error,omitempty"`
}

// Main runs the work that the flags ask for and prints the Report as JSON.
func Main(c Client) {
	t := Target{User: router.User, Password: router.Password}
	var j job
	flag.StringVar(&t.Host, "host", "127.0.0.1", "`address` of the router")
	flag.IntVar(&t.Port, "port", 0, "`port` of the router")
	flag.StringVar(&t.Transport, "transport", "ssh", "ssh or telnet")
	flag.StringVar(&j.work, "work", "open", "open, commands, lines, stream, fleet, hold or config")
	flag.IntVar(&j.n, "n", 1, "how many sessions, commands, lines")
	flag.IntVar(&j.packet, "packet", 0, "`bytes` in a packet of the router's; 0 for as many as fit")
	timeout := flag.Duration("timeout", 5*time.Minute, "of everything")
	profile := flag.String("cpuprofile", "", "`file` to write a profile of the processor time to")
	allocs := flag.String("memprofile", "", "`file` to write a profile of the allocations to")
	flag.StringVar(&j.heap, "heapprofile", "", "`file` to write a profile of what the sessions of hold hold to")
	flag.Parse()

	ctx, cancel := context.WithTimeout(context.Background(), *timeout)
	defer cancel()
	stop, err := profiles(*profile, *allocs)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	j.open = func(ctx context.Context) (Session, error) { return c.Open(ctx, t) }
	r := &Report{Version: c.Version, Items: 1}
	if err := j.do(ctx, r); err != nil {
		r.Error = err.Error()
	}
	stop()
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// profiles begins the profiles asked for; stop writes them.
func profiles(cpu, allocs string) (stop func(), err error) {
	var f *os.File
	if cpu != "" {
		if f, err = os.Create(cpu); err != nil {
			return nil, err
		}
		if err = pprof.StartCPUProfile(f); err != nil {
			return nil, err
		}
	}
	return func() {
		if f != nil {
			pprof.StopCPUProfile()
			_ = f.Close()
		}
		if err := writeProfile("allocs", allocs); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}, nil
}

// writeProfile writes one of the runtime's profiles, where there is a path.
func writeProfile(name, path string) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup(name).WriteTo(f, 0), f.Close())
}
