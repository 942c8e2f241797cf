package transfer

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/transfer"
)

// meter is a line that shows how far the copy to one host is, on a terminal only.
type meter struct {
	w     io.Writer // nil shows nothing
	host  string
	shown bool
	last  atomic.Int64
}

func newMeter(w io.Writer, host string) *meter {
	if _, ok := streams.Terminal(w); !ok {
		w = nil
	}
	return &meter{w: w, host: host}
}

// calm is the least time from one change of the line to the next.
const calm = 200 * time.Millisecond

// due tells whether the line may change again. Any goroutine may ask.
func (m *meter) due() bool {
	now, last := time.Now().UnixNano(), m.last.Load()
	return now-last >= int64(calm) && m.last.CompareAndSwap(last, now)
}

func (m *meter) show(p transfer.Progress) {
	if m.w == nil {
		return
	}
	m.shown = true
	percent := 100.0
	if p.Total > 0 {
		percent = 100 * float64(p.Done) / float64(p.Total)
	}
	_, _ = fmt.Fprintf(m.w, "\r\x1b[K%s: %.0f %% of %s, %s", m.host, percent, size(p.Total), rate(p.Done, p.Elapsed))
}

// clear takes the line away, before anything else is written.
func (m *meter) clear() {
	if m.shown {
		m.shown = false
		_, _ = io.WriteString(m.w, "\r\x1b[K")
	}
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%.0f GiB", float64(n)/(1<<30))
	case n >= 10<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	case n >= 10<<10:
		return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

// rate writes bytes a second for people.
func rate(n int64, elapsed time.Duration) string {
	if elapsed <= 0 {
		elapsed = time.Millisecond
	}
	return size(int64(float64(n)/elapsed.Seconds())) + "/s"
}
