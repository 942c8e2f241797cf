// Package run is the verb that runs commands on devices and prints the answers.
package run

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/fanout"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
)

// options are the verb's own flags.
type options struct {
	targets target.Flags
	fleet   fanout.Flags
	format  *suggest.Choice
	chosen  func() bool // whether the user named the format
	headers *suggest.Choice
	file    string
	group   bool
	save    string
	dryRun  bool
	stream  bool
	parse   bool
	dir     string // of templates
	exec    bool
}

// Command is "vty run".
func Command(s *streams.Streams) *cobra.Command {
	o := &options{
		format:  suggest.NewChoice("text", "json", "jsonl", "raw", "none"),
		headers: suggest.NewChoice("auto", "always", "never"),
	}
	cmd := &cobra.Command{
		Use:   "run [flags] COMMAND...",
		Short: "Run commands on devices and print the answers",
		Long: `Run commands on one or several devices and print the answers.

Text output is exactly what a person would have read: no echo, no prompt, no page
breaks. Where there is more than one host or command, a line "=== HOST: COMMAND"
stands above each answer. -o json prints one array, -o jsonl one object per
command as soon as it is answered (host, platform, command, output, failed, error,
elapsed_ms, cause, and transport after a --fallback), and -o raw every byte that
the device sent. With --parse, answers are records in JSON; one that can't be
parsed counts as failed.

With --exec each command runs without a shell, where the device has that: what it
writes on standard error goes there, or is "stderr" in JSON, and "exit_status" says how
it ended. One that ends with another status than 0 counts as refused.

--group-by-output prints each answer once, with the hosts that gave it. --save
writes DIR/HOST/COMMAND.txt instead of printing (what a failed command said goes
into COMMAND.failed.txt).

The commands run in order on each host, and on up to --workers hosts at once;
answers are printed in the order of the hosts, with jsonl as they come. A command
that a device refuses does not stop those after it. Of several hosts, standard
error gets a summary in the end with the causes counted, and on a terminal a line
that says how far it is.

Ctrl-C stops the command that is running and leaves the device at its prompt. Of
several hosts, the first Ctrl-C begins no more and finishes those that run, the
second stops them; one more quits at once.

Exit status: 0 all well, 1 a device refused a command, 2 usage, 3 a host could not
be reached or logged in to, or was not begun, or an answer was cut off, 4 timed
out, 130 stopped by Ctrl-C. Of several hosts the worst wins, which is the highest
number.`,
		Example: `  vty run --sim cisco_iosxe 'show version'
  vty run -H ops@r1.example.net -p cisco_iosxe 'show version' 'show ip interface brief'
  VTY_PASSWORD=... vty run -H 127.0.1.1:2605 -t telnet -p frr_vty 'show running-config'
  vty run -H r1 -p cisco_iosxe --parse 'show ip interface brief'
  vty run -H web1 --exec 'systemctl is-active nginx'
  vty run -H r1 -p linux --stream 'tail -f /var/log/syslog'
  vty run -i net.yaml -s role=leaf --group-by-output 'show version'
  vty run -i net.yaml -w 50 --rate 20 --retries 2 --save today 'show running-config'
  vty run -i net.yaml --canary 2 --batch 20 --limit-failures 5% -f commands.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			commands, err := o.commands(s, args)
			if err != nil {
				return err
			}
			return o.run(cmd.Context(), s, commands)
		},
	}
	flags := cmd.Flags()
	o.targets.Register(flags)
	o.fleet.Register(flags, 20)
	o.fleet.RegisterTyping(flags)
	flags.VarP(o.format, "output", "o", "form of the answers")
	o.chosen = func() bool { return flags.Changed("output") }
	flags.BoolVar(&o.group, "group-by-output", false, "print each answer once, with the hosts that gave it")
	flags.StringVar(&o.save, "save", "", "write the answers to files in this folder, DIR/HOST/COMMAND.txt; with -o, print them as well")
	flags.Var(o.headers, "headers", "whether text has a line above each answer; auto: where there are several")
	flags.StringVarP(&o.file, "commands-file", "f", "", "read commands from a file, one a line (- for standard input)")
	flags.BoolVar(&o.dryRun, "dry-run", false, "say which commands would run on which hosts, in which waves, and reach none")
	flags.BoolVar(&o.parse, "parse", false, "make records of the answers by TextFSM templates (see vty parse): JSON, in \"parsed\" with -o json and jsonl")
	flags.StringVar(&o.dir, "templates", "", "folder of templates with an index, for --parse")
	flags.BoolVar(&o.exec, "exec", false, "run each command without a shell (SSH's exec): standard error and exit status stand apart; for servers, and devices that have it")
	flags.BoolVar(&o.stream, "stream", false, "print lines as they come: for commands that take long or never end; one host, text only")
	return cmd
}

// commands are those of the arguments and of the file. Blank lines of a file are
// left out.
func (o *options) commands(s *streams.Streams, args []string) ([]string, error) {
	commands := args
	if o.file != "" {
		in := s.In
		if o.file != "-" {
			f, err := os.Open(o.file)
			if err != nil {
				return nil, exit.Misused(fmt.Errorf("--commands-file: %w", err))
			}
			defer func() { _ = f.Close() }()
			in = f
		}
		more, err := lines(in)
		if err != nil {
			return nil, exit.Misused(fmt.Errorf("--commands-file %s: %w", o.file, err))
		}
		commands = append(commands, more...)
	}
	switch {
	case len(commands) == 0:
		return nil, exit.Misused(errors.New("no command: give at least one, as in vty run -H HOST 'show version'"))
	case o.group && (o.stream || o.format.String() == string(output.Raw)):
		return nil, exit.Misused(errors.New("--group-by-output goes with text, json and jsonl output, and not with --stream"))
	case o.save != "" && o.stream:
		return nil, exit.Misused(errors.New("--save does not go with --stream"))
	case o.parse && (o.stream || o.format.String() == string(output.Raw)):
		return nil, exit.Misused(errors.New("--parse goes with text, json and jsonl output, and not with --stream"))
	case o.exec && o.stream:
		return nil, exit.Misused(errors.New("--exec does not go with --stream"))
	case o.exec && o.targets.Mode() != "":
		return nil, exit.Misused(errors.New("--exec runs no shell, and so has no --mode"))
	case o.stream && o.format.String() != string(output.Text):
		return nil, exit.Misused(errors.New("--stream goes with text output only"))
	}
	return commands, nil
}

func lines(in io.Reader) ([]string, error) {
	var all []string
	scanner := bufio.NewScanner(in)
	for scanner.Scan() {
		if l := strings.TrimRight(scanner.Text(), "\r"); strings.TrimSpace(l) != "" {
			all = append(all, l)
		}
	}
	return all, scanner.Err()
}
