//go:build !windows

package streams

import "os"

// prepare has nothing to do: terminals understand escape sequences.
func prepare(*os.File) {}
