// Package configshow is the verb that shows what is set, and where.
package configshow

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/output"
	"github.com/vtynet/vty/internal/cli/settings"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// Name is the verb's name.
const Name = "config-show"

// Command is "vty config-show"; all makes the command with all its verbs.
func Command(s *streams.Streams, all func() *cobra.Command) *cobra.Command {
	format := suggest.NewChoice("text", "json", "jsonl")
	cmd := &cobra.Command{
		Use:   Name + " [flags] [VERB]",
		Short: "Show what is set for flags, and where",
		Long: `Show what flags are set to when the command line leaves them out, and where that is
written. With a verb, show all of its flags, defaults too.

A flag such as --host-key is set by the environment ($VTY_HOST_KEY), by the file that
$VTY_CONFIG names, or by vty/vty.yaml in the folder of your configuration; the first of
these counts. In a file it is a line such as "host-key: accept-new"; below the name of a
verb it is for that verb alone:

    user: ops
    inventory: ~/network/inventory.yaml
    run:
      workers: 50

A vty.yaml of the current folder, or of one above it, is read within the folders that
your own file names under projects, and counts more than your own. It is not elsewhere:
it could name programs to run. Secrets do not stand in settings; password-file names a
file, and an inventory holds references.`,
		Example: `  vty config-show
  vty config-show run
  VTY_CONFIG=./vty.yaml vty config-show netconf get -o json`,
		RunE: func(_ *cobra.Command, args []string) error {
			rows, err := rows(all(), s, args)
			if err != nil {
				return err
			}
			return write(s, output.Format(format.String()), rows)
		},
	}
	cmd.Flags().VarP(format, "output", "o", "form of the list")
	return cmd
}

// row is a flag and what it is set to.
type row struct {
	Name  string `json:"name"` // as it is written, such as "run.workers"
	Value string `json:"value"`
	From  string `json:"from"`
}

func rows(root *cobra.Command, s *streams.Streams, args []string) ([]row, error) {
	set, err := settings.Load(s)
	if err != nil {
		return nil, exit.Misused(err)
	}
	if err := set.Check(root); err != nil {
		return nil, exit.Misused(err)
	}
	if len(args) == 0 {
		sayFiles(s, set)
		return common(set, root)
	}
	verb, rest, err := root.Find(args)
	if err != nil || len(rest) > 0 || verb == root {
		return nil, exit.Misused(fmt.Errorf("there is no verb %q", strings.Join(args, " ")))
	}
	return of(set, verb)
}

// of are all flags of a verb.
func of(set *settings.Settings, verb *cobra.Command) ([]row, error) {
	if err := set.Apply(verb); err != nil {
		return nil, exit.Misused(err)
	}
	var rows []row
	settings.Flags(verb, func(flag *pflag.Flag) {
		r := row{Name: flag.Name, Value: flag.Value.String(), From: "default"}
		if found, ok := set.Of(verb, flag); ok {
			r.Name, r.From = found.Key, found.Place.String()
		}
		rows = append(rows, r)
	})
	return rows, nil
}

// common is all that is set for any verb.
func common(set *settings.Settings, root *cobra.Command) ([]row, error) {
	var found []row
	var errs []error
	settings.Verbs(root, func(verb *cobra.Command) {
		all, err := of(set, verb)
		if err != nil {
			errs = append(errs, fmt.Errorf("for %s: %w", verb.CommandPath(), err))
		}
		for _, r := range all {
			if r.From != "default" && !slices.Contains(found, r) {
				found = append(found, r)
			}
		}
	})
	slices.SortStableFunc(found, func(a, b row) int { return strings.Compare(a.Name, b.Name) })
	return found, exit.Misused(errors.Join(errs...))
}

// sayFiles says which files were read, and which was not that somebody may think was.
func sayFiles(s *streams.Streams, set *settings.Settings) {
	for _, f := range set.Files() {
		_, _ = fmt.Fprintf(s.Err, "vty: settings: %s\n", f)
	}
	if len(set.Files()) == 0 {
		_, _ = fmt.Fprintf(s.Err, "vty: settings: no file is there; yours would be %s\n", settings.UserFile())
	}
	here, err := os.Stat(settings.Name)
	if err != nil || slices.ContainsFunc(set.Files(), func(f string) bool { info, err := os.Stat(f); return err == nil && os.SameFile(info, here) }) {
		return
	}
	_, _ = fmt.Fprintf(s.Err, "vty: settings: %s of this folder is not read: %s=%s reads it, as does this folder under %q in %s\n",
		settings.Name, settings.File, settings.Name, settings.Projects, settings.UserFile())
}

func write(s *streams.Streams, format output.Format, rows []row) error {
	if format == output.Text {
		t := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
		for _, r := range rows {
			value := r.Value
			if value == "" {
				value = "-"
			}
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\n", r.Name, value, r.From)
		}
		return t.Flush()
	}
	list := output.NewList(s.Out, format == output.JSONL)
	for _, r := range rows {
		if err := list.Add(r); err != nil {
			return err
		}
	}
	return list.Close()
}
