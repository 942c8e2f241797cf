package pool_test

import (
	"context"
	"fmt"
	"log"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/fleet"
	"github.com/vtynet/vty/fleet/pool"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/vtytest"
)

// Two runs over the same hosts log in once to each.
func Example() {
	ctx := context.Background()
	var hosts []*fleet.Host
	logins := 0
	for _, name := range []string{"r1", "r2"} {
		hosts = append(hosts, &fleet.Host{Name: name, Config: simulated(name, &logins)})
	}
	p := pool.New(&pool.Config{Sessions: 100})
	prompt := func(ctx context.Context, s *fleet.Session) (string, error) {
		dev, err := s.Device(ctx)
		if err != nil {
			return "", err
		}
		return dev.AskPrompt(ctx)
	}
	for range 2 {
		for out := range fleet.Run(ctx, hosts, prompt, fleet.Reuse(p), fleet.Sessions(1)) {
			fmt.Println(out.Host.Name, out.Value, out.Err)
		}
	}
	fmt.Println(logins, "logins,", p.Stats().Idle, "sessions kept")
	if err := p.Close(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// r1 r1# <nil>
	// r2 r2# <nil>
	// r1 r1# <nil>
	// r2 r2# <nil>
	// 2 logins, 2 sessions kept
}

// simulated makes the configuration of a device that lives in this process.
func simulated(name string, logins *int) *vty.Config {
	dev, err := sim.New("cisco_iosxe", &sim.Config{Hostname: name})
	if err != nil {
		log.Fatal(err)
	}
	cfg := vtytest.Config(dev)
	cfg.Dial = func(context.Context) (transport.Conn, error) {
		*logins++
		return dev.Pipe(sim.Terminal{}), nil
	}
	return cfg
}
