package settings

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/suggest"
)

// prefix is what the names of variables begin with.
const prefix = "VTY_"

// Variables are the names of the variables that set the flags of all verbs below root.
func Variables(root *cobra.Command) []string {
	var names []string
	Verbs(root, func(verb *cobra.Command) {
		Flags(verb, func(flag *pflag.Flag) {
			for _, key := range keys(verb, flag) {
				names = append(names, Variable(key))
			}
		})
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// Meant is the variable that a name was most likely meant to be, of those that are
// known: it begins as the name does and differs in few letters, or is the beginning of
// the name. "" where the name is known or like none of them: it is somebody else's.
func Meant(name string, known []string) string {
	if slices.Contains(known, name) {
		return ""
	}
	const begin = len(prefix) + 2
	var alike []string
	longest := ""
	for _, k := range known {
		if len(name) >= begin && strings.HasPrefix(k, name[:begin]) {
			alike = append(alike, strings.ToLower(k[len(prefix):]))
		}
		if len(k) > begin+1 && len(k) > len(longest) && strings.HasPrefix(name, k) {
			longest = k
		}
	}
	if len(alike) == 0 {
		return ""
	}
	if near := suggest.Nearest(name[len(prefix):], alike); near != "" {
		return prefix + strings.ToUpper(near)
	}
	return longest
}
