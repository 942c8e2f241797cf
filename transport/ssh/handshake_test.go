package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/memnet"
	"github.com/vtynet/vty/transport"
	xssh "golang.org/x/crypto/ssh"
)

// handshakeWrites is more than a server writes until the shell runs.
const handshakeWrites = 12

// phases are the phases in order.
var phases = []Phase{PhaseVersion, PhaseKeyExchange, PhaseAuth, PhaseSession, PhaseShell}

// A device may fall silent after any of its messages. The handshake ends when
// the context does, to the nanosecond, names a phase that is never before the
// last one's, and leaves no goroutine (or the bubble would not end).
func TestSilenceAtAnyMoment(t *testing.T) {
	handshakeFailsAtEveryWrite(t, false, func(t *testing.T, took time.Duration, err error) {
		if took != 5*time.Second {
			t.Errorf("took %v", took)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errCause) {
			t.Errorf("err = %v: the cause is lost", err)
		}
	})
}

var errCause = fmt.Errorf("the caller's own reason: %w", context.DeadlineExceeded)

// The device may also hang up after any of its messages: that is seen at once.
func TestHangUpAtAnyMoment(t *testing.T) {
	handshakeFailsAtEveryWrite(t, true, func(t *testing.T, took time.Duration, err error) {
		if took > grace {
			t.Errorf("took %v", took)
		}
		if !errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v", err)
		}
	})
}

func handshakeFailsAtEveryWrite(t *testing.T, hangUp bool, check func(*testing.T, time.Duration, error)) {
	var seen []Phase
	for limit := range int64(handshakeWrites) {
		var phase Phase
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := memnet.Pipe()
				f := newFaulty(server)
				f.limit, f.hangUp = limit, hangUp
				d := &device{config: password("pw"), shell: func(*device, xssh.Channel) {}}
				go d.serve(f)
				ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, errCause)
				defer cancel()
				start := time.Now()
				c, err := New(ctx, client, "r1", 22, anyKey(auth.Password(auth.Literal("pw"))))
				took := time.Since(start)
				_ = f.Close()
				if err == nil {
					_ = c.Close()
					return
				}
				check(t, took, err)
				phase = as[*HandshakeError](t, err).Phase
			})
		})
		if phase != "" {
			seen = append(seen, phase)
		}
	}
	if !slices.IsSortedFunc(seen, func(a, b Phase) int { return slices.Index(phases, a) - slices.Index(phases, b) }) {
		t.Errorf("phases %v are out of order", seen)
	}
	if got := slices.Compact(seen); !slices.Equal(got, phases) {
		t.Errorf("phases %v, want each of %v", got, phases)
	}
}

func TestCancelInEachPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := memnet.Pipe()
		defer server.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("the user has left")
		time.AfterFunc(3*time.Second, func() { cancel(why) })
		_, err := New(ctx, client, "r1", 2222, anyKey())
		if !errors.Is(err, context.Canceled) || !errors.Is(err, why) || !strings.Contains(err.Error(), "[r1]:2222") {
			t.Errorf("err = %v", err)
		}
		if e := as[*HandshakeError](t, err); e.Phase != PhaseVersion || e.Elapsed != 3*time.Second {
			t.Errorf("%+v", e)
		}
	})
}

func TestHandshakeTimeout(t *testing.T) {
	for name, tc := range map[string]struct {
		timeout, context, want time.Duration
	}{
		"default":                    {0, 0, DefaultHandshakeTimeout},
		"the context's alone":        {0, 10 * time.Minute, 10 * time.Minute},
		"own":                        {7 * time.Second, 0, 7 * time.Second},
		"own, before the context's":  {7 * time.Second, time.Hour, 7 * time.Second},
		"own, after the context's":   {time.Hour, time.Minute, time.Minute},
		"none but the context's":     {-1, 9 * time.Hour, 9 * time.Hour},
		"none but the caller's hand": {-1, 0, 100 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := memnet.Pipe()
				defer server.Close()
				ctx, cancel := context.WithCancel(t.Context())
				if tc.context > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), tc.context)
				}
				defer cancel()
				time.AfterFunc(100*time.Hour, cancel)
				cfg := anyKey()
				cfg.HandshakeTimeout = tc.timeout
				start := time.Now()
				_, err := New(ctx, client, "r1", 22, cfg)
				if took := time.Since(start); took != tc.want {
					t.Errorf("took %v, want %v: %v", took, tc.want, err)
				}
			})
		})
	}
}

// What does not speak SSH.
func TestNotSSH(t *testing.T) {
	for name, tc := range map[string]struct {
		says  string
		close bool
		phase Phase
		text  string
	}{
		"nothing, and hangs up":  {"", true, PhaseVersion, "closed the connection before it showed an SSH version"},
		"a login prompt":         {"\r\nUser Access Verification\r\n\r\nUsername: ", false, PhaseVersion, "Username:"},
		"a web server":           {"HTTP/1.1 400 Bad Request\r\n\r\n", true, PhaseVersion, "HTTP/1.1 400"},
		"SSH version 1":          {"SSH-1.5-Cisco-1.25\n", true, PhaseKeyExchange, "SSH version 1 only"},
		"a version, and rubbish": {"SSH-2.0-x\r\n" + strings.Repeat("\xff", 100), false, PhaseKeyExchange, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := memnet.Pipe()
				_, _ = io.WriteString(server, tc.says)
				if tc.close {
					_ = server.CloseWrite()
				}
				defer server.Close()
				_, err := New(t.Context(), client, "r1", 22, anyKey())
				if e := as[*HandshakeError](t, err); e.Phase != tc.phase || !strings.Contains(err.Error(), tc.text) {
					t.Errorf("err = %v, want %q in phase %s", err, tc.text, tc.phase)
				}
			})
		})
	}
}

