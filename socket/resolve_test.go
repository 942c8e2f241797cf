package socket

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestLiteral(t *testing.T) {
	for _, test := range []struct {
		host string
		want string // empty for a name
		bad  bool
	}{
		{host: "192.0.2.1", want: "192.0.2.1"},
		{host: "2001:db8::1", want: "2001:db8::1"},
		{host: "[2001:db8::1]", want: "2001:db8::1"},
		{host: "fe80::1%eth0", want: "fe80::1%eth0"},
		{host: "[fe80::1%eth0]", want: "fe80::1%eth0"},
		{host: "::ffff:192.0.2.1", want: "192.0.2.1"},
		{host: "[::]", want: "::"},
		{host: "r1.example.net"},
		{host: "r1%eth0"},
		{host: "1.2.3"},
		{host: "", bad: true},
		{host: "[]", bad: true},
		{host: "[r1]", bad: true},
		{host: "[192.0.2.1]", bad: true},
		{host: "[2001:db8::1", bad: true},
		{host: "2001:db8::1]", bad: true},
		{host: "[2001:db8::1]:22", bad: true},
		{host: "[[2001:db8::1]]", bad: true},
	} {
		addr, ok, err := literal(test.host)
		switch {
		case (err != nil) != test.bad:
			t.Errorf("literal(%q): error %v", test.host, err)
		case ok != (test.want != ""):
			t.Errorf("literal(%q): literal %v", test.host, ok)
		case ok && addr.String() != test.want:
			t.Errorf("literal(%q) = %v, want %s", test.host, addr, test.want)
		}
	}
}

func FuzzLiteral(f *testing.F) {
	for _, seed := range []string{"", "[", "]", "[]", "[::1%a]", "192.0.2.1", "fe80::1%25eth0", "r1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, host string) {
		addr, ok, err := literal(host)
		if ok && (err != nil || !addr.IsValid()) {
			t.Errorf("literal(%q) = %v, %v, %v", host, addr, ok, err)
		}
		if ok {
			again, ok, err := literal(unbracket(host))
			if !ok || err != nil || again != addr {
				t.Errorf("%q shown as %q reads %v, %v, %v", host, unbracket(host), again, ok, err)
			}
		}
	})
}

func TestResolve(t *testing.T) {
	names := book{"dual": "2001:db8::1 192.0.2.1 192.0.2.2", "four": "192.0.2.1", "none": ""}
	for _, test := range []struct {
		name, host string
		opts       Options
		want       string
		text       string // of the error
	}{
		{name: "both families", host: "dual", want: "2001:db8::1 192.0.2.1 192.0.2.2"},
		{name: "one family", host: "dual", opts: Options{Family: IPv4Only}, want: "192.0.2.1 192.0.2.2"},
		{name: "literal", host: "[2001:db8::9]", want: "2001:db8::9"},
		{name: "unknown", host: "r9", text: "name not resolved: lookup r9 on 192.0.2.53:53: no such host"},
		{name: "nothing", host: "none", text: "name not resolved: no address"},
		{name: "nothing of the family", host: "four", opts: Options{Family: IPv6Only}, text: "name not resolved: no address"},
		{name: "literal of another family", host: "192.0.2.1", opts: Options{Family: IPv6Only},
			text: "name not resolved: 192.0.2.1 is not an IPv6 address"},
		{name: "empty", host: "", text: "name not resolved: the host is empty"},
		{name: "brackets", host: "[dual]", text: "name not resolved: brackets go round an IPv6 address and nothing else"},
		{name: "source", host: "dual", opts: Options{Source: netip.MustParseAddr("2001:db8::5")}, want: "2001:db8::1"},
		{name: "mapped source", host: "dual", opts: Options{Source: netip.MustParseAddr("::ffff:192.0.2.5")}, want: "192.0.2.1 192.0.2.2"},
		{name: "source against family", host: "dual",
			opts: Options{Source: netip.MustParseAddr("192.0.2.5"), Family: IPv6Only}, text: "source 192.0.2.5 is not an IPv6 address"},
		{name: "source against literal", host: "2001:db8::1", opts: Options{Source: netip.MustParseAddr("192.0.2.5")},
			text: "name not resolved: 2001:db8::1 is not an IPv4 address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opts.Resolver = names
			got, err := resolve(t.Context(), test.host, &test.opts)
			if test.text != "" {
				if err == nil || err.Error() != test.text {
					t.Errorf("error %v, want %s", err, test.text)
				}
				return
			}
			if err != nil || !slices.Equal(got, addrs(test.want)) {
				t.Errorf("%v, %v, want %s", got, err, test.want)
			}
		})
	}
}

