package sshconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Config is what configuration files say. It never changes, and may be used from
// many goroutines at the same time.
type Config struct {
	files    []string
	sources  [][]line
	warnings []Warning
}

// Warning is something in a file that was passed over.
type Warning struct {
	File string
	Line int
	Text string
}

func (w Warning) String() string { return fmt.Sprintf("%s:%d: %s", w.File, w.Line, w.Text) }

// Error says which line of which file makes no sense.
type Error struct {
	File string
	Line int // from 1; 0 where the file as a whole is meant
	Err  error
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("ssh configuration %s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("ssh configuration %s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Load reads one file, and what it includes, as "ssh -F" does: no other is read.
// Relative names of included files are below ~/.ssh. Errors are *Error.
func Load(file string) (*Config, error) {
	c := &Config{}
	if err := c.add(file, true); err != nil {
		return nil, err
	}
	return c, nil
}

// Default reads the user's file (~/.ssh/config) and then the system's
// (/etc/ssh/ssh_config, or below %ProgramData% on Windows), as ssh does. A file
// that does not exist says nothing. Errors are *Error.
func Default() (*Config, error) {
	c := &Config{}
	if home, err := os.UserHomeDir(); err == nil {
		if err := c.add(filepath.Join(home, ".ssh", "config"), true); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if err := c.add(filepath.Join(systemDir(), "ssh_config"), false); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return c, nil
}

func (c *Config) add(file string, user bool) error {
	r := reader{user: user}
	lines, err := r.read(file, 0)
	if err != nil {
		return err
	}
	c.files = append(c.files, r.files...)
	c.sources = append(c.sources, lines)
	c.warnings = append(c.warnings, r.warnings...)
	return nil
}

// Files are the files that were read, in order.
func (c *Config) Files() []string { return c.files }

// Warnings are what was passed over: each keyword of a file once.
func (c *Config) Warnings() []Warning { return c.warnings }

// systemDir is the folder of the system's own files.
func systemDir() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv("ProgramData"), "ssh")
	}
	return "/etc/ssh"
}
