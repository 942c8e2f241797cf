package socket

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// book is a resolver that knows what it holds. A name it does not hold is
// unknown, as a name server says it.
type book map[string]string

func (b book) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	text, ok := b[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, Server: "192.0.2.53:53", IsNotFound: true}
	}
	var found []netip.Addr
	for _, a := range addrs(text) {
		if network == "ip" || network == "ip4" && a.Is4() || network == "ip6" && a.Is6() {
			found = append(found, a)
		}
	}
	return found, nil
}

// deaf is a resolver that answers after a time and minds no context.
type deaf struct {
	after time.Duration
	book
}

func (d deaf) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	time.Sleep(d.after) // fake time: used in synctest bubbles only
	return d.book.LookupNetIP(ctx, network, host)
}

// answer is what a scripted network does with a connection to one address.
type answer struct {
	after time.Duration
	err   error
	deaf  bool // minds no context
	empty bool // returns neither connection nor error
}

// network is a scripted Options.Dial. It records when each address was dialled
// and counts the connections that are open.
type network struct {
	answers map[string]answer // by address without port
	begun   time.Time

	mu      sync.Mutex
	dialled []string // "address@time"
	open    int
	running int
}

func newNetwork(answers map[string]answer) *network {
	return &network{answers: answers, begun: time.Now()}
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.dialled = append(n.dialled, host+"@"+time.Since(n.begun).String())
	n.running++
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		n.running--
		n.mu.Unlock()
	}()

	a := n.answers[host]
	if a.deaf {
		time.Sleep(a.after)
	} else {
		timer := time.NewTimer(a.after)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
		}
	}
	if a.err != nil || a.empty {
		return nil, a.err
	}
	n.mu.Lock()
	n.open++
	n.mu.Unlock()
	conn, peer := net.Pipe()
	return &counted{Conn: conn, peer: peer, network: n, host: host}, nil
}

func (n *network) log() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.dialled, " ")
}

func (n *network) counts() (open, running int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.open, n.running
}

// counted is a connection of a scripted network.
type counted struct {
	net.Conn
	peer    net.Conn
	network *network
	host    string
	once    sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() {
		c.network.mu.Lock()
		c.network.open--
		c.network.mu.Unlock()
		_ = c.peer.Close()
	})
	return c.Conn.Close()
}

// lines is a log that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// logger logs to l from debug up, without the time of day.
func (l *lines) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// opened fails the test unless err is an OpenError.
func opened(t *testing.T, err error) *OpenError {
	t.Helper()
	var open *OpenError
	if !errors.As(err, &open) {
		t.Fatalf("error %v (%T) is no *OpenError", err, err)
	}
	if !errors.Is(err, ErrNotOpened) {
		t.Errorf("error %v is not ErrNotOpened", err)
	}
	return open
}

// noLeak fails the test if at its end there are more goroutines or descriptors
// than now.
func noLeak(t *testing.T) {
	t.Helper()
	goroutines, descriptors := runtime.NumGoroutine(), countDescriptors(t)
	t.Cleanup(func() {
		// A goroutine that has sent its last word may not have ended yet.
		for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit); runtime.Gosched() {
			if runtime.NumGoroutine() <= goroutines && countDescriptors(t) <= descriptors {
				return
			}
		}
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines and %d descriptors became %d and %d\n%s",
			goroutines, descriptors, runtime.NumGoroutine(), countDescriptors(t),
			stacks[:runtime.Stack(stacks, true)])
	})
}

// countDescriptors is zero where the system does not show them as files.
func countDescriptors(t *testing.T) int {
	t.Helper()
	for _, folder := range []string{"/proc/self/fd", "/dev/fd"} {
		if names, err := filepath.Glob(folder + "/*"); err == nil && len(names) > 0 {
			return len(names)
		}
	}
	if runtime.GOOS == "linux" {
		t.Fatal("no folder of descriptors")
	}
	return 0
}

// temporary is a network-like error of a caller's own making.
var errOdd = errors.New("the cable is on fire")

func TestMain(m *testing.M) {
	if child := os.Getenv(namespaceTest); child != "" {
		os.Exit(insideNamespace(m, child))
	}
	os.Exit(m.Run())
}
