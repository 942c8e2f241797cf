package socket

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OpenError tells why a connection could not be opened: everything that was
// tried and what came of it.
//
// [errors.Is] finds in it ErrNotOpened, always; ErrUnresolved, ErrRefused,
// ErrTimedOut and the other sentinels where the lookup, the proxy or any attempt
// ended so; the system's errors such as [syscall.ECONNREFUSED] (on Windows the
// WSA ones); [net.ErrClosed] where Close came while Open was at work; and the
// context's error, only if it was the context that ended. The text is one line,
// with %+v one line for each attempt.
type OpenError struct {
	Host string // as the caller gave it
	Port int

	// Proxy is the proxy's URL without its user and password; empty for none.
	// The attempts are then attempts to reach the proxy.
	Proxy string

	// Attempts are the failed attempts in the order they were started. Empty
	// when it did not come to that, as when the name was not resolved.
	Attempts []Attempt

	// Untried are the addresses for which no time was left.
	Untried []netip.AddrPort

	// Elapsed is the time from the call to its failure.
	Elapsed time.Duration

	// Err is what ended the whole, rather than one attempt: the lookup's
	// failure, the limit or context that ended, the proxy's refusal. Nil when
	// each attempt failed for its own reason.
	Err error
}

// Attempt is a failed attempt to connect to one address.
type Attempt struct {
	Address netip.AddrPort
	Family  Family // IPv4Only or IPv6Only
	Elapsed time.Duration
	Cause   Cause
	Err     error // never nil
}

// String says in one line which address was tried and what came of it.
func (a Attempt) String() string {
	return fmt.Sprintf("%v (%v), %v: %s", a.Address, a.Family, round(a.Elapsed), phrase(a.Err))
}

// Timeout reports whether time ran out on the whole or on any attempt.
func (e *OpenError) Timeout() bool { return errors.Is(e, ErrTimedOut) }

// Unwrap gives everything that errors.Is and errors.As are to find.
func (e *OpenError) Unwrap() []error {
	errs := []error{ErrNotOpened}
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	for _, a := range e.Attempts {
		if s := a.Cause.sentinel(); s != nil {
			errs = append(errs, s)
		}
		errs = append(errs, a.Err)
	}
	return errs
}

// Error is one line: with one attempt its cause, with more the causes and the
// addresses that had each.
func (e *OpenError) Error() string {
	var b strings.Builder
	b.WriteString(e.head())
	switch {
	case e.Err != nil && (len(e.Attempts) == 0 || e.refusedByProxy()):
		b.WriteString(": " + e.Err.Error())
	case len(e.Attempts) == 0:
		b.WriteString(": not opened")
	case len(e.Attempts) == 1 && len(e.Untried) == 0:
		a := e.Attempts[0]
		b.WriteString(": ")
		if e.named(a.Address) {
			b.WriteString(address(a.Address) + ": ")
		}
		b.WriteString(phrase(a.Err))
		if limit, ok := a.Err.(*limitError); !ok || limit.limit == "" {
			fmt.Fprintf(&b, " after %v", round(a.Elapsed))
		}
	default:
		fmt.Fprintf(&b, ": none of %d addresses answered in %v", len(e.Attempts)+len(e.Untried), round(e.Elapsed))
		separator := ": "
		for _, g := range e.groups() {
			b.WriteString(separator + g.phrase + ": " + strings.Join(g.addresses, ", "))
			separator = "; "
		}
	}
	return b.String()
}

// Format prints one line for each attempt under %+v, and Error otherwise.
func (e *OpenError) Format(f fmt.State, verb rune) {
	switch {
	case verb == 'v' && f.Flag('+'):
		_, _ = io.WriteString(f, e.long())
	case verb == 'q':
		_, _ = io.WriteString(f, strconv.Quote(e.Error()))
	default:
		_, _ = io.WriteString(f, e.Error())
	}
}

func (e *OpenError) long() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: failed after %v", e.head(), round(e.Elapsed))
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	for _, a := range e.Attempts {
		b.WriteString("\n    " + a.String())
	}
	for _, u := range e.Untried {
		fmt.Fprintf(&b, "\n    %v (%v): not tried", u, familyOf(u.Addr()))
	}
	return b.String()
}

func (e *OpenError) head() string {
	head := "open " + net.JoinHostPort(e.Host, strconv.Itoa(e.Port))
	if e.Proxy != "" {
		head += " through " + e.Proxy
	}
	return head
}

// refusedByProxy tells a failure behind a proxy that was reached from attempts
// to reach it.
func (e *OpenError) refusedByProxy() bool {
	return errors.As(e.Err, new(*ProxyError))
}

// named reports whether naming the address says more than the host does.
func (e *OpenError) named(a netip.AddrPort) bool {
	return e.Proxy != "" || address(a) != e.Host
}

type group struct {
	phrase    string
	addresses []string
}

// groups gathers the addresses under what came of each, in the order of their
// first attempt, so that eight failures of two kinds read as two.
func (e *OpenError) groups() []group {
	var groups []group
	add := func(phrase string, a netip.AddrPort) {
		i := slices.IndexFunc(groups, func(g group) bool { return g.phrase == phrase })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{phrase: phrase})
		}
		groups[i].addresses = append(groups[i].addresses, address(a))
	}
	for _, a := range e.Attempts {
		add(phrase(a.Err), a.Address)
	}
	for _, u := range e.Untried {
		add("not tried", u)
	}
	return groups
}

// address is the address alone: the port is the same for all, and told once.
func address(a netip.AddrPort) string { return a.Addr().String() }

// phrase is the heart of an error: net's "dial tcp 192.0.2.1:22: connect:
// connection refused" says four things of which three were said before.
func phrase(err error) string {
	if op, ok := err.(*net.OpError); ok && op.Err != nil {
		err = op.Err
	}
	if call, ok := err.(*os.SyscallError); ok && strings.HasPrefix(call.Syscall, "connect") {
		err = call.Err
	}
	return err.Error()
}
