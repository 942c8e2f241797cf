package fleet_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"slices"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/inventory"
	"github.com/vtynet/vty/sim"
)

// One command on the hosts of a group, those of a nornir inventory here.
func ExampleRun() {
	ctx := context.Background()
	dev, err := sim.New("cisco_iosxe", &sim.Config{Hostname: "r1", Users: map[string]string{"ops": "s3cret"}, Secrets: map[string]string{"enable": "s3cret"}})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := sim.ListenSSH(ctx, "127.0.0.1:0", dev, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = srv.Close() }()

	inv, err := inventory.Parse("hosts.yaml", fmt.Appendf(nil, `
r1: {hostname: 127.0.0.1, port: %d, username: ops, password: s3cret, platform: cisco_ios, data: {role: leaf}}
r2: {hostname: 192.0.2.1, data: {role: spine}}
`, srv.Addr().(*net.TCPAddr).Port), inventory.Nornir)
	if err != nil {
		log.Fatal(err)
	}
	leaves, err := inventory.ParseSelector("role=leaf")
	if err != nil {
		log.Fatal(err)
	}
	uptime := func(ctx context.Context, s *fleet.Session) (string, error) {
		d, err := s.Device(ctx)
		if err != nil {
			return "", err
		}
		res, err := d.Run(ctx, "show privilege")
		return res.Text(), err
	}
	base := &vty.Config{
		HostKeys: auth.Pinned(srv.Fingerprint()),
		Secrets:  map[string]auth.Source{"enable": auth.Literal("s3cret")},
	}
	hosts := fleet.Hosts(inv.Select(leaves), base)
	out := slices.Collect(fleet.Run(ctx, hosts, uptime, fleet.Sessions(50)))
	for _, o := range out {
		fmt.Println(o.Host.Name, o.Value, o.Err)
	}
	// Output: r1 Current privilege level is 15 <nil>
}
