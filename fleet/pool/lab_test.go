package pool_test

import (
	"context"
	"net"
	"strconv"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/fleet/pool"
	"github.com/vtynet/vty/lab"
)

// Every FRR router of the lab is asked three times, in one login, and its session is
// closed by the router's own leave in the end.
func TestLabRoutersAreAskedInOneLogin(t *testing.T) {
	routers := lab.RequireAll(t, lab.FRRVTYSH)
	var hosts []*fleet.Host
	for _, r := range routers {
		hosts = append(hosts, &fleet.Host{Name: r.Name, Address: net.JoinHostPort(r.Address, strconv.Itoa(r.Port)), Config: &vty.Config{
			Platform: r.Platform, User: r.User, HostKeys: auth.KnownHosts(r.KnownHosts),
			Auth: []auth.Method{auth.Password(auth.Literal(r.Password))},
		}})
	}
	p := pool.New(nil)
	connected, reused := 0, 0
	count := fleet.Observe(func(e fleet.Event) {
		if e.Kind == fleet.Connected && e.Err == nil {
			connected++
			if e.Reused {
				reused++
			}
		}
	})
	for range 3 {
		for out := range fleet.Run(t.Context(), hosts, func(ctx context.Context, s *fleet.Session) (string, error) {
			dev, err := s.Device(ctx)
			if err != nil {
				return "", err
			}
			if err := dev.Enter(ctx, "configuration"); err != nil {
				return "", err
			}
			res, err := dev.Do(ctx, vty.Command{Line: "show version", Mode: "privileged"})
			if err != nil {
				return "", err
			}
			return res.Text(), nil
		}, fleet.Reuse(p), fleet.Sessions(1), count) {
			if out.Err != nil || out.Value == "" {
				t.Errorf("%s: %q, %v", out.Host.Name, out.Value, out.Err)
			}
		}
	}
	if n := len(routers); connected != 3*n || reused != 2*n || p.Stats().Idle != n {
		t.Errorf("%d routers: %d sessions given, %d of them kept ones; %+v", n, connected, reused, p.Stats())
	}
	if err := p.Close(t.Context()); err != nil || p.Stats() != (pool.Stats{}) {
		t.Errorf("%v, %+v", err, p.Stats())
	}
}
