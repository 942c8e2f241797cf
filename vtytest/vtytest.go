// Package vtytest gives tests of programs that drive devices something to drive:
// the simulated devices of package sim, opened by package vty, and ended with the
// test. Every failure to set one up ends the test.
//
//	func TestUptime(t *testing.T) {
//		router := vtytest.Simulate(t, "cisco_iosxe", nil)
//		router.Answer("show version", "… uptime is 3 minutes …")
//		dev := vtytest.Open(t, router)
//		…
//	}
//
// What a device says beyond the platform's own is set by sim.Config, by
// sim.Device.Answer, and by overlays. SimulateNETCONF and what stands with it do the
// same for package netconf. Nothing leaves the process or the loopback
// interface.
package vtytest

import (
	"net"
	"strconv"
	"testing"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/conformance"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
)

// Simulate makes a simulated device; nil cfg is the zero Config. The overlays are
// texts of YAML device files, see sim.Load.
func Simulate(t testing.TB, platform string, cfg *sim.Config, overlays ...[]byte) *sim.Device {
	t.Helper()
	dev, err := sim.New(platform, cfg, overlays...)
	if err != nil {
		t.Fatal(err)
	}
	return dev
}

// Config is what vty needs to log in to a simulated device: its platform, a user,
// and the secrets. Host keys are not in it; ServeSSH knows those.
func Config(router *sim.Device) *vty.Config {
	user, password, enable := router.Credentials()
	secret := auth.Literal(password)
	return &vty.Config{
		Platform: router.Platform(),
		User:     user,
		Auth:     []auth.Method{auth.Password(secret)},
		Password: secret,
		Secrets:  map[string]auth.Source{"enable": auth.Literal(enable)},
	}
}

// Open opens a simulated device over a pipe in memory, which works within a
// testing/synctest bubble too, and closes it at the end of the test.
func Open(t testing.TB, router *sim.Device) *vty.Device {
	t.Helper()
	dev, err := vty.Open(t.Context(), router.Pipe(sim.Terminal{}), router.Hostname(), Config(router))
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, dev)
	return dev
}

// ServeSSH serves a simulated device over SSH at a free port of 127.0.0.1 until
// the end of the test. It returns the host and port for vty.Dial and a Config that
// accepts the server's key alone.
func ServeSSH(t testing.TB, router *sim.Device, ssh *sim.SSHConfig) (addr string, cfg *vty.Config) {
	t.Helper()
	srv, err := sim.ListenSSH(t.Context(), "", router, ssh)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, srv)
	cfg = at(srv, router)
	cfg.HostKeys = auth.Pinned(srv.Fingerprint())
	return srv.Addr().String(), cfg
}

// ServeTelnet is ServeSSH over Telnet, where the device itself asks who is there.
func ServeTelnet(t testing.TB, router *sim.Device) (addr string, cfg *vty.Config) {
	t.Helper()
	srv, err := sim.ListenTelnet(t.Context(), "", router)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, srv)
	cfg = at(srv, router)
	cfg.Transport = vty.Telnet
	return srv.Addr().String(), cfg
}

// at is a Config that names the server's port as well.
func at(srv *sim.Server, router *sim.Device) *vty.Config {
	cfg := Config(router)
	_, port, _ := net.SplitHostPort(srv.Addr().String())
	cfg.Port, _ = strconv.Atoi(port)
	return cfg
}

// Dial is vty.Dial for a test: it closes the device at the end.
func Dial(t testing.TB, addr string, cfg *vty.Config) *vty.Device {
	t.Helper()
	dev, err := vty.Dial(t.Context(), addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, dev)
	return dev
}

func closeAtEnd(t testing.TB, c interface{ Close() error }) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// Definition proves a platform definition of your own: a device made of it alone
// is driven through every mode from every mode, pages, refusals, configuration,
// commit and abort, save and close. What the real device does, only the real
// device shows.
func Definition(t testing.TB, def *platform.Definition) {
	t.Helper()
	for _, part := range conformance.Parts() {
		if err := part.Run(t.Context(), def); err != nil {
			t.Errorf("%s: %s: %v", def.Name, part.Name, err)
		}
	}
}