func TestLinesBeforeTheVersion(t *testing.T) {
	client, server := memnet.Pipe()
	_, _ = io.WriteString(server, "Authorised users only\r\nSSH is next\r\n")
	go (&device{}).serve(server)
	c, err := New(t.Context(), client, "r1", 22, anyKey())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.ServerVersion() != "SSH-2.0-Go" {
		t.Errorf("version %q", c.ServerVersion())
	}
}

func TestTrace(t *testing.T) {
	d := &device{config: func(c *xssh.ServerConfig) {
		password("pw")(c)
		c.BannerCallback = func(xssh.ConnMetadata) string { return "Authorised users only\n" }
	}}
	host, port := d.listen(t)
	var steps []string
	var kex KeyExchange
	cfg := anyKey(auth.Password(auth.Literal("pw")))
	cfg.Trace = &Trace{
		Connected:     func(addr net.Addr, _ time.Duration) { steps = append(steps, "connected "+addr.Network()) },
		Greeted:       func(v string, _ time.Duration) { steps = append(steps, "greeted "+v) },
		KeyExchanged:  func(k KeyExchange) { kex = k; steps = append(steps, "keys") },
		Authenticated: func(m string, _ time.Duration) { steps = append(steps, "auth "+m) },
		ShellOpened:   func(time.Duration) { steps = append(steps, "shell") },
	}
	c, err := Dial(t.Context(), host, port, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	want := []string{"connected tcp", "greeted SSH-2.0-Go", "keys", "auth password", "shell"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	if kex.Algorithms != c.Algorithms() || kex.HostKey != c.HostKey() || kex.Took <= 0 || len(kex.Offer.Ciphers) == 0 {
		t.Errorf("%+v", kex)
	}
	if c.Banner() != "Authorised users only\n" {
		t.Errorf("banner %q", c.Banner())
	}
}

// latency is a connection on which every write arrives some time later.
type latency struct {
	net.Conn
	delay time.Duration
	queue chan parcel
}

type parcel struct {
	due   time.Time
	bytes []byte
}

func newLatency(conn net.Conn, delay time.Duration) *latency {
	l := &latency{Conn: conn, delay: delay, queue: make(chan parcel, 1000)}
	go func() {
		for p := range l.queue {
			time.Sleep(time.Until(p.due)) // of the bubble
			_, _ = conn.Write(p.bytes)
		}
	}()
	return l
}

func (l *latency) Write(p []byte) (int, error) {
	l.queue <- parcel{time.Now().Add(l.delay), slices.Clone(p)}
	return len(p), nil
}

// Round trips are the currency: this is the price list of package ssh's
// documentation, in a world where only distance takes time.
func TestRoundTrips(t *testing.T) {
	const oneWay = 50 * time.Millisecond
	for name, tc := range map[string]struct {
		config func(*xssh.ServerConfig)
		auth   []auth.Method
		pty    PTY
		want   float64
	}{
		"no authentication":    {nil, nil, PTYAuto, 6},
		"password":             {password("pw"), []auth.Method{auth.Password(auth.Literal("pw"))}, PTYAuto, 7},
		"terminal is required": {nil, nil, PTYRequire, 7},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := memnet.Pipe()
				near, far := newLatency(client, oneWay), newLatency(server, oneWay)
				go (&device{config: tc.config, shell: func(*device, xssh.Channel) {}}).serve(far)
				cfg := anyKey(tc.auth...)
				cfg.PTY = tc.pty
				start := time.Now()
				c, err := New(t.Context(), near, "r1", 22, cfg)
				if err != nil {
					t.Error(err)
					return
				}
				if got := float64(time.Since(start)) / float64(2*oneWay); got != tc.want {
					t.Errorf("%v round trips, want %v", got, tc.want)
				}
				_ = c.Close()
				time.Sleep(time.Second) // of the bubble: what is under way arrives
				close(near.queue)
				close(far.queue)
			})
		})
	}
}

func TestConfigThatCannotWork(t *testing.T) {
	for name, cfg := range map[string]*Config{
		"none":               nil,
		"no host-key policy": {User: "ops"},
		"no pins":            {HostKeys: auth.Pinned()},
		"a pin that is none": {HostKeys: auth.Pinned("aa:bb:cc")},
		"negative size":      {HostKeys: auth.Unchecked(), Size: transport.Size{Columns: -1, Rows: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			client, server := memnet.Pipe()
			if _, err := New(t.Context(), client, "r1", 22, cfg); err == nil {
				t.Error("New: no error")
			}
			if _, err := server.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the connection is not closed: %v", err)
			}
			if _, err := Dial(t.Context(), "127.0.0.1", 1, cfg); err == nil {
				t.Error("Dial: no error")
			}
		})
	}
}
