package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/vtynet/vty/internal/cli/streams"
	"github.com/vtynet/vty/internal/home"
)

// File is the variable that names a file of settings; "none" in it says that no file
// is read, not even the user's own.
const File = "VTY_CONFIG"

// Settings are what the user has set. They are for one goroutine.
type Settings struct {
	s        *streams.Streams
	files    []*file // the higher rank first
	problems []*Problem
}

// Load reads the files of settings. What is wrong within one is told by Check; an
// error says that a file cannot be read.
func Load(s *streams.Streams) (*Settings, error) {
	set := &Settings{s: s}
	named := s.Env(File)
	if named == "none" {
		return set, nil
	}
	if named != "" {
		if err := set.read(named); err != nil {
			return nil, fmt.Errorf("$%s: %w", File, err)
		}
	}
	own := UserFile()
	if own == "" {
		return set, nil
	}
	if err := set.read(own); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return set, nil
		}
		return nil, err
	}
	mine := set.files[len(set.files)-1]
	mine.own = true
	if named != "" {
		return set, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return set, nil // a folder that was removed is nobody's project
	}
	if path := mine.project(here); path != "" {
		if err := set.read(path); err != nil {
			return nil, err
		}
		slices.Reverse(set.files)
	}
	return set, nil
}

// UserFile is the user's own file of settings, whether it is there or not; "" where
// there is no folder for it.
func UserFile() string {
	folder, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "vty", Name)
}

func (set *Settings) read(path string) error {
	f, problems, err := load(path)
	if err != nil {
		return err
	}
	set.files = append(set.files, f)
	set.problems = append(set.problems, sorted(problems)...)
	return nil
}

// Files are the files that were read, the higher rank first.
func (set *Settings) Files() []string {
	var paths []string
	for _, f := range set.files {
		paths = append(paths, f.path)
	}
	return paths
}

// Setting is a value for a flag, and where it was written.
type Setting struct {
	Key   string   // as written, such as "run.workers"; the flag's name where a variable sets it
	Texts []string // one, or those of a list
	Place Place

	list   bool
	folder string // what relative paths are relative to; "" for the current folder
}

// Of finds what is set for a flag of a verb.
func (set *Settings) Of(cmd *cobra.Command, flag *pflag.Flag) (Setting, bool) {
	if !settable(flag) {
		return Setting{}, false
	}
	for _, key := range keys(cmd, flag) {
		if name := Variable(key); set.s.Env(name) != "" {
			return Setting{Key: strings.Join(key, "."), Texts: []string{set.s.Env(name)}, Place: Place{Variable: name}}, true
		}
	}
	for _, f := range set.files {
		for _, key := range keys(cmd, flag) {
			if v := f.find(key); v != nil {
				return Setting{Key: strings.Join(key, "."), Texts: v.texts, Place: v.place, list: v.list, folder: f.folder()}, true
			}
		}
	}
	return Setting{}, false
}

// keys are the ways to name a flag of a verb, from the verb's own to that of all
// verbs.
func keys(cmd *cobra.Command, flag *pflag.Flag) [][]string {
	verb := Path(cmd)
	var all [][]string
	for n := len(verb); n > 0; n-- {
		all = append(all, append(slices.Clone(verb[:n]), flag.Name))
	}
	if !own(flag) {
		all = append(all, []string{flag.Name})
	}
	return all
}

// Apply gives the flags of a verb that the command line left out what is set for them.
func (set *Settings) Apply(cmd *cobra.Command) error {
	var errs []error
	Flags(cmd, func(flag *pflag.Flag) {
		if flag.Changed || slices.ContainsFunc(flag.Annotations[yieldAnnotation], cmd.Flags().Changed) {
			return
		}
		if s, ok := set.Of(cmd, flag); ok {
			if err := s.give(flag); err != nil {
				errs = append(errs, &Problem{Place: s.Place, Key: s.Key, Text: err.Error()})
			}
		}
	})
	return errors.Join(errs...)
}

// give sets a flag, without it being Changed.
func (s Setting) give(flag *pflag.Flag) error {
	texts := make([]string, len(s.Texts))
	for i, text := range s.Texts {
		texts[i] = s.located(flag, text)
	}
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		if err := list.Replace(texts); s.list || err != nil {
			return err
		}
		// One text may stand for several values, as on the command line.
		_ = list.Replace(nil)
	} else if len(texts) != 1 {
		return fmt.Errorf("takes one value, not a list of %d", len(texts))
	}
	err := flag.Value.Set(texts[0])
	if err != nil && flag.Value.Type() == "bool" {
		return fmt.Errorf("%q is neither true nor false", texts[0])
	}
	return err
}

// located is the path that a text stands for, where the flag names a file: that of a
// file of settings is relative to the file's folder.
func (s Setting) located(flag *pflag.Flag, text string) string {
	_, isFile := flag.Annotations[cobra.BashCompFilenameExt]
	_, isFolder := flag.Annotations[cobra.BashCompSubdirsInDir]
	if !isFile && !isFolder || text == "" || text == "none" || text == "-" || strings.Contains(text, "://") {
		return text
	}
	text = home.Expand(text)
	if s.folder == "" || filepath.IsAbs(text) {
		return text
	}
	return filepath.Join(s.folder, text)
}

// Variable is the name of the variable that sets a flag: of all verbs, or of one,
// whose path stands before the flag's name.
func Variable(key []string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(strings.Join(key, "_"), "-", "_"))
}

// Own marks a flag whose name means something else in other verbs: it is set below
// its verb only.
func Own(flag *pflag.Flag) { annotate(flag, ownAnnotation, nil) }

// Yield has a flag not be set where the command line gives one of others: who names
// a host there does not mean the inventory that is set.
func Yield(flag *pflag.Flag, others ...string) {
	annotate(flag, yieldAnnotation, others)
}

const (
	ownAnnotation   = "vty_settings_own"
	yieldAnnotation = "vty_settings_yield"
)

func annotate(flag *pflag.Flag, name string, values []string) {
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	flag.Annotations[name] = values
}

func own(flag *pflag.Flag) bool {
	_, is := flag.Annotations[ownAnnotation]
	return is
}

// Path is the verb and the verbs below it, without the name of the program.
func Path(cmd *cobra.Command) []string {
	var path []string
	for ; cmd.HasParent(); cmd = cmd.Parent() {
		path = append([]string{cmd.Name()}, path...)
	}
	return path
}

// settable tells the flags that are about the work from those about the help.
func settable(flag *pflag.Flag) bool { return flag.Name != "help" && !flag.Hidden }

// Flags goes through the flags of a verb, inherited ones too.
func Flags(cmd *cobra.Command, do func(*pflag.Flag)) {
	_ = cmd.InheritedFlags() // merges them
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if settable(flag) {
			do(flag)
		}
	})
}
