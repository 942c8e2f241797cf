package ssh

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
	"golang.org/x/crypto/ssh/agent"
)

// dropAt is how to end a connection in each phase, given what cancels it.
var dropAt = map[string]func(cfg *Config, cancel func()){
	"version":      func(c *Config, cancel func()) { c.Trace.Connected = func(net.Addr, time.Duration) { cancel() } },
	"key exchange": func(c *Config, cancel func()) { c.Trace.Greeted = func(string, time.Duration) { cancel() } },
	"authentication": func(c *Config, cancel func()) {
		c.Trace.KeyExchanged = func(KeyExchange) { cancel() }
	},
	"signature": func(c *Config, cancel func()) {
		c.Auth = append(c.Auth, auth.Password(auth.SourceFunc(func(ctx context.Context) (auth.Secret, error) {
			cancel() // with the agent's connection open
			<-ctx.Done()
			return auth.Secret{}, ctx.Err()
		})))
	},
	"session": func(c *Config, cancel func()) { c.Trace.Authenticated = func(string, time.Duration) { cancel() } },
	"shell":   func(c *Config, cancel func()) { c.Trace.ShellOpened = func(time.Duration) { cancel() } },
	"open":    func(*Config, func()) {},
}

// TestDropped opens connections and drops them in each phase, by our wish and by
// the device's, and looks for what they leave behind: goroutines, descriptors,
// connections to the agent. VTY_DROPPED is how many of each; the usual 20 are for
// CI, 10000 take minutes.
func TestDropped(t *testing.T) {
	count := 20
	if text := os.Getenv("VTY_DROPPED"); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	var agents atomic.Int64
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: ed25519Private()}); err != nil {
		t.Fatal(err)
	}
	socket := listenAgent(t, func(c net.Conn) {
		agents.Add(1)
		defer agents.Add(-1)
		defer func() { _ = c.Close() }()
		_ = agent.ServeAgent(ring, c)
	})
	config := func() *Config {
		return &Config{User: "ops", HostKeys: auth.Unchecked(), Auth: []auth.Method{auth.AgentMethod{Socket: socket}}, Trace: &Trace{}}
	}
	accepts := &device{config: publicKey(ed25519Key().PublicKey())}
	refuses := &device{config: both(publicKey(rsaKey().PublicKey()), password("x"))}
	host, port := accepts.listen(t)
	_, refusing := refuses.listen(t)
	hangsUp := listenFaulty(t, accepts)

	before := left(&agents)
	for phase, drop := range dropAt {
		t.Run(phase, func(t *testing.T) {
			at(8, count, func(int) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				cfg, port := config(), port
				if phase == "signature" {
					port = refusing
				}
				drop(cfg, cancel)
				c, err := Dial(ctx, host, port, cfg)
				if err == nil {
					_ = c.Close()
				} else if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				if (err == nil) != (phase == "open") && phase != "shell" {
					t.Errorf("err = %v", err)
				}
			})
			checkSettled(t, before, &agents)
		})
	}
	t.Run("hang up", func(t *testing.T) {
		var opened atomic.Int64
		at(8, count, func(i int) {
			if c, err := Dial(t.Context(), host, hangsUp, config()); err == nil {
				opened.Add(1)
				_ = c.Close()
			}
		})
		if opened.Load() == int64(count) {
			t.Error("nobody hung up")
		}
		checkSettled(t, before, &agents)
	})
}

// listenFaulty serves d and hangs up at another message each time.
func listenFaulty(t *testing.T, d *device) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for i := int64(0); ; i++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f := newFaulty(conn)
			f.limit, f.hangUp = i%handshakeWrites, true
			go func() {
				d.serve(f)
				_ = f.Close()
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// at calls f count times, several at a time.
func at(several, count int, f func(i int)) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range several {
		all.Go(func() {
			for i := next.Add(1); i <= int64(count); i = next.Add(1) {
				f(int(i))
			}
		})
	}
	all.Wait()
}

type leftover struct{ goroutines, descriptors, agents int }

func (l leftover) within(most leftover) bool {
	return l.goroutines <= most.goroutines && l.descriptors <= most.descriptors && l.agents <= most.agents
}

// left is what there is now; agents are the connections to the agent.
func left(agents *atomic.Int64) leftover {
	return leftover{runtime.NumGoroutine(), descriptorCount(), int(agents.Load())}
}

// settled asks again and again, for a while, until there is no more than most, and
// says what there is. The end of a goroutine is no event that could be awaited.
func settled(most leftover, agents *atomic.Int64) leftover {
	now := left(agents)
	for limit := time.Now().Add(5 * time.Second); !now.within(most) && time.Now().Before(limit); now = left(agents) {
		runtime.Gosched()
	}
	return now
}

func descriptorCount() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // not on this system
	}
	return len(entries)
}

func checkSettled(t *testing.T, before leftover, agents *atomic.Int64) {
	t.Helper()
	// A few belong to the test itself and to the runtime.
	const spare = 3
	most := leftover{before.goroutines + spare, before.descriptors + spare, 0}
	if now := settled(most, agents); !now.within(most) {
		stacks := make([]byte, 1<<16)
		stacks = stacks[:runtime.Stack(stacks, true)]
		t.Fatalf("%+v is left, where %+v was before\n%s", now, before, stacks)
	}
}
