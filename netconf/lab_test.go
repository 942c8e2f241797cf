package netconf_test

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/lab"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/netconf/rpc"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/ssh"
)

// dialLab begins a session with the lab's netconfd.
func dialLab(t *testing.T, change func(*netconf.Config)) *netconf.Session {
	t.Helper()
	d := lab.Require(t, lab.NETCONF)
	cfg := &netconf.Config{
		User: d.User, Port: d.Port,
		Auth:     []auth.Method{auth.Password(auth.Literal(d.Password))},
		HostKeys: auth.KnownHosts(d.KnownHosts),
	}
	if change != nil {
		change(cfg)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s, err := netconf.Dial(ctx, d.Address, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// within is a context that outlives no test: a server that falls silent fails it.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestLabSession(t *testing.T) {
	for _, base10 := range []bool{false, true} {
		s := dialLab(t, func(c *netconf.Config) { c.Base10, c.Strict = base10, true })
		want := map[bool]string{false: "1.1", true: "1.0"}[base10]
		if s.Framing() != want || s.ID() == 0 || !s.Capabilities().Has(rpc.CandidateCap) {
			t.Errorf("framing %s, session %d, %d capabilities", s.Framing(), s.ID(), len(s.Capabilities()))
		}
		reply, err := rpc.Get{}.Do(within(t), s)
		if err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(reply.Bytes(), new(struct{})); err != nil || len(reply.Bytes()) < 10_000 {
			t.Errorf("%d bytes, %v", len(reply.Bytes()), err)
		}
		st, err := s.Stream(within(t), rpc.Get{Filter: rpc.Subtree(`<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><schemas/></netconf-state>`)})
		if err != nil {
			t.Fatal(err)
		}
		schemas := 0
		for e, err := range st.Elements("data", "netconf-state", "schemas", "schema") {
			var v struct {
				Identifier string `xml:"identifier"`
			}
			if err != nil || e.Decode(&v) != nil || v.Identifier == "" {
				t.Fatal(err)
			}
			schemas++
		}
		if schemas < 20 {
			t.Errorf("%d schemas", schemas)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLabReads(t *testing.T) {
	s := dialLab(t, nil)
	ctx := within(t)
	for _, op := range []interface {
		rpc.Operation
		Do(context.Context, rpc.Session) (*rpc.Reply, error)
	}{
		rpc.GetConfig{},
		rpc.GetConfig{Source: rpc.Candidate, WithDefaults: rpc.ReportAll},
		rpc.Get{Filter: rpc.XPath("/sys:system", rpc.Namespace{Prefix: "sys", URI: "urn:ietf:params:xml:ns:yang:ietf-system"})},
		rpc.Validate{Source: rpc.Candidate},
		rpc.DiscardChanges{},
		rpc.Raw(`<get-my-session xmlns="http://netconfcentral.org/ns/yuma-mysession"/>`),
	} {
		if reply, err := op.Do(ctx, s); err != nil || len(reply.Bytes()) == 0 {
			t.Errorf("%T: %v", op, err)
		}
	}
	text, err := rpc.GetSchema{Identifier: "ietf-netconf-monitoring", Format: "yang"}.Do(ctx, s)
	if err != nil || !strings.Contains(text, "module ietf-netconf-monitoring {") {
		t.Errorf("get-schema: %.60q, %v", text, err)
	}
	modules, err := rpc.Library{}.Do(ctx, s)
	if err != nil || len(modules) < 20 {
		t.Errorf("%d modules, %v", len(modules), err)
	}
	_, err = rpc.Raw(`<nonsense xmlns="urn:nonsense"/>`).Do(ctx, s)
	if e, ok := errors.AsType[*netconf.RPCError](err); !ok || e.Tag == "" || e.Type == "" {
		t.Errorf("an unknown operation: %v", err)
	}
	if _, err := (rpc.CopyConfig{Target: rpc.Startup, Source: rpc.Running}).Do(ctx, s); !errors.As(err, new(*rpc.UnsupportedError)) {
		t.Errorf("startup: %v", err)
	}
}

// TestLabThroughAJumpHost reaches the server by way of another: its sshd looks the
// address up and opens the connection, in which SSH goes on to the server.
func TestLabThroughAJumpHost(t *testing.T) {
	hop := lab.Require(t, lab.LinuxSSH) // not the lab's own jump host, whose log others count in
	pool := &jump.Pool{}
	t.Cleanup(func() { _ = pool.Close() })
	way := pool.Dialer(jump.Hop{Host: hop.Address, Port: hop.Port, SSH: &ssh.Config{
		User: hop.User, Auth: []auth.Method{auth.Password(auth.Literal(hop.Password))}, HostKeys: auth.KnownHosts(hop.KnownHosts),
	}})
	var sessions []*netconf.Session
	for range 3 {
		sessions = append(sessions, dialLab(t, func(c *netconf.Config) { c.Dial = way }))
	}
	for _, s := range sessions {
		if _, err := (rpc.GetConfig{}).Do(within(t), s); err != nil {
			t.Error(err)
		}
		if c, ok := s.Transport().(*ssh.Conn); !ok || c.RemoteAddr() == nil {
			t.Errorf("%T", s.Transport())
		}
	}
	// Where the hop ends, the sessions do, and say so.
	_ = pool.Close()
	for _, s := range sessions {
		<-s.Done()
		if _, err := (rpc.Get{}).Do(within(t), s); !errors.Is(err, netconf.ErrClosed) {
			t.Error(err)
		}
	}
}

func TestLabManyCalls(t *testing.T) {
	s := dialLab(t, nil)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := (rpc.GetConfig{}).Do(within(t), s); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestLabSubsystemThatIsNotThere(t *testing.T) {
	d := lab.Require(t, lab.NETCONF)
	_, err := netconf.Dial(within(t), d.Address, &netconf.Config{
		User: d.User, Port: d.Port, HostKeys: auth.KnownHosts(d.KnownHosts), Subsystem: "nosuch",
		Auth: []auth.Method{auth.Password(auth.Literal(d.Password))},
	})
	if err == nil || !strings.Contains(err.Error(), `refuses the subsystem "nosuch"`) {
		t.Error(err)
	}
	// A command that speaks no NETCONF, on a server whose shell is one.
	linux := lab.Require(t, lab.LinuxSSH)
	_, err = netconf.Dial(within(t), linux.Address, &netconf.Config{
		User: linux.User, Port: linux.Port, HostKeys: auth.KnownHosts(linux.KnownHosts), Command: "echo no netconf here; echo why >&2",
		Auth: []auth.Method{auth.Password(auth.Literal(linux.Password))},
	})
	if e, ok := errors.AsType[*netconf.HelloError](err); !ok || e.Heard != "no netconf here\n" || e.Stderr != "why\n" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}
