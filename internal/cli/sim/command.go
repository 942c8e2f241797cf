// Package sim is the verb that serves simulated devices.
package sim

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/sim"
)

// options are the verb's flags.
type options struct {
	ssh, telnet string
	count       int
	hostname    string
	scenario    string
	knownHosts  string
	format      *suggest.Choice
}

// Command is "vty sim".
func Command(s *streams.Streams) *cobra.Command {
	o := &options{format: suggest.NewChoice("text", "jsonl")}
	cmd := &cobra.Command{
		Use:   "sim [flags] PLATFORM | --scenario FILE",
		Short: "Serve simulated devices until Ctrl-C",
		Long: `Serve simulated devices that speak real SSH and Telnet, until Ctrl-C: modes, enable
secrets, pagers, configuration and all. Print where each is, who may log in, the
line that makes its host key known, and a command to try.

Over SSH they speak NETCONF too, as a subsystem: candidate, locks, confirmed commits
and subscriptions, on a configuration of its own that has no model.

Without --ssh and --telnet it is SSH on any free port of 127.0.0.1. With --count,
each further device has the next address and the same port; on Linux all of
127.0.0.0/8 is there for the taking.

With --scenario it is the device of a file instead, which says byte for byte what
the device sends and awaits: each session goes through it from the beginning.
Package sim/scenario describes the files.

What is simulated is not to be exposed: listen on loopback addresses only.`,
		Example: `  vty sim cisco_iosxe
  vty sim frr_vty --telnet 127.0.0.1:2605
  vty sim arista_eos --ssh 127.0.2.1:2222 --count 100 --known-hosts sims.known
  vty sim --scenario sim/scenario/testdata/15-pager-9.scenario`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.scenario != "" && (len(args) > 0 || o.hostname != ""):
				return exit.Misused(errors.New("--scenario says which device it is: want no platform and no --hostname beside it"))
			case o.scenario == "" && len(args) != 1:
				return exit.Misused(fmt.Errorf("want one platform, such as vty sim cisco_iosxe; there are %v", sim.Names()))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := o.start(cmd.Context(), s, args)
			if err != nil {
				return err
			}
			err = o.print(s, f)
			if err == nil {
				if o.format.String() == "text" {
					_, _ = fmt.Fprintln(s.Err, "serving until Ctrl-C")
				}
				<-cmd.Context().Done()
			}
			return errors.Join(err, f.Close())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.ssh, "ssh", "", "serve SSH at this `ADDRESS`, HOST:PORT; port 0 is any")
	flags.StringVar(&o.telnet, "telnet", "", "serve Telnet at this `ADDRESS`, HOST:PORT; port 0 is any")
	flags.IntVar(&o.count, "count", 1, "how many devices")
	flags.StringVar(&o.hostname, "hostname", "", "name of the device; with --count, -1, -2 and so on are added")
	flags.StringVar(&o.scenario, "scenario", "", "serve the device of this scenario file")
	flags.StringVar(&o.knownHosts, "known-hosts", "", "write the host keys to this file, for --known-hosts of other verbs")
	flags.VarP(o.format, "output", "o", "form of the list of devices")
	return cmd
}

// print says where the devices are.
func (o *options) print(s *streams.Streams, f *fleet) error {
	if o.knownHosts != "" {
		if err := os.WriteFile(o.knownHosts, []byte(f.knownHosts()), 0o600); err != nil {
			return exit.Misused(err)
		}
	}
	for _, d := range f.devices {
		text, err := d.describe(o.format.String() == "jsonl")
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(s.Out, text); err != nil {
			return err
		}
	}
	return nil
}

// model finds the simulated device of a platform's name or alias.
func model(s *streams.Streams, name string) (*sim.Model, error) {
	def, err := target.Definition(s, name)
	if err != nil {
		return nil, err
	}
	return sim.NewModel(def)
}
