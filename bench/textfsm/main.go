//go:build unix

// Command textfsm measures vty's TextFSM engine, gotextfsm and Python's textfsm
// side by side: all raw outputs of a checkout of ntc-templates through the
// templates that its index picks, compiled beforehand on all sides. The engines
// take turns, each on one core. What counts is the median of the processor's time,
// garbage collection included: it is not disturbed by what else the machine does.
//
//	go run ./textfsm -templates CHECKOUT
package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sirikothe/gotextfsm"
	"github.com/vtynet/vty/textfsm"
)

//go:embed reference.py
var reference string

// task is one output through one template.
type task struct {
	Template string `json:"template"` // file
	Raw      string `json:"raw"`      // file
	text     string
	ours     *textfsm.Template
	peer     *gotextfsm.TextFSM // nil if it does not compile there
}

func main() {
	dir := flag.String("templates", os.Getenv("VTY_NTC_TEMPLATES"), "checkout of ntc-templates")
	rounds := flag.Int("rounds", 9, "how often each engine runs")
	python := flag.String("python", "python3", "a Python that has textfsm")
	flag.Parse()
	log.SetFlags(0)
	if *dir == "" {
		log.Fatal("-templates names no checkout of ntc-templates")
	}
	runtime.GOMAXPROCS(1)
	if err := run(*dir, *python, *rounds); err != nil {
		log.Fatal(err)
	}
}

func run(dir, python string, rounds int) error {
	tasks, err := corpus(dir)
	if err != nil {
		return err
	}
	var common []*task
	lines, size := 0, 0
	for _, t := range tasks {
		lines += strings.Count(t.text, "\n")
		size += len(t.text)
		if t.peer != nil {
			common = append(common, t)
		}
	}
	fmt.Printf("%d outputs, %d lines, %.1f MB; gotextfsm takes the templates of %d\n", len(tasks), lines, float64(size)/1e6, len(common))
	py, err := startPython(python, tasks)
	if err != nil {
		return err
	}
	defer py.close()

	var all, part, peer, ref []time.Duration
	for range rounds {
		all = append(all, timed(func() { runOurs(tasks) }))
		d, err := py.run()
		if err != nil {
			return err
		}
		ref = append(ref, d)
		part = append(part, timed(func() { runOurs(common) }))
		peer = append(peer, timed(func() { runPeer(common) }))
	}
	fmt.Printf("all outputs:         vty %v, python3-textfsm %v: %.1f times\n", median(all), median(ref), float64(median(ref))/float64(median(all)))
	fmt.Printf("those of gotextfsm:  vty %v, gotextfsm %v: %.1f times\n", median(part), median(peer), float64(median(peer))/float64(median(part)))

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runOurs(tasks)
	runtime.ReadMemStats(&after)
	fmt.Printf("vty: %.2f allocations and %.0f bytes a line, %.0f ns a line\n", float64(after.Mallocs-before.Mallocs)/float64(lines),
		float64(after.TotalAlloc-before.TotalAlloc)/float64(lines), float64(median(all).Nanoseconds())/float64(lines))
	runtime.ReadMemStats(&before)
	runPeer(common)
	runtime.ReadMemStats(&after)
	fmt.Printf("gotextfsm: %.2f allocations a line\n", float64(after.Mallocs-before.Mallocs)/float64(lines))
	return nil
}

// corpus reads the outputs and compiles their templates.
func corpus(dir string) ([]*task, error) {
	lib, err := textfsm.OpenLibrary(dir)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "tests", "*", "*", "*.raw"))
	if err != nil {
		return nil, err
	}
	peers := map[string]*gotextfsm.TextFSM{}
	var tasks []*task
	for _, file := range files {
		folder := filepath.Dir(file)
		templates, err := lib.Templates(filepath.Base(filepath.Dir(folder)), strings.ReplaceAll(filepath.Base(folder), "_", " "))
		if err != nil {
			continue // not in the index of this part of the collection
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, t := range templates {
			if _, ok := peers[t.Name()]; !ok {
				peers[t.Name()] = compilePeer(t.Name())
			}
			tasks = append(tasks, &task{Template: t.Name(), Raw: file, text: string(text), ours: t, peer: peers[t.Name()]})
		}
	}
	return tasks, nil
}

func compilePeer(file string) *gotextfsm.TextFSM {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	fsm := &gotextfsm.TextFSM{}
	if fsm.ParseString(string(text)) != nil {
		return nil
	}
	return fsm
}

func runOurs(tasks []*task) {
	for _, t := range tasks {
		if _, err := t.ours.RunText(t.text); err != nil {
			log.Fatalf("%s: %v", t.Raw, err)
		}
	}
}

func runPeer(tasks []*task) {
	for _, t := range tasks {
		out := gotextfsm.ParserOutput{}
		// It keeps values of the text before in the template.
		out.Reset(*t.peer)
		_ = out.ParseTextString(t.text, *t.peer, true) // it fails on a few that are right
	}
}

func timed(f func()) time.Duration {
	runtime.GC()
	begin := processorTime()
	f()
	return processorTime() - begin
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

// pythonEngine is the reference in a process of its own, which times itself.
type pythonEngine struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startPython(python string, tasks []*task) (*pythonEngine, error) {
	cmd := exec.Command(python, "-c", reference)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &pythonEngine{cmd, in, bufio.NewReader(out)}
	return p, json.NewEncoder(in).Encode(tasks)
}

func (p *pythonEngine) run() (time.Duration, error) {
	if _, err := io.WriteString(p.in, "run\n"); err != nil {
		return 0, err
	}
	var seconds float64
	_, err := fmt.Fscanln(p.out, &seconds)
	return time.Duration(seconds * 1e9), err
}

func (p *pythonEngine) close() {
	_ = p.in.Close()
	_ = p.cmd.Wait()
}
