// Package completion has shells complete what is typed after vty: the verb that prints
// their scripts, and what the values of flags and arguments may be.
package completion

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// Name is the verb's name.
const Name = "completion"

var shells = []string{"bash", "zsh", "fish", "powershell"}

// Command is "vty completion"; all makes the command with all its verbs.
func Command(s *streams.Streams, all func() *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   Name + " bash|zsh|fish|powershell",
		Short: "Print a script by which a shell completes verbs, flags and hosts",
		Long: `Print the script that has a shell complete vty's verbs and flags and their values:
platforms, modes, the hosts, groups and data of the inventory that -i names or that is
set, hosts of the SSH configuration, files.

bash (with the package bash-completion), for you or for all:

    vty completion bash > ~/.local/share/bash-completion/completions/vty
    vty completion bash > /etc/bash_completion.d/vty

zsh, in a folder of $fpath; fish:

    vty completion zsh > "${fpath[1]}/_vty"
    vty completion fish > ~/.config/fish/completions/vty.fish

PowerShell, in the profile:

    vty completion powershell | Out-String | Invoke-Expression`,
		Example:               "  source <(vty completion bash)",
		DisableFlagsInUseLine: true,
		ValidArgs:             shells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return exit.Misused(fmt.Errorf("name one shell of %v", shells))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			root := all()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(s.Out, true)
			case "zsh":
				return root.GenZshCompletion(s.Out)
			case "fish":
				return root.GenFishCompletion(s.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(s.Out)
			}
			return exit.Misused(fmt.Errorf("%q is none of %v%s", args[0], shells, suggest.DidYouMean(args[0], shells)))
		},
	}
}
