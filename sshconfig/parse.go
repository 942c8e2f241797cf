package sshconfig

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vtynet/vty/internal/owner"
)

const (
	// maxDepth bounds how deep files include each other, as OpenSSH does.
	maxDepth = 16
	// maxLine bounds a line.
	maxLine = 1 << 20
	// maxFiles bounds how many files a configuration is made of: files that include
	// a folder of their own would otherwise multiply.
	maxFiles = 4096
)

// line is a line that says something.
type line struct {
	file   string
	number int

	keyword string   // in lower case; an alias by its present name
	values  []string // checked, in the form that Setting has
	host    []string // patterns of a Host line
	match   []criterion
	include [][]line // the files of an Include line
}

func (l *line) fault(err error) *Error { return &Error{File: l.file, Line: l.number, Err: err} }

// reader reads a file and all that it includes.
type reader struct {
	user     bool // the user's own file: relative names are below ~/.ssh
	files    []string
	warnings []Warning
	warned   map[string]bool
	ignore   string // patterns of unknown keywords that somebody knows about
}

func (r *reader) read(file string, depth int) ([]line, error) {
	if depth > maxDepth {
		return nil, &Error{File: file, Err: fmt.Errorf("files include each other more than %d deep", maxDepth)}
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, &Error{File: file, Err: err}
	}
	defer func() { _ = f.Close() }()
	if r.user || depth > 0 {
		if err := owner.Check(f); err != nil {
			return nil, &Error{File: file, Err: err}
		}
	}
	if r.files = append(r.files, file); len(r.files) > maxFiles {
		return nil, &Error{File: file, Err: fmt.Errorf("more than %d files", maxFiles)}
	}
	return r.parse(f, file, depth)
}

func (r *reader) parse(f io.Reader, file string, depth int) ([]line, error) {
	var lines []line
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, maxLine)
	for n := 1; scanner.Scan(); n++ {
		l := line{file: file, number: n}
		says, err := r.statement(&l, scanner.Text(), depth)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); ok {
				return nil, err // of an included file
			}
			return nil, l.fault(err)
		}
		if says {
			lines = append(lines, l)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, &Error{File: file, Err: err}
	}
	return lines, nil
}

// statement reads one line, and reports whether it says something.
func (r *reader) statement(l *line, text string, depth int) (bool, error) {
	name, rest := cutKeyword(strings.TrimRight(text, " \t\r\n\f"))
	if name == "" {
		return false, nil
	}
	l.keyword = strings.ToLower(name)
	if now, ok := aliases[l.keyword]; ok {
		l.keyword = now
	}
	k, known := keywords[l.keyword]
	switch {
	case !known && slices.Contains(passedOver, l.keyword):
		return false, nil
	case !known && matchList(r.ignore, l.keyword):
		return false, nil
	case !known:
		r.warn(l, fmt.Sprintf("unknown keyword %q is ignored", name))
		return false, nil
	case rest == "":
		return false, fmt.Errorf("%s: no argument", name)
	}
	var err error
	switch l.keyword {
	case "match":
		l.match, err = r.criteria(l, rest)
	default:
		var words []string
		if words, err = splitWords(rest); err != nil {
			break
		}
		switch {
		case l.keyword == "host":
			l.host, err = someWords(words, rest)
		case l.keyword == "include":
			err = r.include(l, words, depth)
		default:
			l.values, err = k.parse(words, rest)
		}
	}
	if err == nil && l.keyword == "ignoreunknown" {
		r.ignore = strings.ToLower(l.values[0]) + "," + r.ignore
	}
	if err == nil {
		return true, nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return false, err
	}
	return false, fmt.Errorf("%s: %w", name, err)
}

// warn notes something that is passed over, once for each text in a file.
func (r *reader) warn(l *line, text string) {
	if r.warned == nil {
		r.warned = map[string]bool{}
	}
	if key := l.file + "\x00" + text; !r.warned[key] {
		r.warned[key] = true
		r.warnings = append(r.warnings, Warning{File: l.file, Line: l.number, Text: text})
	}
}

// include reads the files that patterns name, in the order of their names. A
// pattern that names none is no error.
func (r *reader) include(l *line, patterns []string, depth int) error {
	if len(patterns) == 0 {
		return errNoWords
	}
	for _, p := range patterns {
		switch {
		case p == "":
			return errEmptyWord
		case strings.HasPrefix(p, "~") && !r.user:
			return fmt.Errorf("%q: a file of the system has no home", p)
		case strings.HasPrefix(p, "~"):
			path, err := tilde(p)
			if err != nil {
				return err
			}
			p = path
		case !filepath.IsAbs(p) && r.user:
			home, err := os.UserHomeDir()
			if err != nil {
				return err
			}
			p = filepath.Join(home, ".ssh", p)
		case !filepath.IsAbs(p):
			p = filepath.Join(systemDir(), p)
		}
		paths, err := filepath.Glob(p)
		if err != nil {
			return fmt.Errorf("%q: %w", p, err)
		}
		for _, path := range paths {
			lines, err := r.read(path, depth+1)
			if errors.Is(err, os.ErrNotExist) {
				continue // gone since
			}
			if err != nil {
				return err
			}
			l.include = append(l.include, lines)
		}
	}
	return nil
}
