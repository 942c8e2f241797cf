package platform

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var (
	// ErrUnknown: no definition has that name. Errors of this kind are *UnknownError.
	ErrUnknown = errors.New("platform: unknown platform")
	// ErrInvalid: the text is not a definition. Errors of this kind are *InvalidError.
	ErrInvalid = errors.New("platform: invalid definition")
	// ErrNoPath: no transitions lead from one mode to the other. Errors of this
	// kind are *NoPathError.
	ErrNoPath = errors.New("platform: no way between the modes")
)

// UnknownError says that a library holds no definition of that name or alias.
type UnknownError struct {
	Name string
	Near []string // names and aliases that look alike, nearest first; may be empty
}

func (e *UnknownError) Error() string {
	if len(e.Near) == 0 {
		return fmt.Sprintf("platform: unknown platform %q", e.Name)
	}
	return fmt.Sprintf("platform: unknown platform %q; did you mean %s?", e.Name, strings.Join(e.Near, ", "))
}

// Is reports whether target is ErrUnknown.
func (e *UnknownError) Is(target error) bool { return target == ErrUnknown }

// InvalidError lists everything that is wrong with one definition file.
type InvalidError struct {
	File     string     // as given to Parse
	Problems []*Problem // at least one, sorted by line
}

// Error gives one problem per line, each beginning with file and line as
// compilers write them, so that editors can jump there.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		at := strconv.Itoa(p.Line)
		if p.Column > 0 {
			at += ":" + strconv.Itoa(p.Column)
		}
		lines[i] = fmt.Sprintf("%s:%s: %s", e.File, at, p)
	}
	return strings.Join(lines, "\n")
}

// Is reports whether target is ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// Unwrap gives the problems as errors.
func (e *InvalidError) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p
	}
	return errs
}

// sort orders the problems by line; those of one line keep the order in which
// they were found.
func (e *InvalidError) sort() {
	slices.SortStableFunc(e.Problems, func(a, b *Problem) int { return a.Line - b.Line })
}

// Problem is one thing wrong with a definition.
type Problem struct {
	Line int // 1-based
	// Column is where in the line a regular expression is wrong, 1-based; 0 where
	// the line says enough.
	Column int
	Field  string // such as "modes.exec.prompt" or "transitions[2].to"; "" for the file as a whole
	Err    error
}

func (p *Problem) Error() string {
	if p.Field == "" {
		return p.Err.Error()
	}
	return p.Field + ": " + p.Err.Error()
}

// Unwrap gives what is wrong, such as a *syntax.Error of a regular expression.
func (p *Problem) Unwrap() error { return p.Err }

// NoPathError says that a device of this platform cannot be brought from one
// mode to another.
type NoPathError struct {
	Platform string
	From, To string
	Argument string // that was given to To; "?" where one is missing
	// Parameter is what the way named in Argument must be told, such as "minutes" or
	// "name"; "" for nothing.
	Parameter string
	Modes     []string // the modes that exist
	Ways      []string // the names of ways into To
}

func (e *NoPathError) Error() string {
	for _, mode := range []string{e.From, e.To} {
		if !slices.Contains(e.Modes, mode) {
			return fmt.Sprintf("platform: %s has no mode %q; its modes are %s", e.Platform, mode, strings.Join(e.Modes, ", "))
		}
	}
	if e.Parameter != "" {
		example := "10"
		if e.Parameter == "name" {
			example = "NAME"
		}
		return fmt.Sprintf("platform: the way %q into the mode %q of %s takes its %s: \"%s %s %s\"", e.Argument, e.To, e.Platform, e.Parameter, e.To, e.Argument, example)
	}
	switch e.Argument {
	case "":
		return fmt.Sprintf("platform: %s has no way from mode %q to mode %q", e.Platform, e.From, e.To)
	case "?":
		return fmt.Sprintf("platform: the mode %q of %s takes an argument: \"%s NAME\"", e.To, e.Platform, e.To)
	}
	ways := ""
	if name, _ := Target(e.Argument); len(e.Ways) > 0 {
		ways = suggest(name, e.Ways)
	}
	return fmt.Sprintf("platform: the mode %q of %s takes no %q%s", e.To, e.Platform, e.Argument, ways)
}

// Is reports whether target is ErrNoPath.
func (e *NoPathError) Is(target error) bool { return target == ErrNoPath }
