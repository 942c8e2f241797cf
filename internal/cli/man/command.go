// Package man is the verb that writes the manual pages, of the same help that --help
// shows.
package man

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
)

// Name is the verb's name.
const Name = "man"

// Command is "vty man"; all makes the command with all its verbs.
func Command(s *streams.Streams, all func() *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   Name + " [DIR]",
		Short: "Write the manual pages",
		Long: `Write a manual page for vty and for each verb into a folder, which is made where it
is not there: vty.1, vty-run.1 and so on. Without a folder, write that of vty to standard
output.`,
		Example: `  vty man | man -l -
  vty man ~/.local/share/man/man1 && man vty-run`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			root := all()
			if len(args) == 0 {
				_, err := io.WriteString(s.Out, page(root))
				return err
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return exit.Misused(err)
			}
			return exit.Misused(write(root, args[0]))
		},
	}
}

// write writes the pages of a verb and of those below it.
func write(cmd *cobra.Command, folder string) error {
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	if err := os.WriteFile(filepath.Join(folder, name), []byte(page(cmd)), 0o644); err != nil {
		return err
	}
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		if err := write(c, folder); err != nil {
			return err
		}
	}
	return nil
}
