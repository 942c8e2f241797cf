package vty

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/channel"
)

// States that end an operation; errors.Is finds them.
var (
	// ErrClosed: the session is over, whoever ended it.
	ErrClosed = channel.ErrClosed
	// ErrDesync: the device echoed something other than what was typed.
	ErrDesync = channel.ErrDesync
	// ErrSilence: the device said nothing for longer than Config.Silence.
	ErrSilence = channel.ErrSilence
	// ErrLogin: the device refused the user or the password within the session.
	ErrLogin = channel.ErrLogin
	// ErrRefused: the device refused a command.
	ErrRefused = errors.New("refused by the device")
	// ErrNoConfiguration: the platform has no mode that takes configuration lines.
	ErrNoConfiguration = errors.New("the platform has no configuration mode")
	// ErrUnsupported: the platform has no means for what was asked.
	ErrUnsupported = errors.New("the platform has no means for it")
	// ErrLocked: somebody else holds the configuration.
	ErrLocked = errors.New("the configuration is held by another session")
	// ErrAmbiguous: the prompt is that of more than one mode.
	ErrAmbiguous = errors.New("ambiguous prompt")
	// ErrStayed: a command that was to end the session did not.
	ErrStayed = errors.New("the device did not end the session")
	// ErrIncomplete: an answer does not end as the outputs of its command do.
	ErrIncomplete = errors.New("the answer is not complete")
	// ErrShell: the device began a shell instead of running a command without one.
	ErrShell = errors.New("the device began its shell instead of running the command")
	// ErrUnfit: a session is not as it was once it was opened, and cannot be made so.
	ErrUnfit = errors.New("the session is not fit for another user")
	// ErrInput: the text given cannot be typed as one command.
	ErrInput = errors.New("not a command")
)

// The events of a conversation, as package channel reports them.
type (
	// TimeoutError says that what was awaited did not come in time.
	TimeoutError = channel.TimeoutError
	// QuestionError says that the device asked what nobody had an answer for.
	QuestionError = channel.QuestionError
	// DesyncError says how the device got out of step.
	DesyncError = channel.DesyncError
	// ClosedError says that the session ended while something was awaited.
	ClosedError = channel.ClosedError
	// LoginError says why a login within the session failed.
	LoginError = channel.LoginError
)

// Phase is a stage of opening a device.
type Phase string

// The phases, in order.
const (
	PhaseConnect Phase = "connect" // the transport, SSH authentication included
	PhaseLogin   Phase = "login"   // questions within the session, up to the first prompt
	PhaseDetect  Phase = "detect"  // finding out what the device is, where that was asked for
	PhaseMode    Phase = "mode"    // the way to the mode that commands run in
	PhasePrepare Phase = "prepare" // the platform's on-open steps
)

// DialError says in which phase opening a device failed. It wraps the cause: a
// *socket.OpenError, an error of the SSH transport, a *LoginError and so on.
type DialError struct {
	Host  string
	Port  int
	Phase Phase
	Err   error
}

func (e *DialError) Error() string {
	return e.Host + ": " + strings.TrimPrefix(e.Err.Error(), e.Host+": ") // some errors beneath name it as well
}

// Unwrap returns the cause.
func (e *DialError) Unwrap() error { return e.Err }

// CommandError says that the device refused a command. It wraps ErrRefused; the
// session goes on.
type CommandError struct {
	Host    string
	Command string
	Reason  string // the line of the answer that says so
	Answer  string // the whole answer
}

func (e *CommandError) Error() string {
	return fmt.Sprintf("%s: %q refused: %s", e.Host, auth.Mask(e.Command), auth.Mask(strings.TrimSpace(e.Reason)))
}

// Unwrap returns ErrRefused.
func (e *CommandError) Unwrap() error { return ErrRefused }

