package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/sim"
)

// fleet is the devices served. Each may be reached over SSH and over Telnet.
type fleet struct{ devices []*device }

// device is one of them; a nil server is one that was not asked for.
type device struct {
	object
	host        sim.Host
	config      sim.SSHConfig
	ssh, telnet *sim.Server
	bare        bool // the host speaks Telnet itself
}

// start serves the devices.
func (o *options) start(ctx context.Context, s *streams.Streams, args []string) (*fleet, error) {
	next, err := o.source(s, args)
	if err != nil {
		return nil, err
	}
	if o.count < 1 {
		return nil, exit.Misused(fmt.Errorf("--count %d: want 1 or more", o.count))
	}
	if o.ssh == "" && o.telnet == "" {
		o.ssh = "127.0.0.1:0"
	}
	key, err := sim.NewHostKey()
	if err != nil {
		return nil, err
	}
	f := &fleet{}
	for i := range o.count {
		sshAt, err1 := nth(o.ssh, i)
		telnetAt, err2 := nth(o.telnet, i)
		if err := errors.Join(err1, err2); err != nil {
			return nil, errors.Join(exit.Misused(err), f.Close())
		}
		d, err := next(i)
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		if d.config.RSA == nil {
			d.config.HostKey = key
		}
		f.devices = append(f.devices, d)
		if sshAt != "" {
			d.ssh, err = sim.ListenSSH(ctx, sshAt, d.host, &d.config)
		}
		if err == nil && telnetAt != "" {
			listen := sim.ListenTelnet
			if d.bare {
				listen = sim.ListenTCP
			}
			d.telnet, err = listen(ctx, telnetAt, d.host)
		}
		if err != nil {
			return nil, errors.Join(exit.Misused(err), f.Close())
		}
	}
	return f, nil
}

// source makes the device that is served as number i, from 0.
func (o *options) source(s *streams.Streams, args []string) (func(i int) (*device, error), error) {
	if o.scenario != "" {
		script, err := readScenario(o.scenario)
		return func(int) (*device, error) { return played(script), nil }, err
	}
	m, err := model(s, args[0])
	return func(i int) (*device, error) {
		dev, err := m.Device(&sim.Config{Hostname: o.name(i)})
		if err != nil {
			return nil, err
		}
		d := &device{host: dev, config: sim.SSHConfig{Subsystems: target.Subsystems(dev.Hostname())}}
		d.Hostname, d.Platform, d.tryAs = dev.Hostname(), dev.Platform(), dev.Platform()
		d.User, d.Password, d.Enable = dev.Credentials()
		return d, nil
	}, err
}

func (o *options) name(i int) string {
	switch {
	case o.count == 1:
		return o.hostname
	case o.hostname == "":
		return fmt.Sprintf("sim-%d", i+1)
	}
	return fmt.Sprintf("%s-%d", o.hostname, i+1)
}

// nth is the address of device i, where the first is at addr: the same port, i
// addresses on. "" stays "".
func nth(addr string, i int) (string, error) {
	if addr == "" {
		return "", nil
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("address %q: want HOST:PORT, such as 127.0.0.1:2222", addr)
	}
	if i == 0 {
		return addr, nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return "", fmt.Errorf("address %q: with --count, want an IP address to count from", addr)
	}
	for range i {
		ip = ip.Next()
	}
	if !ip.IsValid() {
		return "", fmt.Errorf("address %q: there are not %d addresses after it", addr, i)
	}
	return net.JoinHostPort(ip.String(), port), nil
}

// knownHosts is a known_hosts file for all.
func (f *fleet) knownHosts() string {
	var b strings.Builder
	for _, d := range f.devices {
		if d.ssh != nil {
			b.WriteString(d.ssh.KnownHostsLine() + "\n")
		}
	}
	return b.String()
}

// Close ends all servers.
func (f *fleet) Close() error {
	var errs []error
	for _, d := range f.devices {
		if d.ssh != nil {
			errs = append(errs, d.ssh.Close())
		}
		if d.telnet != nil {
			errs = append(errs, d.telnet.Close())
		}
	}
	return errors.Join(errs...)
}

// object is a device in JSON. The passwords are part of a stage set, and no
// secrets.
type object struct {
	Hostname    string `json:"hostname"`
	Platform    string `json:"platform"`
	SSH         string `json:"ssh"`
	Telnet      string `json:"telnet"`
	User        string `json:"user"`
	Password    string `json:"password"`
	Enable      string `json:"enable"`
	Fingerprint string `json:"fingerprint"`
	KnownHosts  string `json:"known_hosts"`

	try   string // a command that the device answers; "" means one of the platform's
	tryAs string // the platform to try it as
}

// describe says where a device is, and how to get in.
func (d *device) describe(jsonl bool) (string, error) {
	o := d.object
	if d.ssh != nil {
		o.SSH, o.Fingerprint, o.KnownHosts = d.ssh.Addr().String(), d.ssh.Fingerprint(), d.ssh.KnownHostsLine()
	}
	if d.telnet != nil {
		o.Telnet = d.telnet.Addr().String()
	}
	if jsonl {
		text, err := output.Marshal(o)
		return string(text) + "\n", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", o.Hostname, o.Platform)
	fmt.Fprintf(&b, ": user %s, password %s", o.User, o.Password)
	if o.Enable != "" {
		fmt.Fprintf(&b, ", enable secret %s", o.Enable)
	}
	b.WriteString("\n")
	if o.SSH != "" {
		fmt.Fprintf(&b, "  ssh     %s\n", o.SSH)
		fmt.Fprintf(&b, "  known   %s\n", o.KnownHosts)
		fmt.Fprintf(&b, "  try     %svty run -H %s@%s -p %s --host-key %s %s\n", o.environment(), o.User, o.SSH, o.tryAs, o.Fingerprint, o.command())
		if d.config.Subsystems != nil {
			fmt.Fprintf(&b, "  try     VTY_PASSWORD=%s vty netconf get-config -H %s@%s --host-key %s\n", o.Password, o.User, o.SSH, o.Fingerprint)
		}
	}
	if o.Telnet != "" {
		fmt.Fprintf(&b, "  telnet  %s\n", o.Telnet)
		fmt.Fprintf(&b, "  try     %svty run -H %s@%s -t telnet -p %s %s\n", o.environment(), o.User, o.Telnet, o.tryAs, o.command())
	}
	return b.String(), nil
}

func (o *object) environment() string {
	env := "VTY_PASSWORD=" + o.Password + " "
	if o.Enable != "" {
		env += "VTY_ENABLE=" + o.Enable + " "
	}
	return env
}

// command is one that a device of the platform answers.
func (o *object) command() string {
	switch {
	case o.try != "":
		return "'" + strings.ReplaceAll(o.try, "'", `'\''`) + "'"
	case o.Platform == "linux":
		return "'uname -a'"
	}
	return "'show version'"
}
