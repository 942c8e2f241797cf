//go:build !windows

// Package owner tells whether a file is its user's alone to write, for files that
// decide which programs run and which keys are believed.
package owner

import (
	"errors"
	"os"
	"syscall"
)

// Check refuses a file that somebody else could have written, as ssh does.
func Check(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Uid != 0 && int(s.Uid) != os.Getuid() {
		return errors.New("it belongs to another user, so it is not read")
	}
	if info.Mode().Perm()&0o022 != 0 {
		return errors.New("others may write to it, so it is not read: chmod go-w")
	}
	return nil
}
