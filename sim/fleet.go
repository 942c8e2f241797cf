package sim

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// FleetConfig is which devices a Fleet serves and where.
type FleetConfig struct {
	// Models are the kinds of device, taken in turn; at least one.
	Models []*Model
	// Count is how many devices there are.
	Count int
	// First is the address of the first device; each further one has the next
	// address and the same port. With port 0 each has any port. The zero value is
	// 127.1.0.1, any port. On Linux all of 127/8 is there; elsewhere addresses
	// must have been given to the loopback interface first.
	First netip.AddrPort
	// SameAddress puts all devices at First's address, one port after another
	// (any ports where it is 0), for systems with one loopback address.
	SameAddress bool
	// Telnet serves Telnet instead of SSH.
	Telnet bool
	// SSH is how the SSH servers differ from the usual; nil is the zero
	// SSHConfig. All devices share one host key.
	SSH *SSHConfig
	// Device says how device i, from 0, differs from its model; nil gives each
	// the name "sim-" and its number, from 1.
	Device func(i int) *Config
}

// Fleet is many devices served by one process.
type Fleet struct {
	servers []*Server
}

// ListenFleet serves a fleet. The context governs only the call. On an error
// nothing is left open.
func ListenFleet(ctx context.Context, cfg FleetConfig) (*Fleet, error) {
	if len(cfg.Models) == 0 {
		return nil, errors.New("sim: a fleet needs a model")
	}
	if !cfg.First.IsValid() {
		cfg.First = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, 0, 1}), 0)
	}
	if cfg.Device == nil {
		cfg.Device = func(i int) *Config { return &Config{Hostname: fmt.Sprintf("sim-%d", i+1)} }
	}
	shared := SSHConfig{}
	if cfg.SSH != nil {
		shared = *cfg.SSH
	}
	if shared.HostKey == nil && !cfg.Telnet {
		key, err := NewHostKey()
		if err != nil {
			return nil, fmt.Errorf("sim: host key: %w", err)
		}
		shared.HostKey = key
	}
	f := &Fleet{}
	at := cfg.First
	for i := range cfg.Count {
		srv, err := cfg.listen(ctx, i, at, &shared)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("sim: device %d of %d: %w", i+1, cfg.Count, err), f.Close())
		}
		f.servers = append(f.servers, srv)
		if at, err = cfg.after(at); err != nil && i+1 < cfg.Count {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

func (cfg *FleetConfig) listen(ctx context.Context, i int, at netip.AddrPort, shared *SSHConfig) (*Server, error) {
	dev, err := cfg.Models[i%len(cfg.Models)].Device(cfg.Device(i))
	if err != nil {
		return nil, err
	}
	if cfg.Telnet {
		return ListenTelnet(ctx, at.String(), dev)
	}
	return ListenSSH(ctx, at.String(), dev, shared)
}

// after is where the next device is.
func (cfg *FleetConfig) after(at netip.AddrPort) (netip.AddrPort, error) {
	if !cfg.SameAddress {
		next := at.Addr().Next()
		if !next.IsValid() || next.IsLoopback() != at.Addr().IsLoopback() {
			return at, fmt.Errorf("sim: no address after %s", at.Addr())
		}
		return netip.AddrPortFrom(next, at.Port()), nil
	}
	switch at.Port() {
	case 0:
		return at, nil
	case 65535:
		return at, fmt.Errorf("sim: no port after %s", at)
	}
	return netip.AddrPortFrom(at.Addr(), at.Port()+1), nil
}

// Servers are the fleet's devices in order.
func (f *Fleet) Servers() []*Server { return f.servers }

// KnownHosts is a known_hosts file for the whole fleet.
func (f *Fleet) KnownHosts() string {
	var b strings.Builder
	for _, s := range f.servers {
		if line := s.KnownHostsLine(); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// Close ends every server and waits for all their goroutines.
func (f *Fleet) Close() error {
	var errs []error
	for _, s := range f.servers {
		errs = append(errs, s.stop())
	}
	for _, s := range f.servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
