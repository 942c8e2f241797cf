package vty

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
)

// sendLines sends report.Unsent, line by line or ahead of one another.
func (d *Device) sendLines(ctx context.Context, how *platform.Configure, conf Configuration, report *Report) error {
	mode, _ := platform.Target(how.Mode)
	s := &sender{d: d, how: how, conf: conf, report: report, mode: mode, places: append([]string{mode}, how.Places...)}
	for len(report.Unsent) > 0 && s.over == nil {
		if n := s.aheadOf(report.Unsent); n > 1 {
			s.ahead(ctx, report.Unsent[:n])
		} else {
			s.line(ctx, report.Unsent[0])
		}
	}
	if s.over != nil {
		return s.over
	}
	return s.refused
}

// sender sends the lines of a configuration.
type sender struct {
	d       *Device
	how     *platform.Configure
	conf    Configuration
	report  *Report
	mode    string
	places  []string // the mode, and those that lines may lead to
	refused error    // the first refusal
	over    error    // why nothing more is sent
}

// line sends one line and awaits its answer.
func (s *sender) line(ctx context.Context, text string) {
	reply, err := s.d.ch.Send(ctx, s.d.input(platform.Step{Send: text}, append(s.places[:len(s.places):len(s.places)], s.d.home())...))
	if err != nil {
		s.lost(err)
		return
	}
	s.answered(reply)
}

// ahead types lines ahead of one another.
func (s *sender) ahead(ctx context.Context, lines []string) {
	answered := 0
	typed, err := s.d.ch.Ahead(ctx, lines, append(s.places[:len(s.places):len(s.places)], s.d.home()), func(r *channel.Reply) bool {
		answered++
		s.answered(r)
		return s.over == nil
	})
	for ; answered < typed; answered++ {
		s.lost(err)
	}
	if err != nil && s.over == nil {
		s.over = &ConfigureError{Host: s.d.host, Line: len(s.report.Lines), Report: s.report, Err: err}
	}
}

// next takes the next line off those that are unsent.
func (s *sender) next() string {
	text := s.report.Unsent[0]
	s.report.Unsent = s.report.Unsent[1:]
	return text
}

// lost notes a line that was typed and whose answer did not come.
func (s *sender) lost(err error) {
	line := Line{Text: s.next(), Reason: err.Error()}
	if s.over != nil {
		s.report.Beyond = append(s.report.Beyond, line)
		return
	}
	s.report.Lines = append(s.report.Lines, line)
	s.over = &ConfigureError{Host: s.d.host, Line: len(s.report.Lines), Report: s.report, Err: err}
}

// answered notes the answer to the next line.
func (s *sender) answered(reply *channel.Reply) {
	text := s.next()
	line := Line{Text: text, Answer: reply.Text, Prompt: reply.Prompt, Elapsed: reply.Elapsed}
	reason, refused := s.d.refusal(s.how, reply.Text)
	line.Accepted, line.Reason = !refused, reason
	if s.over != nil {
		s.report.Beyond = append(s.report.Beyond, line)
		return
	}
	s.report.Lines = append(s.report.Lines, line)
	n, left := len(s.report.Lines), len(s.report.Unsent)
	if refused && s.refused == nil {
		refusal := &CommandError{Host: s.d.host, Command: s.d.cfg.masker.Hide(text), Reason: s.d.ch.Mask(reason), Answer: reply.Text}
		s.refused = &ConfigureError{Host: s.d.host, Line: n, Report: s.report, Err: s.d.held(s.how, reply.Text, refusal)}
	}
	switch {
	case refused && !s.conf.KeepGoing:
		s.over = s.refused
	case !slices.Contains(s.places, reply.Mode) && left > 0:
		s.over = &ConfigureError{Host: s.d.host, Line: n, Report: s.report, Err: &ModeError{
			Host: s.d.host, From: s.mode, To: s.mode, Seen: reply.Mode,
			Err: fmt.Errorf("the line left configuration mode with %d lines still to come", left),
		}}
	}
}

// aheadOf returns how many lines at the head of lines may be typed ahead of one
// another; 0 or 1 for none.
func (s *sender) aheadOf(lines []string) int {
	window := s.d.def.Typing.Window
	if window <= 0 || s.d.cfg.Confirm > 0 || !s.conf.Ahead && !s.report.Candidate {
		return 0
	}
	alone := func(line string) bool {
		return len(line) >= window || strings.Contains(line, "\n") || s.leaves(strings.TrimSpace(line))
	}
	if n := slices.IndexFunc(lines, alone); n >= 0 {
		return n
	}
	return len(lines)
}

// leaves reports whether a line may lead out of the mode for configuration. What
// follows it would be a command somewhere else.
func (s *sender) leaves(line string) bool {
	if slices.Contains([]string{"exit", "end", "quit", "return", "abort", "commit"}, line) {
		return true
	}
	return slices.ContainsFunc(s.d.def.Transitions, func(t platform.Transition) bool {
		return t.From == s.mode && slices.ContainsFunc(t.Steps, func(step platform.Step) bool { return step.Send == line })
	})
}
