// Package home finds files that are written as below the user's home folder, which
// shells do for arguments and nobody does for what stands in a file.
package home

import (
	"os"
	"path/filepath"
	"strings"
)

// Expand is the path that "~/REST" stands for; any other stays as it is.
func Expand(path string) string {
	rest, ok := strings.CutPrefix(filepath.ToSlash(path), "~/")
	if !ok {
		return path
	}
	folder, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(folder, rest)
}
