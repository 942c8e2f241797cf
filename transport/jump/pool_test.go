package jump

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
	xssh "golang.org/x/crypto/ssh"
)

// talk finds who is at the other end, and that it echoes.
func talk(t *testing.T, c net.Conn, host string) {
	t.Helper()
	r := bufio.NewReader(c)
	if name, err := r.ReadString('\n'); err != nil || name != host+"\n" {
		t.Errorf("read %q, %v; want %s", name, err, host)
	}
	if _, err := io.WriteString(c, "show version\n"); err != nil {
		t.Error(err)
	}
	if text, err := r.ReadString('\n'); err != nil || text != "show version\n" {
		t.Errorf("read %q, %v", text, err)
	}
}

func TestManyTargetsShareAConnection(t *testing.T) {
	n := newNetwork(t)
	b := n.bastion("gate", "secret")
	hop := b.hop("gate")
	pool := &Pool{}
	var all sync.WaitGroup
	for i := range 500 {
		host := "r" + strconv.Itoa(i)
		n.echo(host, 22)
		all.Go(func() {
			c, err := pool.Dial(t.Context(), []Hop{hop}, host, 22)
			if err != nil {
				t.Error(err)
				return
			}
			talk(t, c, host)
			if !socket.Alive(c) {
				t.Errorf("%s is not alive", host)
			}
			if err := c.Close(); err != nil || socket.Alive(c) {
				t.Errorf("close: %v; alive: %t", err, socket.Alive(c))
			}
		})
	}
	all.Wait()
	if b.conns.Load() != 1 || b.attempts.Load() != 1 || b.forwards.Load() != 500 {
		t.Errorf("%d connections, %d logins, %d ways onward", b.conns.Load(), b.attempts.Load(), b.forwards.Load())
	}
	if err := pool.Close(); err != nil {
		t.Error(err)
	}
	if _, err := pool.Dial(t.Context(), []Hop{hop}, "r1", 22); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestChannelsPerConnection(t *testing.T) {
	n := newNetwork(t)
	b := n.bastion("gate", "secret")
	n.echo("r1", 22)
	pool := &Pool{MaxChannels: 4}
	defer pool.Close()
	dial := pool.Dialer(b.hop("gate"))
	var conns []net.Conn
	for range 10 {
		c, err := dial(t.Context(), "r1", 22)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	if got := b.conns.Load(); got != 3 {
		t.Errorf("10 ways, 4 on a connection: %d connections", got)
	}
	_ = conns[0].Close()
	if c, err := dial(t.Context(), "r1", 22); err != nil || b.conns.Load() != 3 {
		t.Errorf("a place given back is not taken: %d connections, %v", b.conns.Load(), err)
	} else {
		talk(t, c, "r1")
	}
}

func TestChain(t *testing.T) {
	n := newNetwork(t)
	first, second, third := n.bastion("one", "a"), n.bastion("two", "b"), n.bastion("three", "c")
	n.echo("r1", 23)
	pool := &Pool{}
	defer pool.Close()
	hops := []Hop{first.hop("one"), second.hop("two"), third.hop("three")}
	hops[1].SSH.Dial = nil // it is reached through the first
	hops[2].SSH.Dial = nil
	c, err := pool.Dial(t.Context(), hops, "r1", 23)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, c, "r1")
	if c.RemoteAddr().String() != "r1:23" {
		t.Errorf("remote address %v", c.RemoteAddr())
	}
	for i, b := range []*bastion{first, second, third} {
		if b.conns.Load() != 1 {
			t.Errorf("hop %d: %d connections", i+1, b.conns.Load())
		}
	}

	// A key that is not the second's.
	wrong := *hops[1].SSH
	wrong.HostKeys = hops[0].SSH.HostKeys
	_, err = pool.Dial(t.Context(), []Hop{hops[0], {Host: "two", SSH: &wrong}, hops[2]}, "r1", 23)
	var hop *HopError
	if !errors.Is(err, ssh.ErrHostKey) || !errors.As(err, &hop) || !strings.Contains(err.Error(), "ops@two:22") {
		t.Errorf("a wrong key of the second hop: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	n := newNetwork(t)
	b := n.bastion("gate", "secret")
	pool := &Pool{}
	defer pool.Close()
	dial := pool.Dialer(b.hop("gate"))
	for host, want := range map[string]string{
		"nobody":    "jump host gate: no way to nobody:22: it could not connect: Connection refused",
		"forbidden": "jump host gate: no way to forbidden:22: it may not forward there (AllowTcpForwarding, PermitOpen?): open failed",
	} {
		_, err := dial(t.Context(), host, 22)
		var tunnel *ssh.TunnelError
		if !errors.As(err, &tunnel) || err.Error() != want {
			t.Errorf("%s: %v", host, err)
		}
	}
	if b.conns.Load() != 1 {
		t.Errorf("%d connections", b.conns.Load())
	}
	if _, err := pool.Dial(t.Context(), nil, "r1", 22); err == nil {
		t.Error("no hop at all is accepted")
	}
	if _, err := pool.Dial(t.Context(), []Hop{{Host: "gate"}}, "r1", 22); err == nil || !strings.Contains(err.Error(), "host-key policy") {
		t.Errorf("a hop without a host-key policy: %v", err)
	}
}

// A password that a hop refused is not offered to it again.
func TestRefusedOnce(t *testing.T) {
	n := newNetwork(t)
	b := n.bastion("gate", "secret")
	hop := b.hop("gate")
	hop.SSH.Auth = []auth.Method{auth.Password(auth.Literal("wrong"))}
	pool := &Pool{}
	defer pool.Close()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := pool.Dial(t.Context(), []Hop{hop}, "r1", 22); !errors.Is(err, ssh.ErrAuth) {
				t.Errorf("error %v", err)
			}
		})
	}
	all.Wait()
	if got := b.attempts.Load(); got != 1 {
		t.Errorf("the password was offered %d times", got)
	}
}

