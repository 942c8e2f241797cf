package doctor

import (
	"fmt"
	"time"

	"github.com/vtynet/vty/internal/cli/exit"
)

// outcome is how a step went.
type outcome string

const (
	well   outcome = "ok"
	failed outcome = "failed"
	noted  outcome = "note"
)

// step is one step of the way.
type step struct {
	Phase   string  `json:"phase"`
	Outcome outcome `json:"outcome"`
	Text    string  `json:"text"`
	Elapsed float64 `json:"elapsed_ms"` // 0 where there is nothing to measure
}

func (s *step) took() string {
	if s.Elapsed == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f ms", s.Elapsed)
}

// findings are what became of the way, and what is to be done.
type findings struct {
	Host      string `json:"host"`
	Transport string `json:"transport"`
	User      string `json:"user"`
	Platform  string `json:"platform"`
	OK        bool   `json:"ok"`
	Steps     []step `json:"steps"`
	Prompt    string `json:"prompt"`
	Mode      string `json:"mode"`
	Verdict   string `json:"verdict"`
	ToDo      string `json:"to_do"`

	status exit.Status

	unprepared bool // the terminal could not be set as the platform wants it
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
