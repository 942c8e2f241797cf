package textfsm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The ways in which Library.Parse finds nothing. A template that takes the text
// for an error is a third, ErrState.
var (
	// ErrNoTemplate says that no index has the platform and command.
	ErrNoTemplate = errors.New("no template")
	// ErrNoMatch says that the template made no record of the text.
	ErrNoMatch = errors.New("no match")
)

// NoTemplateError says for what there is no template, and where it was looked for.
// It is ErrNoTemplate.
type NoTemplateError struct {
	Platforms []string // the name that was asked for, and others that it has elsewhere
	Command   string
	Dirs      []string
	// Known tells that the collections have the platform, only not the command.
	Known bool
}

func (e *NoTemplateError) Error() string {
	where := strings.Join(e.Dirs, ", ")
	if e.Known {
		return fmt.Sprintf("no template for the command %q of platform %s in %s", e.Command, e.Platforms[0], where)
	}
	return fmt.Sprintf("no template for platform %s in %s", strings.Join(e.Platforms, " or "), where)
}

// Is makes it ErrNoTemplate.
func (e *NoTemplateError) Is(target error) bool { return target == ErrNoTemplate }

// NoMatchError says which template made no record of a text. It is ErrNoMatch.
type NoMatchError struct {
	Template string
	Lines    int // of the text
}

func (e *NoMatchError) Error() string {
	return fmt.Sprintf("template %s made no record of %d lines", e.Template, e.Lines)
}

// Is makes it ErrNoMatch.
func (e *NoMatchError) Is(target error) bool { return target == ErrNoMatch }

// Library is one or more collections of templates, each a folder with an index.
// Those before others win. Templates are compiled once, when they are first
// needed. It is safe for concurrent use.
type Library struct {
	shelves []*shelf
}

// shelf is one collection.
type shelf struct {
	dir   string // what errors call it
	files fs.FS
	index *Index

	mu        sync.Mutex
	templates map[string]*Template
}

// OpenLibrary opens the collections in folders. A folder may also be a checkout of
// ntc-templates.
func OpenLibrary(dirs ...string) (*Library, error) {
	l := &Library{}
	for _, dir := range dirs {
		dir = templatesIn(dir)
		if err := l.add(dir, os.DirFS(dir)); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// templatesIn is the folder with the index in dir or where a checkout has it.
func templatesIn(dir string) string {
	for _, below := range []string{".", "templates", "ntc_templates/templates"} {
		if isFile(filepath.Join(dir, below, "index")) {
			return filepath.Join(dir, below)
		}
	}
	return dir
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// NewLibrary is a library of one collection in a file system, such as an embedded
// one. Name is what errors call it.
func NewLibrary(name string, files fs.FS) (*Library, error) {
	l := &Library{}
	if err := l.add(name, files); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *Library) add(dir string, files fs.FS) error {
	f, err := files.Open("index")
	if err != nil {
		return fmt.Errorf("templates in %s: %w", dir, err)
	}
	defer func() { _ = f.Close() }()
	x, err := ParseIndex(filepath.Join(dir, "index"), f)
	if err != nil {
		return err
	}
	l.shelves = append(l.shelves, &shelf{dir: dir, files: files, index: x, templates: map[string]*Template{}})
	return nil
}

// Dirs are the folders of the collections, in their order.
func (l *Library) Dirs() []string {
	var dirs []string
	for _, s := range l.shelves {
		dirs = append(dirs, s.dir)
	}
	return dirs
}

// Templates finds the templates for a platform and a command, which are several
// where a command takes more than one pass. Other names of the platform count as
// well, those of netmiko, scrapli and ntc-templates. The error is a
// *NoTemplateError, a *TemplateError or that of the file system.
func (l *Library) Templates(platform, command string) ([]*Template, error) {
	names := Aliases(platform)
	for _, name := range names {
		for _, s := range l.shelves {
			if files, ok := s.index.Find(map[string]string{"Platform": name, "Command": command}); ok {
				return s.open(files)
			}
		}
	}
	missing := &NoTemplateError{Platforms: names, Command: command, Dirs: l.Dirs()}
	for _, name := range names {
		for _, s := range l.shelves {
			_, known := s.index.Find(map[string]string{"Platform": name})
			missing.Known = missing.Known || known
		}
	}
	return nil, missing
}

func (s *shelf) open(files []string) ([]*Template, error) {
	var all []*Template
	for _, file := range files {
		t, err := s.template(file)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (s *shelf) template(file string) (*Template, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.templates[file]; t != nil {
		return t, nil
	}
	name := filepath.Join(s.dir, file)
	text, err := fs.ReadFile(s.files, file)
	if err != nil {
		return nil, fmt.Errorf("the index names a template that can't be read: %w", err)
	}
	t, err := ParseText(name, string(text))
	if err != nil {
		return nil, err
	}
	s.templates[file] = t
	return t, nil
}

// Parse finds the templates for a platform and a command and gives the records of
// the text as ntc-templates, netmiko and scrapli do: names in lower case; what an
// entry of a List did not match is "None", and nested groups are written out as
// Python writes a dict. Several templates make one table, joined by their Keys.
//
// The error is a *NoTemplateError (ErrNoTemplate), a *NoMatchError (ErrNoMatch),
// a *RunError (ErrState or ErrTimeout), a *TemplateError or that of the file
// system. There are no records then.
func (l *Library) Parse(platform, command, text string) ([]Record, error) {
	templates, err := l.Templates(platform, command)
	if err != nil {
		return nil, err
	}
	records, err := Join(templates, text)
	if err == nil && len(records) == 0 {
		lines := 0
		eachLine(text, func(string) bool { lines++; return true })
		err = &NoMatchError{Template: templates[0].name, Lines: lines}
	}
	return records, err
}
