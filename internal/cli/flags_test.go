package cli

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/settings"
	"github.com/vtynet/vty/internal/cli/streams"
)

// A name that a setting gives to all verbs has values of one kind in all of them; what
// flags.go says is said of flags that there are.
func TestFlagsOfOneName(t *testing.T) {
	root := root(&streams.Streams{}, nil)
	kinds := map[string]map[string]bool{}
	variables := map[string]string{}
	settings.Verbs(root, func(verb *cobra.Command) {
		settings.Flags(verb, func(flag *pflag.Flag) {
			if kinds[flag.Name] == nil {
				kinds[flag.Name] = map[string]bool{}
			}
			kind := flag.Value.Type()
			if strings.Contains(kind, "|") {
				kind = "one of several words"
			}
			if !slices.Contains(own, flag.Name) && (flag.Name != "known-hosts" || verb.Name() != "sim") {
				kinds[flag.Name][kind] = true
			}
			for n := range len(settings.Path(verb)) + 1 {
				key := append(slices.Clone(settings.Path(verb)[:n]), flag.Name)
				name, path := settings.Variable(key), strings.Join(key, ".")
				if other := variables[name]; other != "" && other != path {
					t.Errorf("$%s is %s and %s", name, other, path)
				}
				variables[name] = path
			}
		})
	})
	for name, of := range kinds {
		if len(of) > 1 {
			t.Errorf("--%s is of several kinds, and is not among those that are set by verb: %v", name, slices.Sorted(maps.Keys(of)))
		}
	}
	// What the environment has besides settings.
	for _, name := range beside() {
		if path := variables[name]; path != "" {
			t.Errorf("$%s is a setting of %s", name, path)
		}
	}
	for _, name := range slices.Concat(files, folders, own, slices.Collect(maps.Keys(yields))) {
		if kinds[name] == nil {
			t.Errorf("there is no flag --%s", name)
		}
	}
}
