// Package config is the verb that configures devices, line by line.
package config

import (
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
)

// options are the verb's own flags.
type options struct {
	targets   target.Flags
	fleet     fanout.Flags
	format    *suggest.Choice
	file      string
	template  bool
	dryRun    bool
	diff      bool
	diffOnly  bool
	check     bool
	comment   string
	confirm   time.Duration
	keepGoing bool
	ahead     bool
	save      bool
}

// Command is "vty config".
func Command(s *streams.Streams) *cobra.Command {
	o := &options{format: suggest.NewChoice("text", "json", "jsonl")}
	cmd := &cobra.Command{
		Use:   "config [flags] [-f FILE | LINE...]",
		Short: "Configure devices, and say what became of each line",
		Long: `Send configuration lines to one or several devices, and say what became of each:
accepted, refused with the device's own words, or not sent.

It stops at the first line that the device refuses. On platforms with a candidate
configuration nothing is then changed; elsewhere the lines before it are in effect.
In every case the device is brought back out of configuration mode.

Lines come from the arguments, or from a file with -f (- is standard input). Blank
lines are left out; numbers are those of the lines of the file. A banner or a
certificate over several lines is one statement, with the number of its first.

With --template the lines are a Go text/template over what the inventory says of
each host: {{.name}}, {{.address}}, {{.groups}}, its fields and its data, such as
{{.bgp.as}}; secrets are left out. No host is reached before the lines of all are
made; a value that a host does not have is an error. Numbers are then those of the
lines that were made. Beside the template language's own functions there are join,
split, upper, lower, trim, replace and contains.

Where the platform has a candidate, --diff shows what changes, --diff-only shows it
and changes nothing, and --check has the device test it first. --confirm 5m commits
such that the device takes it back after five minutes, then logs in anew and
confirms it: whoever has locked himself out gets the old configuration back.

Exit status, Ctrl-C and the flags for many hosts: as of vty run; 1 where a line was
refused, 2 where a template makes no lines of a host, or a platform has no candidate
or no timer and one is asked for.`,
		Example: `  vty config --sim cisco_iosxe 'interface GigabitEthernet1' 'description uplink'
  vty config -H r1 -p cisco_iosxe --save -f changes.txt
  generate | vty config -H r1 -H r2 -p arista_eos -o jsonl -f -
  vty config -i net.yaml -s role=leaf --template -f leaf.tmpl --dry-run
  vty config -i net.yaml -s role=leaf --template -f leaf.tmpl --diff-only
  vty config -i net.yaml -s role=leaf --template -f leaf.tmpl --canary 1 --confirm 5m`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.sensible(); err != nil {
				return exit.Misused(err)
			}
			lines, err := o.lines(s, args)
			if err != nil {
				return err
			}
			return o.run(cmd.Context(), s, lines)
		},
	}
	flags := cmd.Flags()
	o.targets.Register(flags)
	o.fleet.Register(flags, 20)
	o.fleet.RegisterTyping(flags)
	flags.VarP(o.format, "output", "o", "form of the report")
	flags.StringVarP(&o.file, "file", "f", "", "read the lines from a file (- for standard input)")
	flags.BoolVar(&o.template, "template", false, "the lines are a template over what the inventory says of each host")
	flags.BoolVar(&o.dryRun, "dry-run", false, "say which lines would be sent to which hosts, in which waves, and reach none")
	flags.BoolVar(&o.diff, "diff", false, "show what the candidate changes, and commit it")
	flags.BoolVar(&o.diffOnly, "diff-only", false, "show what the candidate would change, and throw it away")
	flags.BoolVar(&o.check, "check", false, "have the device check the candidate before it is committed")
	flags.StringVar(&o.comment, "comment", "", "a line that the device keeps with the commit")
	flags.DurationVar(&o.confirm, "confirm", 0, "commit with this timer, and confirm it by a new login")
	flags.BoolVar(&o.ahead, "ahead", false, "send lines before those in front of them are answered, where the platform takes that")
	flags.BoolVar(&o.keepGoing, "keep-going", false, "send the lines after a refused one as well")
	flags.BoolVar(&o.save, "save", false, "make the running configuration survive a restart, where every line was accepted")
	return cmd
}

// sensible says which flags do not go together.
func (o *options) sensible() error {
	switch {
	case o.confirm < 0:
		return errors.New("--confirm: want a duration such as 5m")
	case o.diffOnly && (o.confirm != 0 || o.comment != "" || o.save):
		return errors.New("--diff-only commits nothing: leave out --confirm, --comment and --save")
	}
	return nil
}
