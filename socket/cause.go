package socket

import (
	"context"
	"errors"
	"syscall"
)

// What [errors.Is] finds beneath an [OpenError], besides the system's errors
// and the context's. ErrNotOpened is beneath every one; the others are there
// when the lookup, the proxy or at least one attempt ended so.
var (
	ErrNotOpened    = errors.New("socket not opened")
	ErrUnresolved   = errors.New("name not resolved")
	ErrRefused      = errors.New("connection refused")
	ErrTimedOut     = errors.New("timed out")
	ErrUnreachable  = errors.New("unreachable")
	ErrReset        = errors.New("connection reset")
	ErrNotPermitted = errors.New("not permitted")
)

// Cause is why an attempt failed.
type Cause int

// The zero Cause is any that has no name of its own; the attempt's Err tells.
const (
	Other        Cause = iota
	Refused            // the host answered that nothing listens on the port
	TimedOut           // no answer before a limit of ours, the context's or the system's
	Unreachable        // no route, or a router or the neighbour lookup said so
	Reset              // the host broke off the handshake
	NotPermitted       // forbidden by the system, a firewall or the proxy
	Canceled           // the caller cancelled the context or closed the socket
)

// String names the cause in the words of log lines.
func (c Cause) String() string {
	switch c {
	case Refused:
		return "refused"
	case TimedOut:
		return "timed out"
	case Unreachable:
		return "unreachable"
	case Reset:
		return "reset"
	case NotPermitted:
		return "not permitted"
	case Canceled:
		return "canceled"
	}
	return "other"
}

// sentinel is the error that stands for the cause, nil where none does.
func (c Cause) sentinel() error {
	switch c {
	case Refused:
		return ErrRefused
	case TimedOut:
		return ErrTimedOut
	case Unreachable:
		return ErrUnreachable
	case Reset:
		return ErrReset
	case NotPermitted:
		return ErrNotPermitted
	}
	return nil
}

// causeOf classifies err. A dial function's own error counts by the sentinels,
// so that it can say what it means.
func causeOf(err error) Cause {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if c, ok := causes[errno]; ok {
			return c
		}
	}
	for c := Refused; c <= NotPermitted; c++ {
		if errors.Is(err, c.sentinel()) {
			return c
		}
	}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, errClosed):
		return Canceled
	case errors.As(err, &timeout) && timeout.Timeout():
		return TimedOut
	}
	return Other
}
