package completion

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/configshow"
	"github.com/vtynet/vty/internal/cli/settings"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sshconfig"
)

// patience bounds how long an inventory may take: somebody waits at a prompt.
const patience = 3 * time.Second

// completer finds what may stand at the cursor.
type completer struct {
	s   *streams.Streams
	all func() *cobra.Command
}

// Values says what the flags and arguments of all verbs below root may be. Files are
// those that are marked as such; what nothing is known of completes to nothing, and
// not to files.
func Values(root *cobra.Command, s *streams.Streams, all func() *cobra.Command) {
	c := &completer{s: s, all: all}
	flags := map[string]cobra.CompletionFunc{
		"platform":    c.platforms,
		"sim":         c.platforms,
		"mode":        c.modes,
		"host":        c.sshHosts,
		"jump":        c.sshHosts,
		"select":      c.selectors,
		"group-limit": c.groups,
	}
	arguments := map[string]cobra.CompletionFunc{
		"inventory show": c.hosts,
		"platforms":      c.platforms, "platforms show": c.platforms,
		"platforms test": c.platformsAndFiles, "sim": c.platforms,
		configshow.Name: c.verbs,
	}
	files := []string{"parse", "put", "platforms lint", "man"}
	settings.Verbs(root, func(verb *cobra.Command) {
		settings.Flags(verb, func(flag *pflag.Flag) {
			_, isFile := flag.Annotations[cobra.BashCompFilenameExt]
			_, isFolder := flag.Annotations[cobra.BashCompSubdirsInDir]
			complete := flags[flag.Name]
			switch _, known := verb.GetFlagCompletionFunc(flag.Name); {
			case known, isFile, isFolder:
				return
			case strings.Contains(flag.Value.Type(), "|"):
				complete = words(flag.Value.Type())
			case complete == nil:
				complete = cobra.NoFileCompletions
			}
			_ = verb.RegisterFlagCompletionFunc(flag.Name, complete) // it is there
		})
		path := strings.Join(settings.Path(verb), " ")
		switch complete := arguments[path]; {
		case verb.ValidArgs != nil, slices.Contains(files, path):
		case complete != nil:
			verb.ValidArgsFunction = complete
		default:
			verb.ValidArgsFunction = cobra.NoFileCompletions
		}
	})
}

// words completes to the words that a type names.
func words(kind string) cobra.CompletionFunc {
	var all []string
	for _, w := range strings.Split(kind, "|") {
		if !strings.HasSuffix(w, "...") {
			all = append(all, w)
		}
	}
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)
}

func (c *completer) platforms(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if strings.ContainsAny(typed, `/\`) { // a definition file
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []cobra.Completion
	if len(args) == 0 && strings.HasPrefix("auto", typed) && typed != "" {
		names = append(names, "auto")
	}
	library := target.Library(c.s)
	for _, name := range library.Names() {
		if !strings.HasPrefix(name, typed) {
			continue
		}
		if d, err := library.Load(name); err == nil {
			name = cobra.CompletionWithDesc(name, d.Description)
		}
		names = append(names, name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (c *completer) platformsAndFiles(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names, _ := c.platforms(cmd, args, typed)
	return names, cobra.ShellCompDirectiveDefault
}

// modes are those of the platform that -p names.
func (c *completer) modes(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	c.set(cmd)
	var def *platform.Definition
	if name := text(cmd, "platform"); name != "" {
		def, _ = target.Definition(c.s, name)
	}
	var names []cobra.Completion
	if def != nil {
		for _, m := range def.Modes {
			if strings.HasPrefix(m.Name, typed) {
				names = append(names, m.Name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// sshHosts are the hosts that the SSH configuration names, after a user and after
// other jump hosts too.
func (c *completer) sshHosts(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	c.set(cmd)
	before := typed[:strings.LastIndexAny(typed, "@,")+1]
	config, err := &sshconfig.Config{}, error(nil)
	switch file := text(cmd, "ssh-config"); file {
	case "none":
	case "":
		config, err = sshconfig.Default()
	default:
		config, err = sshconfig.Load(file)
	}
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, n := range config.Names() {
		if name := before + n.Name; strings.HasPrefix(name, typed) {
			names = append(names, name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// verbs are the verbs, and those below the one that is typed.
func (c *completer) verbs(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	settings.Verbs(c.all(), func(verb *cobra.Command) {
		path := settings.Path(verb)
		if len(path) == len(args)+1 && slices.Equal(path[:len(args)], args) && strings.HasPrefix(verb.Name(), typed) {
			names = append(names, cobra.CompletionWithDesc(verb.Name(), verb.Short))
		}
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}

// set gives the flags what the user's settings have for them, as far as those can be
// had.
func (c *completer) set(cmd *cobra.Command) {
	if set, err := settings.Load(c.s); err == nil {
		_ = set.Apply(cmd)
	}
}

// text is the value of a flag; "" where the verb has no such.
func text(cmd *cobra.Command, flag string) string {
	if f := cmd.Flag(flag); f != nil {
		return f.Value.String()
	}
	return ""
}

func limited(cmd *cobra.Command) (context.Context, context.CancelFunc) {
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	return context.WithTimeout(ctx, patience)
}