// sloppy is a resolver that gives both families whatever it is asked for.
type sloppy struct{ book }

func (s sloppy) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	return s.book.LookupNetIP(ctx, "ip", host)
}

func TestResolveFilters(t *testing.T) {
	opts := &Options{Family: IPv6Only, Resolver: sloppy{book{"r1": "192.0.2.1", "r2": "192.0.2.1 2001:db8::1"}}}
	if got, err := resolve(t.Context(), "r2", opts); err != nil || !slices.Equal(got, addrs("2001:db8::1")) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := resolve(t.Context(), "r1", opts); !errors.Is(err, ErrUnresolved) || err.Error() != "name not resolved: no IPv6 address" {
		t.Errorf("error %v", err)
	}
}

// The resolver's own error stays to be found, and its timeout is one.
func TestResolverError(t *testing.T) {
	_, err := Dial(t.Context(), "r9", 22, &Options{Resolver: book{}})
	var dns *net.DNSError
	if open := opened(t, err); !errors.Is(err, ErrUnresolved) || !errors.As(err, &dns) || !dns.IsNotFound || len(open.Attempts) != 0 {
		t.Errorf("error %v", err)
	}
	if errors.Is(err, ErrTimedOut) {
		t.Errorf("%v is a timeout", err)
	}
	_, err = Dial(t.Context(), "r9", 22, &Options{Resolver: failing{&net.DNSError{Err: "i/o timeout", Name: "r9", IsTimeout: true}}})
	if !errors.Is(err, ErrUnresolved) || !errors.Is(err, ErrTimedOut) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

type failing struct{ error }

func (f failing) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, f.error
}

// A lookup ends with the first limit, even one that minds no context.
func TestLookupLimits(t *testing.T) {
	for _, test := range []struct {
		name  string
		opts  Options
		limit time.Duration // of the context
		after time.Duration
		is    error
		text  string
	}{
		{"total", Options{Timeout: time.Second}, never, time.Second, ErrTimedOut,
			"open r1:22: name not resolved: no answer within the total limit of 1s"},
		{"default", Options{}, never, 30 * time.Second, ErrTimedOut,
			"open r1:22: name not resolved: no answer within the total limit of 30s"},
		{"context", Options{}, 2 * time.Second, 2 * time.Second, context.DeadlineExceeded,
			"open r1:22: name not resolved: no answer before the context's deadline"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				test.opts.Resolver = deaf{time.Minute, book{"r1": "192.0.2.1"}}
				_, err := Dial(ctx, "r1", 22, &test.opts)
				if elapsed := time.Since(begun); elapsed != test.after+grace {
					t.Errorf("it took %v", elapsed)
				}
				if open := opened(t, err); open.Error() != test.text {
					t.Errorf("it reads %q", open)
				}
				if !errors.Is(err, ErrUnresolved) || !errors.Is(err, test.is) {
					t.Errorf("%v is not %v", err, test.is)
				}
				time.Sleep(time.Minute)
			})
		})
	}
}

// An ended context costs no lookup.
func TestEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Dial(ctx, "r1", 22, &Options{Resolver: failing{errors.New("asked")}})
	if open := opened(t, err); open.Error() != "open r1:22: context canceled" || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A resolver's slowness counts towards the total.
func TestLookupCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := newNetwork(map[string]answer{"192.0.2.1": {after: never}})
		_, err := Dial(t.Context(), "r1", 22, &Options{
			Resolver: deaf{700 * time.Millisecond, book{"r1": "192.0.2.1"}}, Dial: network.dial, Timeout: time.Second,
		})
		open := opened(t, err)
		if elapsed := time.Since(network.begun); elapsed != time.Second || open.Elapsed != elapsed {
			t.Errorf("it took %v, says %v", elapsed, open.Elapsed)
		}
		if len(open.Attempts) != 1 || open.Attempts[0].Elapsed != 300*time.Millisecond {
			t.Errorf("attempts %v", open.Attempts)
		}
	})
}
