package target

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/cli/suggest"
	"github.com/vtynet/vty/platform"
)

// envPlatforms names folders of the user's own definitions, separated as in PATH.
const envPlatforms = "VTY_PLATFORMS"

// Library is where platforms are looked for: those that come with vty, and over
// them the user's own, from the folders of $VTY_PLATFORMS or else from
// vty/platforms in the user's configuration folder.
func Library(s *streams.Streams) *platform.Library {
	folders := filepath.SplitList(s.Env(envPlatforms))
	if len(folders) == 0 {
		own, err := os.UserConfigDir()
		if err != nil {
			return platform.Embedded()
		}
		folders = []string{filepath.Join(own, "vty", "platforms")}
	}
	var own []fs.FS
	for _, folder := range folders {
		own = append(own, platform.Dir(folder))
	}
	return platform.Embedded().With(own...)
}

// Definition finds a platform by what the user wrote: a name, an alias, or the
// path of a definition file.
func Definition(s *streams.Streams, name string) (*platform.Definition, error) {
	if isFile(name) {
		def, err := platform.ReadFile(name)
		if err != nil {
			return nil, exit.Misused(err)
		}
		return def, nil
	}
	def, err := Library(s).Load(name)
	if unknown, ok := errors.AsType[*platform.UnknownError](err); ok {
		like := ""
		if len(unknown.Near) > 0 {
			like = "; did you mean " + strings.Join(unknown.Near, " or ") + "?"
		}
		return nil, exit.Misused(fmt.Errorf("unknown platform %q%s (vty platforms lists them)", name, like))
	}
	if err != nil {
		return nil, exit.Misused(err)
	}
	return def, nil
}

// isFile reports whether the user means a file: platforms' names hold neither
// dots nor separators.
func isFile(name string) bool { return strings.ContainsAny(name, `./\`) }

// auto reports whether the platform is to be found out.
func auto(name string) bool { return name == "" || name == vty.Auto }

// Platform is what the device is, as far as it is known: the platform's name, or
// "auto" where it was not found out yet.
func (t *Target) Platform() string {
	switch {
	case t.Config.Definition != nil:
		return t.Config.Definition.Name
	case t.found != "":
		return t.found
	}
	return vty.Auto
}

func checkMode(def *platform.Definition, mode string) error {
	if def == nil || mode == "" {
		return nil // where the platform is found out, so is whether it has the mode
	}
	name, argument := platform.Target(mode)
	var modes []string
	for _, m := range def.Modes {
		modes = append(modes, m.Name)
	}
	if slices.Contains(modes, name) {
		var err error
		for _, from := range modes {
			if from == name && argument == "" && len(modes) > 1 {
				continue // in the mode already: that says nothing
			}
			if _, err = def.Path(from, mode); err == nil {
				return nil
			}
		}
		return exit.Misused(err)
	}
	return exit.Misused(fmt.Errorf("platform %s has no mode %q%s; its modes are %v", def.Name, mode, suggest.DidYouMean(name, modes), modes))
}
