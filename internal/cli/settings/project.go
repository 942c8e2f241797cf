package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vtynet/vty/internal/home"
)

// Projects is the setting of the user's own file that names the folders whose files
// of settings, and those of the folders below them, are read.
const Projects = "projects"

// project is the nearest file of settings from a folder upward, within the projects
// that the user's own file names; "" where there is none. A file elsewhere may be
// anyone's, though the user owns it: whoever unpacks an archive or clones a repository
// owns all that is in it.
func (f *file) project(from string) string {
	named := f.root.values[Projects]
	if named == nil {
		return ""
	}
	var roots []string
	for _, text := range named.texts {
		root := home.Expand(text)
		if !filepath.IsAbs(root) {
			root = filepath.Join(f.folder(), root)
		}
		if root, err := filepath.EvalSymlinks(root); err == nil {
			roots = append(roots, root)
		}
	}
	from, err := filepath.EvalSymlinks(from)
	if err != nil {
		return ""
	}
	own, _ := os.Stat(f.path)
	for folder := from; slices.ContainsFunc(roots, func(root string) bool { return within(root, folder) }); {
		path := filepath.Join(folder, Name)
		if info, err := os.Stat(path); err == nil && !os.SameFile(info, own) {
			return path
		}
		up := filepath.Dir(folder)
		if up == folder {
			return ""
		}
		folder = up
	}
	return ""
}

// within tells whether a folder is another, or below it.
func within(root, folder string) bool {
	below, err := filepath.Rel(root, folder)
	return err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator))
}
