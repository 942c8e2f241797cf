package platform

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"
)

//go:embed definitions/*.yaml
var definitions embed.FS

// embedded parses nothing itself: a Library reads each file when it is asked for.
var embedded = sync.OnceValue(func() *Library {
	folder, err := fs.Sub(definitions, "definitions")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	l := NewLibrary(folder)
	l.proven = true // by the tests of this package
	return l
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
	files  map[string]*source // by name
	err    error              // of listing the folders
	proven bool               // what its own files claim was checked before
}

// source is one definition file.
type source struct {
	folder fs.FS
	path   string
	name   string
	under  *source // the file of the same name in an earlier folder
	in     *Library
	load   func() (*Definition, error)
	node   atomic.Pointer[yaml.Node] // what root found; nil until then
}

// Dir is the folder at a path of the file system, for a Library: what is wrong with
// a file in it is told with its whole path.
func Dir(path string) fs.FS { return dir{os.DirFS(path), path} }

type dir struct {
	fs.FS
	path string
}

// shown is a file as errors name it.
func (f *source) shown() string {
	if d, ok := f.folder.(dir); ok {
		return filepath.Join(d.path, f.path)
	}
	return f.path
}

// NewLibrary makes a library of the folders' *.yaml and *.yml files; those in
// subfolders are left alone. Where two folders hold the same name, the later
// one's counts. A folder that does not exist holds nothing; one that cannot be
// read is an error of Load and All.
func NewLibrary(folders ...fs.FS) *Library {
	l := &Library{files: map[string]*source{}}
	l.add(folders)
	return l
}

// With gives a library that holds these folders' files over those of l. They may
// extend each other and those of l: also the one of their own name.
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
				f := &source{folder: folder, path: entry.Name(), name: name, under: l.files[name], in: l}
				f.load = sync.OnceValues(f.read)
				l.files[name] = f
			}
		}
	}
}

func (f *source) text() ([]byte, error) {
	text, err := fs.ReadFile(f.folder, f.path)
	if err != nil {
		return nil, fmt.Errorf("platform: %w", err)
	}
	return text, nil
}

func (f *source) read() (*Definition, error) {
	text, err := f.text()
	if err != nil {
		return nil, err
	}
	d, err := parse(f.shown(), text, func(name string) (*yaml.Node, error) { return f.base(name, 1) }, f.in.proven)
	if err != nil {
		return nil, err
	}
	if d.Name != f.name {
		// Otherwise a definition could not be found without reading every file.
		return nil, &InvalidError{File: f.shown(), Problems: []*Problem{{Line: 1, Field: "name",
			Err: fmt.Errorf("is %q, but the file is called %q", d.Name, f.name)}}}
	}
	return d, nil
}

// extensions is how many definitions may extend one another in a row.
const extensions = 5

// base gives what a file extends, as it stands with all that it extends itself.
func (f *source) base(name string, depth int) (*yaml.Node, error) {
	under := f.in.files[name]
	if name == f.name {
		under = f.under
	}
	switch {
	case under == nil:
		return nil, &UnknownError{Name: name, Near: nearest(name, f.in.Names())}
	case depth > extensions:
		return nil, fmt.Errorf("more than %d definitions extend one another", extensions)
	}
	return under.root(depth)
}

// root is a file's mapping, laid over what it extends.
func (f *source) root(depth int) (*yaml.Node, error) {
	if known := f.node.Load(); known != nil {
		return known, nil // one definition is extended by many
	}
	text, err := f.text()
	if err != nil {
		return nil, err
	}
	p := &parser{lines: map[string]int{}}
	root := p.document(text)
	if root != nil {
		root = p.extended(root, func(name string) (*yaml.Node, error) { return f.base(name, depth+1) })
	}
	err = p.err(f.path)
	if err == nil {
		f.node.Store(root)
	}
	return root, err
}

// root finds what a definition outside any library extends.
func (l *Library) root(name string) (*yaml.Node, error) {
	f := l.files[name]
	if f == nil {
		return nil, &UnknownError{Name: name, Near: nearest(name, l.Names())}
	}
	return f.root(1)
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
			if !yield(l.files[name].load()) {
				return
			}
		}
	}
}

// Warm parses all definitions, so that they are at hand when they are needed. It
// returns when that is done or ctx ends.
func (l *Library) Warm(ctx context.Context) {
	names := make(chan string)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		wg.Go(func() {
			for name := range names {
				_, _ = l.files[name].load()
			}
		})
	}
	for _, name := range l.Names() {
		select {
		case names <- name:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(names)
	wg.Wait()
}

// Load finds a definition by its name or an alias. A name ending in "_ssh",
// "_telnet" or "_serial", as netmiko has them, is also looked for without the
// ending: how a device is reached is no matter of its definition. The error is an
// *UnknownError, joined with those of files that could not be read and might
// have held the alias; or the *InvalidError of the file itself.
func (l *Library) Load(name string) (*Definition, error) {
	names := []string{name}
	for _, ending := range []string{"_ssh", "_telnet", "_serial"} {
		if short, cut := strings.CutSuffix(name, ending); cut {
			names = append(names, short)
		}
	}
	for _, n := range names {
		if f, ok := l.files[n]; ok {
			return f.load()
		}
	}
	for _, n := range names {
		if d := l.byAlias(n); d != nil {
			return d, nil
		}
	}
	var known []string
	var broken []error
	for d, err := range l.All() {
		if err != nil {
			broken = append(broken, err)
			continue
		}
		known = append(append(known, d.Name), d.Aliases...)
	}
	unknown := &UnknownError{Name: name, Near: nearest(name, known)}
	if len(broken) == 0 {
		return nil, unknown
	}
	return nil, errors.Join(append([]error{unknown}, broken...)...)
}

// byAlias parses only the files that hold the alias as a text: they are few, and
// parsing is what takes time.
func (l *Library) byAlias(alias string) *Definition {
	for _, name := range l.Names() {
		f := l.files[name]
		if text, err := f.text(); err != nil || !bytes.Contains(text, []byte(alias)) {
			continue
		}
		if d, err := f.load(); err == nil && slices.Contains(d.Aliases, alias) {
			return d
		}
	}
	return nil
}
