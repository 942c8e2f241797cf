package cli

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/settings"
)

// What the names of flags say beyond their types, in any verb: that the value is a
// file or a folder, and that the name means something else in each verb, so that one
// setting cannot be meant for all.
var (
	files   = []string{"inventory", "known-hosts", "identity", "password-file", "enable-file", "ssh-config", "commands-file", "record", "explain", "scenario"}
	folders = []string{"templates"}
	own     = []string{"count", "explain", "file", "for", "format", "name", "save", "source", "stream", "target", "template"}
)

// yields are the flags that are not set where the command line gives another.
var yields = map[string][]string{
	"host":          {"sim", "inventory", "select"},
	"sim":           {"host", "inventory", "select"},
	"inventory":     {"host", "sim"},
	"select":        {"host", "sim", "inventory"},
	"password-file": {"ask-pass"},
	"ask-pass":      {"password-file"},
}

// mark writes that down at the flags of all verbs, for completion and settings, and
// has wrong numbers of arguments be mistakes of the command line.
func mark(root *cobra.Command) {
	settings.Verbs(root, func(verb *cobra.Command) {
		if fit := verb.Args; fit != nil { // cobra has no type for its errors
			verb.Args = func(cmd *cobra.Command, args []string) error { return exit.Misused(fit(cmd, args)) }
		}
		settings.Flags(verb, func(flag *pflag.Flag) {
			isText := flag.Value.Type() != "bool"
			if slices.Contains(files, flag.Name) || isText && slices.Contains([]string{"file", "template"}, flag.Name) {
				annotate(flag, cobra.BashCompFilenameExt)
			}
			if slices.Contains(folders, flag.Name) || isText && flag.Name == "save" {
				annotate(flag, cobra.BashCompSubdirsInDir)
			}
			// vty sim writes the file that other verbs read.
			if slices.Contains(own, flag.Name) || verb.Name() == "sim" && flag.Name == "known-hosts" {
				settings.Own(flag)
			}
			if others := yields[flag.Name]; others != nil {
				settings.Yield(flag, others...)
			}
		})
	})
}

func annotate(flag *pflag.Flag, name string) {
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	flag.Annotations[name] = []string{}
}
