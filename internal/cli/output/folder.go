package output

import (
	"os"
	"path/filepath"

	"github.com/vtynet/vty/internal/cli/filename"
)

// Folder keeps answers as files: a folder for each host, and in it a file for each
// command. It is for one goroutine.
type Folder struct {
	path     string
	hosts    []string // their folders
	commands []string // their files, without extension
}

// NewFolder makes the folder, which may be there already, for answers of hosts to
// commands. Answers may hold secrets: nobody else may read the files.
func NewFolder(path string, hosts, commands []string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	return &Folder{path: path, hosts: filename.Distinct(hosts), commands: filename.Distinct(commands)}, nil
}

// Save writes an answer: COMMAND.txt, or COMMAND.json where it
// was parsed. What a command that failed answered goes into COMMAND.failed.txt, so
// that it replaces no good answer; without output there is no file then. A file is
// replaced as a whole.
func (f *Folder) Save(a *Answer) error {
	extension := ".txt"
	switch {
	case a.Failed && a.Output == "":
		return nil
	case a.Failed:
		extension = ".failed.txt"
	case a.Parsed != nil:
		extension = ".json"
	}
	folder := filepath.Join(f.path, f.hosts[a.Place])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	text := a.Shown()
	if text != "" {
		text += "\n"
	}
	return replace(filepath.Join(folder, f.commands[a.Number]+extension), text)
}

// replace writes a file as a whole or not at all.
func replace(path, text string) error {
	part, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return err
	}
	_, err = part.WriteString(text)
	if closing := part.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		_ = os.Remove(part.Name())
	}
	return err
}
