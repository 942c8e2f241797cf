// Package streams is what a verb knows of its surroundings: its input, its two
// outputs and the environment. It holds no command logic. Tests give their own.
package streams

import (
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// Streams are the surroundings of a run of the command. Results go to Out, and
// everything else to Err.
type Streams struct {
	In        io.Reader
	Out, Err  io.Writer
	LookupEnv func(name string) (value string, ok bool)
	Environ   func() []string // all of it, NAME=VALUE each; nil where nobody knows
}

// Standard are the process's own.
func Standard() *Streams {
	prepare(os.Stdout)
	prepare(os.Stderr)
	return &Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, LookupEnv: os.LookupEnv, Environ: os.Environ}
}

// Env is the value of an environment variable, "" where it is not set.
func (s *Streams) Env(name string) string {
	value, ok := s.LookupEnv(name)
	if !ok {
		return ""
	}
	return value
}

// Variables are the names of the environment's variables that begin with prefix.
func (s *Streams) Variables(prefix string) []string {
	if s.Environ == nil {
		return nil
	}
	var names []string
	for _, variable := range s.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Terminal gives the descriptor behind an input or output that is a terminal.
func Terminal(stream any) (fd int, ok bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}
