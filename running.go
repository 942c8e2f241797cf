package vty

import (
	"context"
	"fmt"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
)

// RunningConfig returns the running configuration as the device shows it. The
// platform's definition knows what of it is not to be kept or compared:
// Platform().Running.Steady takes out the lines that change by themselves, and
// Result.Masked what is secret.
//
// The error wraps ErrUnsupported where the definition knows no command that shows
// it, and is otherwise that of Run.
func (d *Device) RunningConfig(ctx context.Context) (*Result, error) {
	return d.shown(ctx, "showing the running configuration", d.def.Running.Show)
}

// StartupConfig returns the configuration that a restart would bring, as
// RunningConfig does the running one.
func (d *Device) StartupConfig(ctx context.Context) (*Result, error) {
	return d.shown(ctx, "showing the configuration of a restart", d.def.Running.Startup)
}

func (d *Device) shown(ctx context.Context, what, command string) (*Result, error) {
	if command == "" {
		return nil, d.lacking(fmt.Errorf("%s: %s: %s: %w", d.host, d.def.Name, what, ErrUnsupported))
	}
	return d.Run(ctx, command)
}

// complete checks that an answer ends as the platform's outputs do.
func (d *Device) complete(command, answer string) error {
	if d.def.Complete(command, answer) {
		return nil
	}
	return &IncompleteError{Host: d.host, Command: d.cfg.masker.Hide(command)}
}

// usual are the platform's questions with the answers that people give.
func (d *Device) usual() []channel.Ask {
	var asks []platform.Ask
	for _, q := range d.def.Questions {
		if q.Usual != nil {
			asks = append(asks, *q.Usual)
		}
	}
	return d.asks(asks)
}

// suggest adds to the error of a question what people answer, where the
// definition knows it.
func (d *Device) suggest(err error, asked *QuestionError) error {
	for _, q := range d.def.Questions {
		if q.Usual == nil || !q.Prompt.MatchString(asked.Question) {
			continue
		}
		answer := fmt.Sprintf("%q", q.Usual.Answer)
		switch {
		case q.Usual.Secret != "":
			answer = "the " + q.Usual.Secret + " secret"
		case q.Usual.Answer == "":
			answer = "a return"
		}
		return fmt.Errorf("%w (the usual answer is %s: Command.Usual)", err, answer)
	}
	return err
}

// IncompleteError says that an answer does not end as the outputs of its command
// do on this platform: it was cut off, or a line in it was taken for the prompt.
// What there is of it came in the Result. It wraps ErrIncomplete; the session goes
// on.
type IncompleteError struct {
	Host    string
	Command string
}

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("%s: %q: %v: the last line is not the one that such an output ends with", e.Host, auth.Mask(e.Command), ErrIncomplete)
}

// Unwrap returns ErrIncomplete.
func (e *IncompleteError) Unwrap() error { return ErrIncomplete }