func TestHopThatBreaksDown(t *testing.T) {
	n := newNetwork(t)
	b := n.bastion("gate", "secret")
	n.echo("r1", 22)
	pool := &Pool{}
	defer pool.Close()
	dial := pool.Dialer(b.hop("gate"))
	c, err := dial(t.Context(), "r1", 22)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, c, "r1")
	b.breakDown()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, ssh.ErrLost) {
		t.Errorf("Read: %v", err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, ssh.ErrLost) {
		t.Errorf("Write: %v", err)
	}
	if socket.Alive(c) {
		t.Error("it is alive")
	}
	_ = c.Close()
	again, err := dial(t.Context(), "r1", 22)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, again, "r1")
}

func TestOneWaiterLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		b := n.bastion("gate", "secret")
		n.echo("r1", 22)
		hop := b.hop("gate")
		slow := hop.SSH.Dial
		hop.SSH.Dial = func(ctx context.Context, host string, port int) (net.Conn, error) {
			select {
			case <-time.After(10 * time.Second):
				return slow(ctx, host, port)
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		pool := &Pool{}
		defer pool.Close()
		begun := time.Now()
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		left := make(chan error)
		go func() {
			_, err := pool.Dial(impatient, []Hop{hop}, "r1", 22)
			left <- err
		}()
		synctest.Wait()
		patient := make(chan error)
		go func() {
			c, err := pool.Dial(t.Context(), []Hop{hop}, "r1", 22)
			if err == nil {
				talk(t, c, "r1")
			}
			patient <- err
		}()
		if err := <-left; !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("the first: %v after %v", err, time.Since(begun))
		}
		if err := <-patient; err != nil || time.Since(begun) != 10*time.Second {
			t.Errorf("the second: %v after %v", err, time.Since(begun))
		}
		if b.conns.Load() != 1 {
			t.Errorf("%d connections", b.conns.Load())
		}

		// Where nobody waits any more, nothing goes on.
		alone, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		other := Hop{Host: "gate", Port: 2222, SSH: hop.SSH}
		if _, err := pool.Dial(alone, []Hop{other}, "r1", 22); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("alone: %v", err)
		}
		time.Sleep(time.Minute)
		if b.conns.Load() != 1 {
			t.Errorf("%d connections", b.conns.Load())
		}
	})
}

func TestRateAndIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		b := n.bastion("gate", "secret")
		n.echo("r1", 22)
		pool := &Pool{PerSecond: 0.5, MaxChannels: 1, Idle: time.Minute}
		defer pool.Close()
		dial := pool.Dialer(b.hop("gate"))
		begun := time.Now()
		var conns []net.Conn
		for i := range 4 {
			c, err := dial(t.Context(), "r1", 22)
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
			if took := time.Since(begun).Round(time.Second); took != time.Duration(i)*2*time.Second {
				t.Errorf("connection %d after %v", i+1, took)
			}
		}
		for _, c := range conns {
			_ = c.Close()
		}
		time.Sleep(59 * time.Second)
		open := func() int {
			total := 0
			for _, h := range pool.hops {
				h.mu.Lock()
				total += len(h.links)
				h.mu.Unlock()
			}
			return total
		}
		if open() != 4 {
			t.Errorf("%d connections are kept", open())
		}
		time.Sleep(2 * time.Second)
		if open() != 0 {
			t.Errorf("%d connections are kept beyond their time", open())
		}
	})
}

// A hop may ask for more than one proof.
func TestHopWithTwoMethods(t *testing.T) {
	n := newNetwork(t)
	b := n.bastion("gate", "secret")
	b.config = func(c *xssh.ServerConfig) {
		first := c.PasswordCallback
		c.PasswordCallback = func(meta xssh.ConnMetadata, got []byte) (*xssh.Permissions, error) {
			if _, err := first(meta, got); err != nil {
				return nil, err
			}
			return nil, &xssh.PartialSuccessError{Next: xssh.ServerAuthCallbacks{
				KeyboardInteractiveCallback: func(_ xssh.ConnMetadata, ask xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error) {
					answers, err := ask("", "", []string{"Code: "}, []bool{true})
					if err != nil || len(answers) != 1 || answers[0] != "123456" {
						return nil, errors.New("no")
					}
					return nil, nil
				},
			}}
		}
	}
	n.echo("r1", 22)
	hop := b.hop("gate")
	hop.SSH.Auth = append(hop.SSH.Auth, auth.Interactive(func(context.Context, auth.Challenge) ([]auth.Secret, error) {
		return []auth.Secret{auth.NewSecret("123456")}, nil
	}))
	pool := &Pool{}
	defer pool.Close()
	c, err := pool.Dial(t.Context(), []Hop{hop}, "r1", 22)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, c, "r1")
}
