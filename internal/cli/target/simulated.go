package target

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net"
	"strconv"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/sim"
	simnetconf "github.com/vtynet/vty/sim/netconf"
)

// simulate starts a simulated device on loopback and adds it to set. It is
// reached as any other device is; its host key is pinned.
func (f *Flags) simulate(ctx context.Context, set *Set, s *streams.Streams, name string, base vty.Config) error {
	def, err := Definition(s, name)
	if err != nil {
		return err
	}
	driven := def
	if base.Definition != nil {
		driven = base.Definition
	}
	if err := checkMode(driven, f.mode); err != nil {
		return err
	}
	model, err := sim.NewModel(def)
	if err != nil {
		return exit.Misused(fmt.Errorf("--sim: %w", err))
	}
	dev, err := model.Device(nil)
	if err != nil {
		return exit.Misused(fmt.Errorf("--sim: %w", err))
	}
	var server *sim.Server
	switch base.Transport {
	case vty.Telnet:
		server, err = sim.ListenTelnet(ctx, "", dev)
	case vty.Raw:
		server, err = sim.ListenTCP(ctx, "", dev)
	case vty.Serial, vty.RFC2217, vty.Exec, vty.OpenSSH:
		return exit.Misused(fmt.Errorf("--sim: simulated devices are reached over ssh, telnet or raw, not over %s", base.Transport))
	default:
		server, err = sim.ListenSSH(ctx, "", dev, &sim.SSHConfig{Subsystems: Subsystems(dev.Hostname())})
	}
	if err != nil {
		return err
	}
	set.closers = append(set.closers, server)
	host, port, err := net.SplitHostPort(server.Addr().String())
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	t := &Target{Label: name, Host: Host{Name: host, Port: n}, Config: base, timeout: f.timeout}
	for i := 2; set.has(t.Label); i++ {
		t.Label = fmt.Sprintf("%s#%d", name, i)
	}
	user, password, _ := dev.Credentials()
	t.Config.User = user
	if f.platform != vty.Auto { // with auto, what it is, is to be found out all the same
		t.Config.Definition = driven
	}
	t.Config.Password = auth.Literal(password)
	t.Config.Auth = []auth.Method{auth.Password(t.Config.Password)}
	t.Config.Secrets = map[string]auth.Source{}
	for name, secret := range dev.Secrets() {
		t.Config.Secrets[name] = auth.Literal(secret)
	}
	t.Config.HostKeys = auth.Pinned(server.Fingerprint())
	t.Config.Via = nil // it is on this machine
	set.Targets = append(set.Targets, t)
	return nil
}

func (s *Set) has(label string) bool {
	for _, t := range s.Targets {
		if t.Label == label {
			return true
		}
	}
	return false
}

// Subsystems are what a simulated device of this name serves over SSH beside its
// command line: NETCONF, whose datastores know the name and nothing else of it.
func Subsystems(hostname string) sim.Subsystems {
	var text bytes.Buffer
	_ = xml.EscapeText(&text, []byte(hostname)) // a buffer takes all
	dev, err := simnetconf.New(&simnetconf.Config{
		Running: `<system xmlns="urn:ietf:params:xml:ns:yang:ietf-system"><hostname>` + text.String() + `</hostname></system>`,
	})
	if err != nil {
		panic(err) // it is well-formed
	}
	return sim.Subsystems{"netconf": dev.Serve}
}
