package platform

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed definitions/*.yaml
var definitions embed.FS

// embedded parses nothing itself: a Library reads each file when it is asked for.
var embedded = sync.OnceValue(func() *Library {
	folder, err := fs.Sub(definitions, "definitions")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return NewLibrary(folder)
})

// Embedded gives the definitions that come with vty.
func Embedded() *Library { return embedded() }

// Load finds an embedded definition by its name or an alias. The error is an
// *UnknownError.
func Load(name string) (*Definition, error) { return Embedded().Load(name) }

// Names lists the embedded definitions, sorted, without their aliases.
func Names() []string { return Embedded().Names() }

// All goes through the embedded definitions, sorted by name.
func All() iter.Seq[*Definition] {
	return func(yield func(*Definition) bool) {
		for d, err := range Embedded().All() {
			// The embedded files are valid: the package's tests see to it.
			if err == nil && !yield(d) {
				return
			}
		}
	}
}

// Library is a collection of definition files, NAME.yaml each. Files are parsed
// when first asked for and kept. A Library is safe for concurrent use.
type Library struct {
	files map[string]func() (*Definition, error) // by name
	err   error                                  // of listing the folders
}

// NewLibrary makes a library of the folders' *.yaml and *.yml files; those in
// subfolders are left alone. Where two folders hold the same name, the later
// one's counts. A folder that does not exist holds nothing; one that cannot be
// read is an error of Load and All.
func NewLibrary(folders ...fs.FS) *Library {
	l := &Library{files: map[string]func() (*Definition, error){}}
	l.add(folders)
	return l
}

// With gives a library that holds these folders' files over those of l.
func (l *Library) With(folders ...fs.FS) *Library {
	over := &Library{files: maps.Clone(l.files), err: l.err}
	over.add(folders)
	return over
}

func (l *Library) add(folders []fs.FS) {
	for _, folder := range folders {
		entries, err := fs.ReadDir(folder, ".")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			l.err = errors.Join(l.err, fmt.Errorf("platform: %w", err))
		}
		for _, entry := range entries {
			ext := path.Ext(entry.Name())
			if name := strings.TrimSuffix(entry.Name(), ext); !entry.IsDir() && (ext == ".yaml" || ext == ".yml") {
				l.files[name] = sync.OnceValues(func() (*Definition, error) { return read(folder, entry.Name(), name) })
			}
		}
	}
}

func read(folder fs.FS, file, name string) (*Definition, error) {
	text, err := fs.ReadFile(folder, file)
	if err != nil {
		return nil, fmt.Errorf("platform: %w", err)
	}
	d, err := Parse(file, text)
	if err != nil {
		return nil, err
	}
	if d.Name != name {
		// Otherwise a definition could not be found without reading every file.
		return nil, &InvalidError{File: file, Problems: []*Problem{{Line: 1, Field: "name",
			Err: fmt.Errorf("is %q, but the file is called %q", d.Name, name)}}}
	}
	return d, nil
}

// Names lists the definitions' names, sorted, without their aliases.
func (l *Library) Names() []string { return slices.Sorted(maps.Keys(l.files)) }

// All goes through the definitions, sorted by name. A file that is no definition
// gives its *InvalidError.
func (l *Library) All() iter.Seq2[*Definition, error] {
	return func(yield func(*Definition, error) bool) {
		if l.err != nil && !yield(nil, l.err) {
			return
		}
		for _, name := range l.Names() {
			if !yield(l.files[name]()) {
				return
			}
		}
	}
}

// Load finds a definition by its name or an alias. A name ending in "_ssh",
// "_telnet" or "_serial", as netmiko has them, is also looked for without the
// ending: how a device is reached is no matter of its definition. The error is an
// *UnknownError, joined with those of files that could not be read and might
// have held the alias; or the *InvalidError of the file itself.
func (l *Library) Load(name string) (*Definition, error) {
	if parse, ok := l.files[name]; ok {
		return parse()
	}
	short := name
	for _, ending := range []string{"_ssh", "_telnet", "_serial"} {
		short = strings.TrimSuffix(short, ending)
	}
	if parse, ok := l.files[short]; ok {
		return parse()
	}
	var known []string
	var broken []error
	for d, err := range l.All() {
		if err != nil {
			broken = append(broken, err)
			continue
		}
		if slices.Contains(d.Aliases, name) || slices.Contains(d.Aliases, short) {
			return d, nil
		}
		known = append(append(known, d.Name), d.Aliases...)
	}
	unknown := &UnknownError{Name: name, Near: nearest(name, known)}
	if len(broken) == 0 {
		return nil, unknown
	}
	return nil, errors.Join(append([]error{unknown}, broken...)...)
}
