// Package cli is the command vty: it puts the verbs together, runs the one that
// was asked for, and says how it ended. The verbs are in packages of their own.
package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/completion"
	"github.com/vtynet/vty/internal/cli/config"
	"github.com/vtynet/vty/internal/cli/configshow"
	"github.com/vtynet/vty/internal/cli/doctor"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/help"
	"github.com/vtynet/vty/internal/cli/interrupt"
	"github.com/vtynet/vty/internal/cli/inventory"
	"github.com/vtynet/vty/internal/cli/man"
	"github.com/vtynet/vty/internal/cli/netconf"
	"github.com/vtynet/vty/internal/cli/parse"
	"github.com/vtynet/vty/internal/cli/platforms"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/run"
	"github.com/vtynet/vty/internal/cli/settings"
	"github.com/vtynet/vty/internal/cli/shell"
	"github.com/vtynet/vty/internal/cli/sim"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/internal/cli/transfer"
	"github.com/vtynet/vty/internal/cli/version"
)

// Main runs the command and returns its exit status. Package interrupt says what
// Ctrl-C does.
func Main(args []string, s *streams.Streams) int {
	ctx, stop := interrupt.Context(context.Background())
	defer stop()
	return int(Run(ctx, args, s))
}

// Run is Main without the signals.
func Run(ctx context.Context, args []string, s *streams.Streams) exit.Status {
	root := root(s, args)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exit.OK
	}
	if errors.As(err, new(*exit.StatusError)) {
		return exit.Of(err)
	}
	if strings.HasPrefix(err.Error(), "unknown command ") {
		// cobra has no type for it.
		err = exit.Misused(err)
	}
	report.Error(s.Err, "", err.Error(), err)
	if exit.Of(err) == exit.Usage {
		_, _ = fmt.Fprintf(s.Err, "     next: %s --help\n", cmd.CommandPath())
	}
	return exit.Of(err)
}

// A verb is built when it is asked for.
type verb struct {
	name  string
	build func(*streams.Streams) *cobra.Command
}

func verbs() []verb {
	return []verb{
		{"run", run.Command}, {"parse", parse.Command}, {"config", config.Command}, {"shell", shell.Command},
		{"doctor", doctor.Command}, {"inventory", inventory.Command},
		{configshow.Name, showSettings}, {"netconf", netconf.Command}, {"put", transfer.Put}, {"get", transfer.Get},
		{"platforms", platforms.Command}, {"sim", sim.Command}, {"version", version.Command},
		{completion.Name, completing}, {man.Name, manual}, {help.Name, explaining},
	}
}

// whole makes the command with all its verbs, for those that are about the others.
func whole(s *streams.Streams) func() *cobra.Command {
	return func() *cobra.Command { return root(s, nil) }
}

func showSettings(s *streams.Streams) *cobra.Command { return configshow.Command(s, whole(s)) }
func completing(s *streams.Streams) *cobra.Command   { return completion.Command(s, whole(s)) }
func manual(s *streams.Streams) *cobra.Command       { return man.Command(s, whole(s)) }
func explaining(s *streams.Streams) *cobra.Command   { return help.Command(s, whole(s)) }

// root is the command with the one verb that the arguments begin with, and with
// all where they begin with none: to build every verb's flags takes longer than
// many a verb.
func root(s *streams.Streams, args []string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "vty",
		Short: "Drive the command line of network devices",
		Long: `vty drives the command line of network devices: routers, switches, firewalls and
servers, over SSH, Telnet, consoles and local programs, and by NETCONF.

Secrets come from $VTY_PASSWORD, $VTY_ENABLE, --password-file, --enable-file,
--ask-pass, $VTY_TOTP (the seed of one-time codes), the SSH agent or key files
($VTY_PASSPHRASE opens encrypted ones),
never from an argument, which every user of the machine could read.

Exit status: 0 all well, 1 a device refused a command, 2 usage, 3 a host could not be
reached or logged in to, or was not begun, or an answer was cut off, 4 timed out, 130
stopped by Ctrl-C.`,
		Example: `  vty run --sim cisco_iosxe 'show version'
  vty doctor -H ops@r1.example.net -p cisco_iosxe`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			var verbs []string
			for _, c := range cmd.Commands() {
				verbs = append(verbs, c.Name())
			}
			return exit.Misused(fmt.Errorf("unknown verb %q%s", args[0], suggest.DidYouMean(args[0], verbs)))
		},
	}
	cmd.CompletionOptions.DisableDefaultCmd = true // ours has help of its own
	cmd.SetIn(s.In)
	cmd.SetOut(s.Out)
	cmd.SetErr(s.Err)
	cmd.SetFlagErrorFunc(flagError)
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return set(cmd, s) }
	all := verbs()
	if len(args) > 0 {
		if i := slices.IndexFunc(all, func(v verb) bool { return v.name == args[0] }); i >= 0 {
			all = all[i : i+1]
		}
	}
	for _, v := range all {
		cmd.AddCommand(v.build(s))
	}
	help.Install(cmd, s)
	mark(cmd)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		completion.Values(cmd, s, whole(s))
	}
	return cmd
}

// set gives the flags of a verb what the user's settings have for them.
func set(cmd *cobra.Command, s *streams.Streams) error {
	aside := []string{completion.Name, man.Name, help.Name, cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}
	if slices.Contains(aside, cmd.Name()) {
		return nil
	}
	warn(cmd, s)
	if cmd.Name() == configshow.Name { // which says all that is wrong itself
		return nil
	}
	set, err := settings.Load(s)
	if err != nil {
		return exit.Misused(err)
	}
	if len(set.Files()) > 0 { // in which all verbs may stand
		err = set.Check(root(s, nil))
	}
	return exit.Misused(errors.Join(err, set.Apply(cmd)))
}

// beside are the variables of the environment that set no flag.
func beside() []string {
	return append(target.Variables(), settings.File)
}

// warn names variables that nothing reads and that somebody meant for vty, without
// their values: a password may be in one.
func warn(cmd *cobra.Command, s *streams.Streams) {
	names := s.Variables("VTY_")
	mine := append(beside(), settings.Variables(cmd)...)
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(mine, name) })
	if len(names) == 0 {
		return // as mostly, and all verbs need not be built
	}
	known := append(mine, settings.Variables(root(s, nil))...)
	for _, name := range names {
		if meant := settings.Meant(name, known); meant != "" {
			_, _ = fmt.Fprintf(s.Err, "vty: warning: $%s is set, and nothing reads it; did you mean %s?\n", name, meant)
		}
	}
}

// flagError says what is wrong with a flag and what is nearest to it.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return exit.Misused(err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	if unknown.GetSpecifiedShortnames() != "" {
		return exit.Misused(err)
	}
	return exit.Misused(fmt.Errorf("%w%s", err, suggest.DidYouMean("--"+unknown.GetSpecifiedName(), names)))
}
