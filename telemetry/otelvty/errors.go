package otelvty

import (
	"context"
	"errors"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
)

// kinds are the values of error.type; the first that an error is counts.
var kinds = []struct {
	name string
	errs []error
}{
	{"inactive", []error{fleet.ErrInactive}},
	{"host_limit", []error{fleet.ErrHostLimit}},
	{"abandoned", []error{fleet.ErrAbandoned}},
	{"stopped", []error{fleet.ErrStopped}},
	{"login_refused", []error{vty.ErrLogin, ssh.ErrAuth}},
	{"host_key", []error{ssh.ErrHostKey}},
	{"algorithms", []error{ssh.ErrNegotiation}},
	{"name_lookup", []error{socket.ErrUnresolved}},
	{"connection_refused", []error{socket.ErrRefused}},
	{"unreachable", []error{socket.ErrUnreachable}},
	{"connection_reset", []error{socket.ErrReset}},
	{"locked", []error{vty.ErrLocked}},
	{"refused", []error{vty.ErrRefused}},
	{"unsupported", []error{vty.ErrUnsupported}},
	{"desync", []error{vty.ErrDesync}},
	{"timeout", []error{context.DeadlineExceeded, socket.ErrTimedOut, vty.ErrSilence}},
	{"cancelled", []error{context.Canceled}},
	{"closed", []error{vty.ErrClosed}},
}

// kindOf is the value of error.type for an error: one of few.
func kindOf(err error) string {
	switch {
	case errors.As(err, new(*fleet.BreakerError)):
		return "breaker"
	case errors.As(err, new(*fleet.PanicError)):
		return "panic"
	}
	for _, k := range kinds {
		for _, e := range k.errs {
			if errors.Is(err, e) {
				return k.name
			}
		}
	}
	return "other"
}
