package textfsm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrNoCollection says that no templates were found on this machine.
var ErrNoCollection = errors.New("no templates found")

// The environment variables that name a folder of templates.
const (
	EnvDir    = "NTC_TEMPLATES_DIR"
	EnvNetDir = "NET_TEXTFSM"
)

// Discover opens the templates that a user of the usual tools has: the folder
// dir, if it is not "", or else the first of $NTC_TEMPLATES_DIR, $NET_TEXTFSM, the
// ntc-templates package of a Python that is installed, and ~/ntc-templates. In
// front of it comes what the user has in vty/templates of the configuration
// folder (~/.config on Linux), if there is an index. Environ looks variables up,
// as os.LookupEnv does. The error is ErrNoCollection, or that of reading an index.
func Discover(dir string, environ func(string) (string, bool)) (*Library, error) {
	var dirs []string
	env := func(name string) string {
		value, _ := environ(name)
		return value
	}
	if config := configDir(env); config != "" {
		if overlay := filepath.Join(config, "vty", "templates"); isFile(filepath.Join(overlay, "index")) {
			dirs = append(dirs, overlay)
		}
	}
	found := dir
	for _, name := range []string{EnvDir, EnvNetDir} {
		if found == "" {
			found = expandHome(env(name), env)
		}
	}
	if found == "" {
		found = installed(env)
	}
	if found != "" {
		dirs = append(dirs, found)
	}
	if len(dirs) == 0 {
		return nil, fmt.Errorf("%w: neither $%s nor $%s is set, and there is no ntc-templates package: "+
			"pip install ntc-templates, or name a folder", ErrNoCollection, EnvDir, EnvNetDir)
	}
	return OpenLibrary(dirs...)
}

func configDir(env func(string) string) string {
	if dir := env("XDG_CONFIG_HOME"); dir != "" {
		return dir
	}
	if dir := env("AppData"); dir != "" {
		return dir
	}
	if home := env("HOME"); home != "" {
		return filepath.Join(home, ".config")
	}
	return ""
}

// expandHome writes out ~/, which shells leave alone within quotes.
func expandHome(dir string, env func(string) string) string {
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		return filepath.Join(env("HOME"), rest)
	}
	return dir
}

// installed is where a Python, or a checkout in the home folder, has the
// collection; "" if nowhere.
func installed(env func(string) string) string {
	var patterns []string
	packages := func(prefix string) {
		for _, p := range []string{"lib/python3*/site-packages", "lib/python3*/dist-packages", "lib/python3/dist-packages", "Lib/site-packages"} {
			patterns = append(patterns, filepath.Join(prefix, filepath.FromSlash(p), "ntc_templates", "templates", "index"))
		}
	}
	home := env("HOME")
	if venv := env("VIRTUAL_ENV"); venv != "" {
		packages(venv)
	}
	if home != "" {
		packages(filepath.Join(home, ".local"))
	}
	packages("/usr/local")
	packages("/usr")
	if home != "" {
		for _, below := range []string{"templates", "ntc_templates/templates"} {
			patterns = append(patterns, filepath.Join(home, "ntc-templates", filepath.FromSlash(below), "index"))
		}
	}
	for _, p := range patterns {
		files, err := filepath.Glob(p)
		if err != nil {
			continue
		}
		// Of several Pythons, the last in the order of names.
		for i := len(files) - 1; i >= 0; i-- {
			if _, err := os.Stat(files[i]); err == nil {
				return filepath.Dir(files[i])
			}
		}
	}
	return ""
}
