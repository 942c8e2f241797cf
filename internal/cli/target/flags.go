// Package target turns the flags that all verbs share into devices to dial: where
// they are, what they are, who logs in and how their keys are checked.
package target

import (
	"time"

	"github.com/spf13/pflag"
	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// Flags are the flags of every verb that reaches devices.
type Flags struct {
	// Nameless is set where a device knows its users otherwise than by a name, such as
	// by a certificate; then hosts over SSH need none either.
	Nameless bool

	set          *pflag.FlagSet
	hosts        []string
	sims         []string
	inventory    string
	selector     string
	platform     string
	remember     bool
	transport    *suggest.Choice
	fallback     string
	program      string
	hop          scriptedHop
	line         serialLine
	console      *suggest.Choice
	user         string
	mode         string
	hostKey      hostKeyPolicy
	knownHosts   []string
	legacy       bool
	identities   []string
	passwordFile string
	enableFile   string
	askPass      bool
	jump         []string
	sshConfig    string
	matchExec    bool
	timeout      time.Duration
	verbose      int
}

// Register adds the flags to a verb's.
func (f *Flags) Register(set *pflag.FlagSet) {
	f.set, set.SortFlags = set, false
	f.transport = suggest.NewChoice(transports()...)
	f.console = suggest.NewChoice("auto", string(vty.ConsoleOn), string(vty.ConsoleOff))
	set.StringArrayVarP(&f.hosts, "host", "H", nil, "device to reach: [USER@]HOST[:PORT], IPv6 with a port in brackets; repeatable")
	set.StringVarP(&f.inventory, "inventory", "i", "", "inventory to take hosts from: vty's YAML, nornir, Ansible, containerlab, ssh_config, CSV, a list, a program, a NetBox's URL")
	set.StringVarP(&f.selector, "select", "s", "", "which hosts of the inventory: 'site=ams,role=leaf', '!spine', 'host~^r[0-9]', a group, a glob")
	set.StringArrayVar(&f.sims, "sim", nil, "reach a simulated device of this `PLATFORM` instead, started for the occasion; repeatable")
	set.StringVarP(&f.platform, "platform", "p", "", "what the device is: a name (vty platforms lists them) or a definition file (default auto: found out within the session)")
	set.BoolVar(&f.remember, "remember", false, "remember what hosts were found to be, and believe it the next time")
	set.VarP(f.transport, "transport", "t", "how to reach it; serial takes the name of a port for the host: -H /dev/ttyUSB0, -H COM3")
	set.StringVar(&f.fallback, "fallback", "", "take `telnet[:PORT]`, which is not encrypted, where nobody is reached who speaks SSH (default no other way)")
	set.StringVar(&f.program, "program", "", "program to reach the host by, over exec: 'docker exec -it %h vtysh' (%h the host, %p the port, %u the user); no shell, no secrets")
	f.hop.register(set)
	f.line.register(set)
	set.Var(f.console, "console", "whether it is a console, found in whatever state and left logged out (auto: over serial, rfc2217 and raw it is)")
	set.StringVarP(&f.user, "user", "u", "", "name to log in as (default $"+envUser+", then ssh_config's, then $USER)")
	set.StringVar(&f.mode, "mode", "", "mode that commands run in (default the platform's own)")
	set.Var(&f.hostKey, "host-key", "which SSH host keys to accept (default what ssh_config says, else strict)")
	set.StringArrayVar(&f.knownHosts, "known-hosts", nil, "known_hosts file (default ssh_config's, else ~/.ssh/known_hosts and the system's); repeatable")
	set.BoolVar(&f.legacy, "legacy", false, "allow weak SSH algorithms, for devices that know no better")
	set.StringArrayVarP(&f.identities, "identity", "I", nil, "private key file (default ssh_config's, else the agent's keys and ~/.ssh/id_*); repeatable")
	set.StringVar(&f.passwordFile, "password-file", "", "file whose first line is the password (default $"+envPassword+")")
	set.StringVar(&f.enableFile, "enable-file", "", "file whose first line is the enable secret (default $"+envEnable+")")
	set.StringSliceVarP(&f.jump, "jump", "J", nil, "jump hosts to go through, in order: [USER@]HOST[:PORT],... (password from $"+envJumpPassword+", else as for the device)")
	set.StringVarP(&f.sshConfig, "ssh-config", "F", "", "OpenSSH client configuration (default ~/.ssh/config and the system's; \"none\" for none)")
	set.BoolVar(&f.matchExec, "match-exec", false, "let the SSH configuration's Match exec run its commands")
	set.BoolVar(&f.askPass, "ask-pass", false, "ask for the password on the terminal")
	set.DurationVar(&f.timeout, "timeout", 0, "limit on reaching a host and on each command (default 1m to reach it, and 1m of silence)")
	set.CountVarP(&f.verbose, "verbose", "v", "say more on standard error; -vv says everything")
}

// Mode is the mode that the user named, or "".
func (f *Flags) Mode() string { return f.mode }

// Timeout is the limit the user set, or 0.
func (f *Flags) Timeout() time.Duration { return f.timeout }
