package vty

import (
	"fmt"
	"slices"
	"time"
)

// Report is what became of a configuration.
type Report struct {
	Lines     []Line   // those that were sent
	Beyond    []Line   // those that were sent, too, since they were typed before it was known that the last of Lines failed
	Unsent    []string // those that were not
	Candidate bool     // the platform collects lines in a candidate that is committed
	Committed bool     // the candidate was made live
	Aborted   bool     // the candidate was thrown away, or the lines were taken back at once
	LetGo     bool     // what was not finished in a place below (FortiOS' edit) was thrown away: of the lines taken, those since are not in effect
	Uncertain bool     // the commit was typed, and how it ended is not known
	Commit    string   // what the device said to the commit
	Saved     bool     // the running configuration was saved
	Diff      string   // what the candidate would change, as the device shows it; see Configuration.Diff
	Check     string   // what the device said to the check
	Timed     bool     // the commit, or the lines that acted at once, are taken back unless confirmed in time; see Device.Confirm
}

// Line is one configuration line and the device's answer.
type Line struct {
	Text     string // as sent
	Answer   string // as answered; "" for a line taken without a word
	Accepted bool
	Reason   string // the part of Answer that refuses it
	Prompt   string // that followed
	Elapsed  time.Duration
}

// Applied returns how many lines the device took.
func (r *Report) Applied() int {
	n := 0
	for _, l := range slices.Concat(r.Lines, r.Beyond) {
		if l.Accepted {
			n++
		}
	}
	return n
}

// state says in words what is in effect.
func (r *Report) state() string {
	switch {
	case r.Uncertain:
		return "whether it took effect is not known: look at the device"
	case r.Timed && r.Committed:
		return "the configuration was committed, and is taken back unless it is confirmed in time"
	case r.Aborted && r.Candidate:
		return "nothing was changed: the candidate was thrown away"
	case r.Aborted:
		return "nothing is changed: the device took back what was in effect"
	case r.Committed:
		return "the configuration was committed all the same"
	case r.Candidate:
		return fmt.Sprintf("nothing was committed, and %d lines may be left in the candidate", r.Applied())
	}
	state := fmt.Sprintf("%d of %d lines are in effect", r.Applied(), len(r.Lines)+len(r.Beyond)+len(r.Unsent))
	if r.LetGo {
		state = fmt.Sprintf("%d of %d lines were taken, and what they had begun and not finished was thrown away", r.Applied(), len(r.Lines)+len(r.Beyond)+len(r.Unsent))
	}
	if n := len(r.Beyond); n > 0 {
		state += fmt.Sprintf(", with what came of the %d that were typed before the refusal was known", n)
	}
	if r.Timed {
		state += ", and the device takes them back by itself when its timer ends"
	}
	return state
}
