package transporttest

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// census is what a process has at one moment.
type census struct {
	goroutines  map[string]string // stack by number
	descriptors []string          // what each is, where the system tells
}

func takeCensus(t *testing.T) census {
	t.Helper()
	return census{goroutines: goroutines(), descriptors: descriptors()}
}

// check fails the test if there is more than there was. A goroutine that has
// done its last work is still there until it was scheduled once more, and no
// event tells of its end, so this looks again for a while.
func (c census) check(t *testing.T) {
	t.Helper()
	var left, open []string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		left = left[:0]
		now := goroutines()
		for number, stack := range now {
			if _, ok := c.goroutines[number]; !ok {
				left = append(left, stack)
			}
		}
		open = added(c.descriptors, descriptors())
		if len(left) == 0 && len(open) == 0 {
			return
		}
	}
	for _, stack := range left {
		t.Errorf("a goroutine is left:\n%s", stack)
	}
	for _, d := range open {
		t.Errorf("a descriptor is left: %s", d)
	}
}

// added is what after has more of than before.
func added(before, after []string) []string {
	count := map[string]int{}
	for _, d := range before {
		count[d]++
	}
	var more []string
	for _, d := range after {
		if count[d]--; count[d] < 0 {
			more = append(more, d)
		}
	}
	return more
}

func goroutines() map[string]string {
	buf := make([]byte, 1<<16)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	all := map[string]string{}
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		number, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine "), " ")
		all[number] = stack
	}
	// The runtime starts workers of its own when it sees fit.
	maps.DeleteFunc(all, func(_, stack string) bool { return strings.Contains(stack, "runtime.ensureSigM") })
	return all
}

// descriptors lists the open descriptors where the system has a folder of them
// (Linux, macOS), by what they are rather than by number.
func descriptors() []string {
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		var list []string
		for _, e := range entries {
			what, err := os.Readlink(filepath.Join(dir, e.Name()))
			if err != nil {
				what = "descriptor " + e.Name()
			}
			if strings.HasPrefix(what, "/proc/") {
				continue // the listing's own
			}
			// A file may lose its name meanwhile and is the same descriptor still.
			list = append(list, strings.TrimSuffix(what, " (deleted)"))
		}
		slices.Sort(list)
		return list
	}
	return nil
}
