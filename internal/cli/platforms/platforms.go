// Package platforms is the verb that lists the platforms, explains one, and
// checks definition files.
package platforms

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/platform"
)

// Command is "vty platforms".
func Command(s *streams.Streams) *cobra.Command {
	format := suggest.NewChoice("text", "json", "jsonl")
	cmd := &cobra.Command{
		Use:   "platforms [flags] [NAME]",
		Short: "List the platforms, explain one, check definition files",
		Long: `List the platforms that vty knows: the names that -p takes, their aliases, and how
far each definition was tried (lab: on the real thing; recorded: on recorded
sessions; documented: written from documentation).

With a name, or with show NAME, explain the platform.`,
		Example: `  vty platforms
  vty platforms show cisco_iosxe
  vty platforms lint my_platform.yaml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return show(s, args[0])
			}
			return list(s, output.Format(format.String()))
		},
	}
	cmd.Flags().VarP(format, "output", "o", "form of the list")
	cmd.AddCommand(
		&cobra.Command{
			Use:     "show NAME|FILE...",
			Short:   "Explain a platform: its modes, the ways between them, how it is configured",
			Example: "  vty platforms show frr_vty",
			Args:    some("vty platforms show takes a name or a file: vty platforms show cisco_iosxe"),
			RunE:    func(_ *cobra.Command, args []string) error { return showAll(s, args) },
		},
		lintCommand(s),
		&cobra.Command{
			Use:   "test NAME|FILE...",
			Short: "Drive a simulated device of a definition through all that it promises",
			Long: `Make a simulated device of each definition alone, and drive it through all that the
definition promises: every mode from every mode, pages, refusals, configuration, commit
and abort, save, close. What the real device does, only the real device shows.

Exit status: 0 all is well, 1 something failed, 2 a definition is not valid.`,
			Example: "  vty platforms test my_platform.yaml",
			Args:    some("vty platforms test takes names or files: vty platforms test my_platform.yaml"),
			RunE:    func(cmd *cobra.Command, args []string) error { return test(cmd.Context(), s, args) },
		},
		learnCommand(s),
	)
	return cmd
}

// entry is a platform in a JSON list.
type entry struct {
	Name        string   `json:"name"`
	Aliases     []string `json:"aliases"`
	Proof       string   `json:"proof"`
	Modes       []string `json:"modes"`
	Description string   `json:"description"`
}

func list(s *streams.Streams, format output.Format) error {
	library := target.Library(s)
	if format == output.Text {
		t := tabwriter.NewWriter(streams.Fit(s.Out), 0, 0, 2, ' ', 0)
		for d, err := range library.All() {
			if err != nil {
				_, _ = fmt.Fprintln(s.Err, err)
				continue
			}
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", d.Name, d.Proof, d.Description, strings.Join(modes(d), ","), strings.Join(d.Aliases, " "))
		}
		return t.Flush()
	}
	all := output.NewList(s.Out, format == output.JSONL)
	for d, err := range library.All() {
		if err != nil {
			_, _ = fmt.Fprintln(s.Err, err)
			continue
		}
		aliases := append([]string{}, d.Aliases...)
		if err := all.Add(entry{Name: d.Name, Aliases: aliases, Proof: string(d.Proof), Modes: modes(d), Description: d.Description}); err != nil {
			return err
		}
	}
	return all.Close()
}

// modes are the names of a definition's modes.
func modes(d *platform.Definition) []string {
	var names []string
	for _, m := range d.Modes {
		names = append(names, m.Name)
	}
	return names
}

// some wants an argument at least.
func some(otherwise string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return exit.Misused(errors.New(otherwise))
		}
		return nil
	}
}

func showAll(s *streams.Streams, names []string) error {
	for i, name := range names {
		if i > 0 {
			_, _ = fmt.Fprintln(s.Out)
		}
		if err := show(s, name); err != nil {
			return err
		}
	}
	return nil
}

func show(s *streams.Streams, name string) error {
	d, err := target.Definition(s, name)
	if err != nil {
		return err
	}
	_, err = s.Out.Write([]byte(explain(d)))
	return err
}

func lintCommand(s *streams.Streams) *cobra.Command {
	strict := false
	cmd := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Check definition files",
		Long: `Check definition files, and say what is wrong with file and line, as compilers do. Of a
valid one, say what is weak: prompts that two modes share, ways that are never taken,
patterns that match what they should not, what no sample proves.

Exit status: 0 all are valid, 1 one is weak and --strict was given, 2 one is not valid.`,
		Example: "  vty platforms lint my_platform.yaml",
		Args:    some("vty platforms lint takes files: vty platforms lint my_platform.yaml"),
		RunE:    func(_ *cobra.Command, args []string) error { return lint(s, args, strict) },
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "a weak definition is an error too")
	return cmd
}

func lint(s *streams.Streams, files []string, strict bool) error {
	status := exit.OK
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			status = exit.Usage
			_, _ = fmt.Fprintln(s.Err, "vty:", err)
			continue
		}
		d, weak, err := platform.Lint(file, text)
		if err == nil {
			stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
			if stem != d.Name {
				err = fmt.Errorf("%s:1: name: is %q, but the file is called %q, and so it would not be found", file, d.Name, stem)
			}
		}
		if err != nil {
			status = exit.Usage
			_, _ = fmt.Fprintln(s.Err, err)
			continue
		}
		if len(weak) > 0 && strict {
			status = max(status, exit.Refused)
		}
		_, _ = fmt.Fprintf(s.Out, "%s: %s is valid: %d modes, %d transitions\n", file, d.Name, len(d.Modes), len(d.Transitions))
		for _, p := range weak {
			_, _ = fmt.Fprintf(s.Out, "%s:%d: %v\n", file, p.Line, p)
		}
	}
	return exit.Silently(status)
}
