package vty

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/transport/ssh"
)

// Executor runs commands on a device without a shell, over SSH's "exec": each in a
// session of its own, whose standard error and exit status stand apart. It is for
// servers, and for those devices that have it; there is no prompt, no pager and no
// mode. Its methods may be called at the same time.
type Executor struct {
	host string // as in results
	dial func(context.Context) (*ssh.Client, error)
	cfg  *Config
	def  *platform.Definition

	mu     sync.Mutex
	client *ssh.Client
	used   bool // a command was run on it
	closed bool
}

// Executed is what became of one command that an Executor ran.
type Executed struct {
	*Result        // of standard output; it has neither mode nor prompt
	Stderr  string // what the command wrote there, with line feeds, without the last
	// Status is the exit status; -1 where the device did not say, or a signal ended
	// the command.
	Status int
	Signal string // that ended it, such as "TERM"
}

// StatusError says that a command ended with an exit status that is not zero, or by
// a signal. It wraps ErrRefused.
type StatusError struct {
	Host    string
	Command string
	Status  int    // -1 for a signal
	Signal  string // "" for none
	Stderr  string // its last line, without secrets
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("exit status %d", e.Status)
	if e.Signal != "" {
		text = "signal " + e.Signal
	}
	text = fmt.Sprintf("%s: %q ended with %s", e.Host, e.Command, text)
	if e.Stderr != "" {
		text += ": " + e.Stderr
	}
	return text
}

// Unwrap returns ErrRefused.
func (e *StatusError) Unwrap() error { return ErrRefused }

// DialExec connects to a device to run commands on it without a shell. Of cfg what
// concerns SSH counts; the transport must be SSH. Where a platform is named (not Auto),
// its patterns of refusals judge the answers too, since devices that refuse a command
// mostly end it with status 0. Errors are those of Dial.
func DialExec(ctx context.Context, host string, cfg *Config) (*Executor, error) {
	if cfg == nil {
		cfg = &Config{}
	}
	if cfg.Dial != nil || cfg.Transport != SSH && cfg.Transport != "" {
		return nil, fmt.Errorf("commands without a shell go over %s alone, not over %s: %w", SSH, cmp.Or(string(cfg.Transport), "a connection of your own"), errors.ErrUnsupported)
	}
	cfg = cfg.masked()
	def, err := cfg.definition()
	if err != nil {
		return nil, err
	}
	name, port, err := hostPort(host, cfg)
	if err != nil {
		return nil, err
	}
	e := &Executor{host: name, cfg: cfg, def: def}
	e.dial = func(ctx context.Context) (*ssh.Client, error) {
		ctx, cancel := openContext(ctx, cfg)
		defer cancel()
		sc := cfg.ForSSH()
		host, port, sc, err := cfg.configured(ctx, name, port, sc)
		if err == nil {
			sc.KeepAlive = cfg.keepAlive(sc.KeepAlive)
			var client *ssh.Client
			if client, err = ssh.Connect(ctx, host, port, sc); err == nil {
				return client, nil
			}
		}
		return nil, &DialError{Host: name, Port: port, Phase: PhaseConnect, Err: cfg.masker.Error(err)}
	}
	e.client, err = e.dial(ctx)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Exec runs a command, which may have several lines where the device's shell takes
// them. The error is a *StatusError where it ended badly, a *CommandError where the
// platform knows its answer for a refusal, ErrShell where the device began its shell
// instead, and else that the command was not run or
// has not ended: what it had said is in the result all the same. A device that takes
// one session on a connection is connected to anew.
func (e *Executor) Exec(ctx context.Context, command string) (*Executed, error) {
	r := &Executed{Status: -1, Result: &Result{Host: e.host, Command: command, Started: time.Now(), masker: e.cfg.masker}}
	if e.def != nil {
		r.Platform = e.def.Name
	}
	var out, words bytes.Buffer
	how, err := e.run(ctx, command, &out, &words)
	r.Elapsed = time.Since(r.Started)
	r.Status, r.Signal = how.Status, how.Signal
	r.text, r.Stderr = unixLines(out.String()), unixLines(words.String())
	if e.cfg.Raw {
		r.raw = out.Bytes()
	}
	hidden := e.cfg.masker.Hide(command)
	switch {
	case err != nil:
		r.Partial = true
		return r, fmt.Errorf("%s: %w", e.host, e.cfg.masker.Error(err))
	case r.Status > 0, r.Signal != "":
		r.Failed, r.Reason = true, e.cfg.masker.Hide(lastLine(r.Stderr))
		return r, &StatusError{Host: e.host, Command: hidden, Status: r.Status, Signal: r.Signal, Stderr: r.Reason}
	case e.prompts(out.String()) && e.shells(ctx, out.String()):
		r.Failed, r.Reason = true, ErrShell.Error()
		return r, fmt.Errorf("%s: %q: %w", e.host, hidden, ErrShell)
	case e.def != nil:
		if r.Reason, r.Failed = judge(r.text, e.def.Failures); r.Failed {
			return r, &CommandError{Host: e.host, Command: hidden, Reason: e.cfg.masker.Hide(r.Reason), Answer: r.text}
		}
	}
	return r, nil
}

// prompts reports whether what was said ends at a prompt: FRR's vtysh, as a user's
// shell, takes "exec" for "shell", and ends where nothing is typed. Of a device whose
// platform is not named a prompt is only what a blank follows, as no output's last
// line has it.
func (e *Executor) prompts(out string) bool {
	out = strings.TrimSuffix(strings.TrimSuffix(out, "\n"), "\r")
	line := out[strings.LastIndexByte(out, '\n')+1:]
	prompt := strings.TrimRight(line, " \t\r")
	def := e.def
	if def == nil && line != prompt {
		def, _ = platform.Load(platform.Generic) // it comes with vty
	}
	if def == nil || prompt == "" {
		return false
	}
	_, ok := def.ModeOf(prompt)
	return ok
}

// unknown is what no device takes for a command that does something.
const unknown = "show vtyfrobnicate"

// shells reports whether what was said is no answer: what no device knows brings the
// same. Some devices run the command and show their prompt behind the answer.
func (e *Executor) shells(ctx context.Context, said string) bool {
	var out, words bytes.Buffer
	_, err := e.run(ctx, unknown, &out, &words)
	return err == nil && out.String() == said
}

// run runs a command on the connection, or on a new one where the device has ended it
// or takes no further session on it. What was begun is never begun again.
func (e *Executor) run(ctx context.Context, command string, out, words *bytes.Buffer) (ssh.Executed, error) {
	client, used, err := e.connection(ctx, nil)
	if err != nil {
		return ssh.Executed{Status: -1}, err
	}
	how, err := client.Exec(ctx, command, out, words)
	if used && errors.Is(err, ssh.ErrTooManySessions) {
		if client, _, err = e.connection(ctx, client); err != nil {
			return how, err
		}
		how, err = client.Exec(ctx, command, out, words)
	}
	return how, err
}

// connection is the one to run a command on: another than spent, and one that lives.
func (e *Executor) connection(ctx context.Context, spent *ssh.Client) (client *ssh.Client, used bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, false, ErrClosed
	}
	if e.client == spent || !e.client.Alive() {
		client, err := e.dial(ctx)
		if err != nil {
			return nil, false, err
		}
		_ = e.client.Close()
		e.client, e.used = client, false
	}
	used, e.used = e.used, true
	return e.client, used, nil
}

// Close ends the connection, and what runs on it.
func (e *Executor) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return e.client.Close()
}

// unixLines is text with line feeds alone, and without the last of them.
func unixLines(text string) string {
	return strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}
