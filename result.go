package vty

import (
	"strings"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/platform"
)

// Result is the answer to one command. It does not change once it is returned.
type Result struct {
	Host     string
	Platform string
	Command  string
	Mode     string   // the mode the device was in afterwards
	Prompt   string   // the prompt that ended the answer
	Aside    []string // lines the device sent unasked, before it echoed the command or behind the prompt
	Started  time.Time
	Elapsed  time.Duration
	Failed   bool   // the device refused the command
	Reason   string // the line of the answer that says so
	Ended    bool   // the device ended the session
	Partial  bool   // the answer is not complete: an error came with it
	Stopped  bool   // by Command.Lines or Command.Until

	text    string
	raw     []byte
	masker  *auth.Masker
	running *platform.Running
}

// Text returns the answer as a person would have read it: without echo, prompt,
// pager and escape codes, lines separated by line feeds, and without the last
// line end.
func (r *Result) Text() string { return r.text }

// Masked returns Text without its secrets, for a log or a ticket: those that the
// session has used, wherever they stand, what the platform's definition knows to be
// secret in a configuration, and what follows the usual words for one (auth.Mask).
// What none of them knows stays.
func (r *Result) Masked() string {
	text := r.masker.Mask(r.text)
	if r.running != nil {
		text = r.running.Masked(text)
	}
	return text
}

// Raw returns every byte that the device sent between the command and the end
// of the prompt, where Config.Raw asked for it; nil otherwise, and of a command with
// Lines or Until, whose answer may have no end. The caller must not change it.
func (r *Result) Raw() []byte { return r.raw }

// Lines returns Text in lines; none for an empty answer.
func (r *Result) Lines() []string {
	if r.text == "" {
		return nil
	}
	return strings.Split(r.text, "\n")
}
