// Package platforms is the verb that lists the platforms, explains one, and
// checks definition files.
package platforms

import (
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
			Use:     "show NAME",
			Short:   "Explain a platform: its modes, the ways between them, how it is configured",
			Example: "  vty platforms show frr_vty",
			Args:    cobra.ExactArgs(1),
			RunE:    func(_ *cobra.Command, args []string) error { return show(s, args[0]) },
		},
		&cobra.Command{
			Use:   "lint FILE...",
			Short: "Check definition files",
			Long: `Check definition files, and say what is wrong with file and line, as compilers do.

Exit status: 0 all are valid, 2 one is not.`,
			Example: "  vty platforms lint my_platform.yaml",
			Args:    cobra.MinimumNArgs(1),
			RunE:    func(_ *cobra.Command, args []string) error { return lint(s, args) },
		},
	)
	return cmd
}

// entry is a platform in a JSON list.
type entry struct {
	Name        string   `json:"name"`
	Aliases     []string `json:"aliases"`
	Proof       string   `json:"proof"`
	Description string   `json:"description"`
}

func list(s *streams.Streams, format output.Format) error {
	if format == output.Text {
		t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
		for d := range platform.All() {
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", d.Name, d.Proof, d.Description, strings.Join(d.Aliases, " "))
		}
		return t.Flush()
	}
	all := output.NewList(s.Out, format == output.JSONL)
	for d := range platform.All() {
		aliases := append([]string{}, d.Aliases...)
		if err := all.Add(entry{Name: d.Name, Aliases: aliases, Proof: string(d.Proof), Description: d.Description}); err != nil {
			return err
		}
	}
	return all.Close()
}

func show(s *streams.Streams, name string) error {
	d, err := target.Definition(name)
	if err != nil {
		return err
	}
	_, err = s.Out.Write([]byte(explain(d)))
	return err
}

func lint(s *streams.Streams, files []string) error {
	status := exit.OK
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return exit.Misused(err)
		}
		d, err := platform.Parse(file, text)
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
		_, _ = fmt.Fprintf(s.Out, "%s: %s is valid: %d modes, %d transitions\n", file, d.Name, len(d.Modes), len(d.Transitions))
	}
	return exit.Silently(status)
}
