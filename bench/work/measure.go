package work

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

// CPU is the processor time used by this process and by its children that have
// ended.
func CPU() time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return total
}

// memory is a line of /proc/self/status in bytes: "VmRSS" is what is in memory
// now, "VmHWM" the most that ever was.
func memory(name string) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte(name+":"))
	field, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	kb, _ := strconv.ParseInt(string(field), 10, 64)
	return kb << 10
}

// rest gives what is not in use back to the system, so that memory says what is.
func rest() {
	runtime.GC()
	debug.FreeOSMemory()
}

// A clock measures one piece of work.
type clock struct {
	start   time.Time
	cpu     time.Duration
	mallocs runtime.MemStats
	rss     int64
}

func startClock() *clock {
	c := &clock{}
	rest()
	// From here on VmHWM counts anew.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	runtime.ReadMemStats(&c.mallocs)
	c.rss = memory("VmRSS")
	c.cpu, c.start = CPU(), time.Now()
	return c
}

// stop writes what the work took to r.
func (c *clock) stop(r *Report) {
	r.Wall = time.Since(c.start).Seconds()
	r.CPU = (CPU() - c.cpu).Seconds()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	r.Mallocs = now.Mallocs - c.mallocs.Mallocs
	r.Allocated = now.TotalAlloc - c.mallocs.TotalAlloc
	r.Peak = max(memory("VmHWM")-c.rss, 0)
}

// live is how much of the heap and of the stacks is in use.
func live() int64 {
	var m runtime.MemStats
	rest()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
