package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"
)

func attempt(address string, elapsed time.Duration, err error) Attempt {
	to := netip.MustParseAddrPort(address)
	return Attempt{Address: to, Family: familyOf(to.Addr()), Elapsed: elapsed, Cause: causeOf(err), Err: err}
}

// connectError is what package net makes of a failed connect(2).
func connectError(errno syscall.Errno) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errno)}
}

func TestOpenErrorText(t *testing.T) {
	total := &limitError{limit: "total", after: 10 * time.Second}
	for _, test := range []struct {
		name  string
		err   OpenError
		short string
		long  string
	}{
		{
			name: "a literal",
			err: OpenError{Host: "192.0.2.1", Port: 22, Elapsed: 3 * time.Millisecond, Attempts: []Attempt{
				attempt("192.0.2.1:22", 2412*time.Microsecond, connectError(refused)),
			}},
			short: "open 192.0.2.1:22: connection refused after 2ms",
			long: "open 192.0.2.1:22: failed after 3ms\n" +
				"    192.0.2.1:22 (IPv4), 2ms: connection refused",
		},
		{
			name: "a name with one address",
			err: OpenError{Host: "r1.example.net", Port: 22, Elapsed: 3 * time.Second, Attempts: []Attempt{
				attempt("[2001:db8::1]:22", 3048*time.Millisecond, connectError(unreachable)),
			}},
			short: "open r1.example.net:22: 2001:db8::1: no route to host after 3.05s",
			long: "open r1.example.net:22: failed after 3s\n" +
				"    [2001:db8::1]:22 (IPv6), 3.05s: no route to host",
		},
		{
			name: "an IPv6 literal timed out",
			err: OpenError{Host: "fe80::1%eth0", Port: 23, Elapsed: 10 * time.Second, Err: total, Attempts: []Attempt{
				attempt("[fe80::1%eth0]:23", 10*time.Second, total),
			}},
			short: "open [fe80::1%eth0]:23: no answer within the total limit of 10s",
			long: "open [fe80::1%eth0]:23: failed after 10s: no answer within the total limit of 10s\n" +
				"    [fe80::1%eth0]:23 (IPv6), 10s: no answer within the total limit of 10s",
		},
		{
			name: "the system's own timeout",
			err: OpenError{Host: "192.0.2.1", Port: 22, Attempts: []Attempt{
				attempt("192.0.2.1:22", 127*time.Second, connectError(syscall.ETIMEDOUT)),
			}},
			short: "open 192.0.2.1:22: connection timed out after 2m7s",
			long: "open 192.0.2.1:22: failed after 0s\n" +
				"    192.0.2.1:22 (IPv4), 2m7s: connection timed out",
		},
		{
			name: "eight",
			err: OpenError{Host: "r1", Port: 22, Elapsed: 10 * time.Second, Err: total, Attempts: []Attempt{
				attempt("[2001:db8::1]:22", 10*time.Second, total),
				attempt("192.0.2.1:22", 4*time.Millisecond, connectError(refused)),
				attempt("[2001:db8::2]:22", 9750*time.Millisecond, total),
				attempt("192.0.2.2:22", 5*time.Millisecond, connectError(refused)),
				attempt("[2001:db8::3]:22", 3*time.Second, connectError(unreachable)),
				attempt("192.0.2.3:22", 9*time.Second, errOdd),
				attempt("[2001:db8::4]:22", 8750*time.Millisecond, total),
			}, Untried: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.4:22")}},
			short: "open r1:22: none of 8 addresses answered in 10s: " +
				"no answer within the total limit of 10s: 2001:db8::1, 2001:db8::2, 2001:db8::4; " +
				"connection refused: 192.0.2.1, 192.0.2.2; no route to host: 2001:db8::3; " +
				"the cable is on fire: 192.0.2.3; not tried: 192.0.2.4",
			long: "open r1:22: failed after 10s: no answer within the total limit of 10s\n" +
				"    [2001:db8::1]:22 (IPv6), 10s: no answer within the total limit of 10s\n" +
				"    192.0.2.1:22 (IPv4), 4ms: connection refused\n" +
				"    [2001:db8::2]:22 (IPv6), 9.75s: no answer within the total limit of 10s\n" +
				"    192.0.2.2:22 (IPv4), 5ms: connection refused\n" +
				"    [2001:db8::3]:22 (IPv6), 3s: no route to host\n" +
				"    192.0.2.3:22 (IPv4), 9s: the cable is on fire\n" +
				"    [2001:db8::4]:22 (IPv6), 8.75s: no answer within the total limit of 10s\n" +
				"    192.0.2.4:22 (IPv4): not tried",
		},
		{
			name:  "no such port",
			err:   OpenError{Host: "r1", Port: 70000, Err: errors.New("port 70000 is not between 1 and 65535")},
			short: "open r1:70000: port 70000 is not between 1 and 65535",
			long:  "open r1:70000: failed after 0s: port 70000 is not between 1 and 65535",
		},
		{
			name: "the proxy cannot be reached",
			err: OpenError{Host: "r1", Port: 22, Proxy: "socks5://192.0.2.9:1080", Attempts: []Attempt{
				attempt("192.0.2.9:1080", time.Millisecond, connectError(refused)),
			}},
			short: "open r1:22 through socks5://192.0.2.9:1080: 192.0.2.9: connection refused after 1ms",
			long: "open r1:22 through socks5://192.0.2.9:1080: failed after 0s\n" +
				"    192.0.2.9:1080 (IPv4), 1ms: connection refused",
		},
		{
			name: "the proxy will not",
			err: OpenError{Host: "r1", Port: 22, Proxy: "http://192.0.2.9:80",
				Err: &ProxyError{Cause: NotPermitted, Err: errors.New("HTTP 403 Forbidden")}},
			short: "open r1:22 through http://192.0.2.9:80: proxy: HTTP 403 Forbidden",
			long:  "open r1:22 through http://192.0.2.9:80: failed after 0s: proxy: HTTP 403 Forbidden",
		},
		{
			name:  "made by nobody",
			short: "open :0: not opened",
			long:  "open :0: failed after 0s",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.short {
				t.Errorf("it reads\n%s, want\n%s", got, test.short)
			}
			for verb, want := range map[string]string{
				"%v": test.short, "%s": test.short, "%+v": test.long, "%q": fmt.Sprintf("%q", test.short),
			} {
				if got := fmt.Sprintf(verb, &test.err); got != want {
					t.Errorf("%s prints\n%s, want\n%s", verb, got, want)
				}
			}
		})
	}
}

