// Package help prints how verbs are used: --help on one screen, the verb help in
// full. It makes pages of what verbs say about themselves, and knows none of them.
package help

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// Name is the verb's name.
const Name = "help"

// Command is "vty help"; all makes the command with all its verbs.
func Command(s *streams.Streams, all func() *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   Name + " [VERB]...",
		Short: "Print everything about a verb: what it does, and each flag",
		Example: `  vty help run
  vty help netconf get-config | less`,
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, err := find(all(), args)
			if err != nil {
				return exit.Misused(err)
			}
			_, err = io.WriteString(s.Out, full(cmd, columns(s)))
			return err
		},
	}
}

// find finds the verb that words name.
func find(cmd *cobra.Command, words []string) (*cobra.Command, error) {
	for i, word := range words {
		var next *cobra.Command
		var names []string
		for _, c := range cmd.Commands() {
			if names = append(names, c.Name()); c.Name() == word || c.HasAlias(word) {
				next = c
			}
		}
		if next == nil && len(names) == 0 {
			return nil, fmt.Errorf("%s has no verbs below it", strings.Join(words[:i], " "))
		}
		if next == nil {
			return nil, fmt.Errorf("unknown verb %q%s", strings.Join(words[:i+1], " "), suggest.DidYouMean(word, names))
		}
		cmd = next
	}
	return cmd, nil
}

// Install has --help of root and all verbs print one screen.
func Install(root *cobra.Command, s *streams.Streams) {
	root.SetHelpCommand(&cobra.Command{Use: "no-" + Name, Hidden: true}) // instead of cobra's
	root.PersistentFlags().BoolP("help", "h", false, "say how it is used")
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		_, _ = io.WriteString(s.Out, brief(cmd, columns(s)))
	})
}

// columns are how wide the reader's lines are.
func columns(s *streams.Streams) int {
	width := streams.Width(s.Out)
	if width == 0 {
		return usual
	}
	return max(narrowest, min(width-1, widest))
}
