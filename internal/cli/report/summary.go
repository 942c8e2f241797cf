package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/vtynet/vty/internal/cli/streams"
)

// Summary says at the end of a run over several hosts what became of them, with
// what went wrong counted. It is for one goroutine.
type Summary struct {
	total, failed, skipped int
	causes                 []*counted
	index                  map[string]*counted
	begun                  time.Time
}

// counted is a cause and the hosts that it befell.
type counted struct {
	cause string
	hosts []string
}

// NewSummary begins one for so many hosts.
func NewSummary(total int) *Summary {
	return &Summary{total: total, index: map[string]*counted{}, begun: time.Now()}
}

// Failed takes down that a host failed, or was not begun.
func (s *Summary) Failed(label string, begun bool, err error) {
	if begun {
		s.failed++
	} else {
		s.skipped++
	}
	cause := Cause(err)
	c := s.index[cause]
	if c == nil {
		c = &counted{cause: cause}
		s.index[cause] = c
		s.causes = append(s.causes, c)
	}
	c.hosts = append(c.hosts, label)
}

// Well reports whether nothing went wrong.
func (s *Summary) Well() bool { return s.failed+s.skipped == 0 }

// Write writes the summary in so many columns; 0 means 80.
func (s *Summary) Write(w io.Writer, columns int, style streams.Style) {
	columns = cmp.Or(columns, 80)
	line := fmt.Sprintf("vty: %d hosts in %v: %d done", s.total, round(time.Since(s.begun)), s.total-s.failed-s.skipped)
	if s.failed > 0 {
		line += style.Red(fmt.Sprintf(", %d failed", s.failed))
	}
	if s.skipped > 0 {
		line += fmt.Sprintf(", %d not begun", s.skipped)
	}
	_, _ = fmt.Fprintln(w, line)
	slices.SortStableFunc(s.causes, func(a, b *counted) int { return cmp.Compare(len(b.hosts), len(a.hosts)) })
	for _, c := range s.causes {
		_, _ = fmt.Fprintln(w, c.line(columns-1))
	}
}

// line is the count, the cause and as many hosts as there is room for.
func (c *counted) line(columns int) string {
	line := fmt.Sprintf("%8d  ", len(c.hosts))
	room := columns - len(line)
	line += clip(c.cause, room)
	for i, host := range c.hosts {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		rest := ""
		if more := len(c.hosts) - i - 1; more > 0 {
			rest = fmt.Sprintf(" and %d more", more)
		}
		if len([]rune(line+sep+host+rest)) > columns {
			if more := len(c.hosts) - i; i > 0 {
				return line + fmt.Sprintf(" and %d more", more)
			}
			return line
		}
		line += sep + host
	}
	return line
}

// clip is text in so many columns.
func clip(text string, columns int) string {
	if runes := []rune(text); len(runes) > columns {
		return strings.TrimRight(string(runes[:max(columns-3, 0)]), " ") + "..."
	}
	return text
}

// round is a duration as a person would say it.
func round(d time.Duration) time.Duration {
	switch {
	case d < 10*time.Second:
		return d.Round(10 * time.Millisecond)
	case d < time.Minute:
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}