func TestOpenErrorIs(t *testing.T) {
	mixed := &OpenError{Host: "r1", Port: 22, Attempts: []Attempt{
		attempt("192.0.2.1:22", 0, connectError(refused)),
		attempt("192.0.2.2:22", 0, connectError(unreachable)),
		attempt("192.0.2.3:22", 0, fmt.Errorf("jump host: %w", errOdd)),
	}}
	for _, err := range []error{ErrNotOpened, ErrRefused, ErrUnreachable, refused, unreachable, errOdd} {
		if !errors.Is(mixed, err) {
			t.Errorf("%v is not found", err)
		}
	}
	for _, err := range []error{
		ErrUnresolved, ErrTimedOut, ErrReset, ErrNotPermitted, syscall.ETIMEDOUT, context.Canceled, context.DeadlineExceeded, io.EOF,
	} {
		if errors.Is(mixed, err) {
			t.Errorf("%v is found", err)
		}
	}
	if mixed.Timeout() {
		t.Error("it is a timeout")
	}
	var op *net.OpError
	if !errors.As(mixed, &op) {
		t.Error("no *net.OpError is found")
	}
	if alone := (&OpenError{}); !errors.Is(alone, ErrNotOpened) || errors.Is(alone, ErrRefused) {
		t.Error("the bare error is not just ErrNotOpened")
	}
}

func TestCauseOf(t *testing.T) {
	for _, test := range []struct {
		err  error
		want Cause
		text string
	}{
		{connectError(syscall.ECONNREFUSED), Refused, "refused"},
		{connectError(syscall.ETIMEDOUT), TimedOut, "timed out"},
		{os.ErrDeadlineExceeded, TimedOut, "timed out"},
		{&net.DNSError{IsTimeout: true}, TimedOut, "timed out"},
		{connectError(syscall.EHOSTUNREACH), Unreachable, "unreachable"},
		{connectError(syscall.ENETUNREACH), Unreachable, "unreachable"},
		{connectError(syscall.EADDRNOTAVAIL), Unreachable, "unreachable"},
		{connectError(syscall.ECONNRESET), Reset, "reset"},
		{connectError(syscall.EACCES), NotPermitted, "not permitted"},
		{connectError(syscall.EPERM), NotPermitted, "not permitted"},
		{context.Canceled, Canceled, "canceled"},
		{errClosed, Canceled, "canceled"},
		{connectError(syscall.EINVAL), Other, "other"},
		{errOdd, Other, "other"},
		{fmt.Errorf("jump host: %w", ErrRefused), Refused, "refused"},
		{fmt.Errorf("jump host: %w", ErrNotPermitted), NotPermitted, "not permitted"},
	} {
		if got := causeOf(test.err); got != test.want || got.String() != test.text {
			t.Errorf("causeOf(%v) = %v, want %v", test.err, got, test.want)
		}
	}
}

func TestPort(t *testing.T) {
	for _, port := range []int{-1, 0, 65536} {
		_, err := Dial(t.Context(), "192.0.2.1", port, &Options{Dial: newNetwork(nil).dial})
		want := fmt.Sprintf("open 192.0.2.1:%d: port %[1]d is not between 1 and 65535", port)
		if open := opened(t, err); open.Error() != want {
			t.Errorf("it reads %q, want %q", open, want)
		}
	}
}
