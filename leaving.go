package vty

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/vtynet/vty/transport/ssh"
)

// leaveSilence is how long a device that is expected to leave may say nothing
// before it is taken to have left.
const leaveSilence = 30 * time.Second

// ExpectDisconnect runs a command after which the device leaves: a reload, a
// shutdown, the restart of what carries the session. The end of the session in
// whatever way is success: in order, by a reset, by its login on the same stream,
// or by silence for Command.Silence (0 means 30 s). A prompt may come first, as
// from "reboot" of a Unix host; the session must then end within that time, or
// the error wraps ErrStayed and the session goes on. Where the error is nil the
// session is closed and Result.Ended set.
//
// WaitReady waits for the device to come back.
func (d *Device) ExpectDisconnect(ctx context.Context, cmd Command) (*Result, error) {
	if err := d.typed(cmd); err != nil {
		return nil, err
	}
	if err := d.lock(ctx); err != nil {
		return nil, err
	}
	defer d.unlock()
	if err := d.ready(ctx, cmd); err != nil {
		return nil, err
	}
	if cmd.Silence == 0 {
		cmd.Silence = leaveSilence
	}
	in := d.command(cmd)
	in.Leaves = true
	reply, err := d.ch.Send(ctx, in)
	if err != nil {
		err = fmt.Errorf("%s: %w", d.host, err)
		if reply == nil {
			return nil, err
		}
		res := d.answer(cmd.Line, reply)
		res.Partial = true
		return res, err
	}
	res, err := d.result(cmd.Line, reply)
	if res.Ended || err != nil {
		return res, err
	}
	switch err := d.ch.AwaitEnd(ctx, cmd.Silence); {
	case errors.Is(err, ErrSilence):
		return res, fmt.Errorf("%s: %q: %w within %v: it is at its prompt %q", d.host, d.ch.Mask(cmd.Line), ErrStayed, cmd.Silence, res.Prompt)
	case err != nil:
		return res, fmt.Errorf("%s: %w", d.host, err)
	}
	res.Ended = true
	return res, nil
}

// Ready says how to wait for a device. The zero Ready tries after one second,
// and then ever more rarely, once in 30 s at last.
type Ready struct {
	// First is the pause before the second attempt, 0 for 1 s; it doubles with
	// each attempt up to Longest, 0 for 30 s. A fifth of each is left to chance, so
	// that a fleet does not come all at once.
	First, Longest time.Duration
	// Attempt limits one attempt, 0 for 30 s.
	Attempt time.Duration
	// Check, where not nil, says whether a device that was reached is the one that
	// is waited for, and all of it is up: an error closes the session and means
	// another attempt. A device that goes down slowly can be reached once more.
	Check func(ctx context.Context, dev *Device) error
	// Failed, where not nil, hears of each attempt that failed.
	Failed func(attempt int, err error, next time.Duration)
}

// WaitReady dials host again and again until the device is ready, after a reload
// for example, or ctx ends. It gives up at once where another attempt would fail
// in the same way, or do harm: a user, a password or a key that was refused, a
// host key that is not the one known, mistakes in cfg. The error wraps that of
// the last attempt, and the context's cause where ctx has ended.
func WaitReady(ctx context.Context, host string, cfg *Config, how *Ready) (*Device, error) {
	if how == nil {
		how = &Ready{}
	}
	pause, longest, limit := how.First, how.Longest, how.Attempt
	if pause <= 0 {
		pause = time.Second
	}
	if longest <= 0 {
		longest = 30 * time.Second
	}
	if limit <= 0 {
		limit = 30 * time.Second
	}
	for n := 1; ; n++ {
		dev, err := how.attempt(ctx, host, cfg, limit)
		if err == nil {
			return dev, nil
		}
		if final(err) {
			return nil, err
		}
		next := min(pause, longest)
		next += time.Duration((rand.Float64() - 0.5) * 0.2 * float64(next))
		if how.Failed != nil {
			how.Failed(n, err, next)
		}
		if pause *= 2; !sleep(ctx, next) {
			return nil, fmt.Errorf("%w: %s was not ready after %d attempts: %w", context.Cause(ctx), host, n, err)
		}
	}
}

// attempt dials once.
func (r *Ready) attempt(ctx context.Context, host string, cfg *Config, limit time.Duration) (*Device, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	dev, err := Dial(ctx, host, cfg)
	if err != nil || r.Check == nil {
		return dev, err
	}
	if err := r.Check(ctx, dev); err != nil {
		_ = dev.Close()
		return nil, &notReady{err}
	}
	return dev, nil
}

// notReady is what Ready.Check says of a device: whatever it is, it may pass.
type notReady struct{ err error }

func (e *notReady) Error() string { return e.err.Error() }

func (e *notReady) Unwrap() error { return e.err }

// final reports whether another attempt would be in vain or do harm.
func final(err error) bool {
	var early *notReady
	if errors.As(err, &early) {
		return false
	}
	var dial *DialError
	if !errors.As(err, &dial) {
		return true // a mistake in the configuration
	}
	var secret *SecretError
	return errors.Is(err, ErrLogin) || errors.As(err, &secret) ||
		errors.Is(err, ssh.ErrAuth) || errors.Is(err, ssh.ErrHostKey) ||
		errors.Is(err, ssh.ErrNegotiation)
}

// sleep waits for d; it reports false where ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
