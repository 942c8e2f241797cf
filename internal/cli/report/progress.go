package report

import (
	"fmt"
	"io"

	"github.com/vtynet/vty/internal/cli/streams"
)

// Progress is a line that counts the hosts that are done. It shows on a terminal
// only, and only where there are several hosts. It is for one goroutine.
type Progress struct {
	w     io.Writer // nil: no progress
	total int
	shown bool
}

// NewProgress makes a Progress for so many hosts.
func NewProgress(w io.Writer, total int) *Progress {
	if _, ok := streams.Terminal(w); !ok || total < 2 {
		w = nil
	}
	return &Progress{w: w, total: total}
}

// Done shows how many hosts are done.
func (p *Progress) Done(count int) {
	if p.w == nil {
		return
	}
	p.shown = true
	_, _ = fmt.Fprintf(p.w, "\r%d of %d hosts done", count, p.total)
}

// Clear takes the line away, before anything else is written.
func (p *Progress) Clear() {
	if p.shown {
		p.shown = false
		_, _ = io.WriteString(p.w, "\r\x1b[K")
	}
}
