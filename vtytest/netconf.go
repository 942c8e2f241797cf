package vtytest

import (
	"testing"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/netconf"
	"github.com/vtynet/vty/sim"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

// SimulateNETCONF makes a simulated NETCONF device; nil cfg is the zero Config. What
// it does wrong is set by its Fail and Answer, and what it tells unasked by Notify.
func SimulateNETCONF(t testing.TB, cfg *simnetconf.Config) *simnetconf.Device {
	t.Helper()
	dev, err := simnetconf.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// OpenNETCONF begins a session with a simulated device over a pipe in memory, which
// works within a testing/synctest bubble too, and closes it at the end of the test. A
// nil cfg is the zero Config.
func OpenNETCONF(t testing.TB, dev *simnetconf.Device, cfg *netconf.Config) *netconf.Session {
	t.Helper()
	s, err := netconf.New(t.Context(), dev.Pipe(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, s)
	return s
}

// ServeNETCONF serves a simulated device over SSH at a free port of 127.0.0.1 until
// the end of the test. It returns the host and port for netconf.Dial and a Config that
// accepts the server's key alone.
func ServeNETCONF(t testing.TB, dev *simnetconf.Device) (addr string, cfg *netconf.Config) {
	t.Helper()
	router := Simulate(t, "generic", nil)
	srv, err := sim.ListenSSH(t.Context(), "", router, &sim.SSHConfig{Subsystems: sim.Subsystems{"netconf": dev.Serve}})
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, srv)
	user, password, _ := router.Credentials()
	return srv.Addr().String(), &netconf.Config{
		User: user, Auth: []auth.Method{auth.Password(auth.Literal(password))}, HostKeys: auth.Pinned(srv.Fingerprint()),
	}
}