// ModeError says that a mode could not be reached. It wraps the cause, and
// ErrRefused where the device simply stayed where it was.
type ModeError struct {
	Host     string
	From, To string
	Seen     string // the mode the device is in
	Answer   string // what the device said
	Err      error  // or nil
}

func (e *ModeError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: mode %q could not be reached from %q", e.Host, e.To, e.From)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
		return b.String()
	}
	fmt.Fprintf(&b, ": the device is in %q", e.Seen)
	if answer := strings.TrimSpace(e.Answer); answer != "" {
		fmt.Fprintf(&b, " and says %q", auth.Mask(answer))
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *ModeError) Unwrap() error {
	if e.Err == nil {
		return ErrRefused
	}
	return e.Err
}

// LockedError says that the configuration could not be entered, or a line or the
// commit was refused, because somebody else holds it. It wraps ErrLocked and the
// *ModeError or *CommandError.
type LockedError struct {
	Host string
	Said string // the device's own words, which often name the other
	Err  error
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("%s: %v: %s", e.Host, ErrLocked, auth.Mask(e.Said))
}

// Unwrap returns ErrLocked and the *ModeError or *CommandError.
func (e *LockedError) Unwrap() []error { return []error{ErrLocked, e.Err} }

// TimerError says that the device did not start the timer by which it takes a
// configuration back, as IOS-XE does where no archive is set up. No line was sent.
// It wraps the *ModeError.
type TimerError struct {
	Host string
	Said string // the device's own words
	Err  error
}

func (e *TimerError) Error() string {
	return fmt.Sprintf("%s: no line was sent, since the device starts no timer that would take them back: %q", e.Host, auth.Mask(e.Said))
}

// Unwrap returns the *ModeError.
func (e *TimerError) Unwrap() error { return e.Err }

// AmbiguousError says that a prompt is that of more than one mode of the platform,
// so that nobody can say where the device is. It wraps ErrAmbiguous.
type AmbiguousError struct {
	Host   string
	Prompt string
	Modes  []string // two or more
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s: the prompt %q is that of the modes %s: the platform's definition must tell them apart",
		e.Host, e.Prompt, strings.Join(e.Modes, " and "))
}

// Unwrap returns ErrAmbiguous.
func (e *AmbiguousError) Unwrap() error { return ErrAmbiguous }

// SecretError says that the device asked for a secret that nobody gave, or
// refused the one it was given.
type SecretError struct {
	Name    string
	Refused bool // it was given, and the device asked again
}

func (e *SecretError) Error() string {
	if e.Refused {
		return fmt.Sprintf("the device refused the %s secret", e.Name)
	}
	return fmt.Sprintf("the device asks for the %s secret and none was given", e.Name)
}

// Unwrap returns auth.ErrNoSecret where none was given, and ErrRefused otherwise.
func (e *SecretError) Unwrap() error {
	if e.Refused {
		return ErrRefused
	}
	return auth.ErrNoSecret
}

// InputError says why a text cannot be typed as a command. It wraps ErrInput.
type InputError struct {
	Input string
	Why   string
}

func (e *InputError) Error() string {
	return fmt.Sprintf("%q: %v: %s", auth.Mask(e.Input), ErrInput, e.Why)
}

// Unwrap returns ErrInput.
func (e *InputError) Unwrap() error { return ErrInput }

// ConfigureError says at which configuration line, or at the commit, things went
// wrong. It wraps the cause: a *CommandError where the device refused. What was
// applied, and what became of a candidate, is in the Report.
type ConfigureError struct {
	Host   string
	Line   int // counted from 1; 0 for the commit
	Report *Report
	Err    error
}

func (e *ConfigureError) Error() string {
	place := "the commit"
	if e.Line > 0 {
		place = fmt.Sprintf("line %d", e.Line)
	}
	return fmt.Sprintf("%s: %v; %s", place, e.Err, e.Report.state())
}

// Unwrap returns the cause.
func (e *ConfigureError) Unwrap() error { return e.Err }
