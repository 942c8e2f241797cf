package shell

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A history is a file with a line for each command that a person has entered in a
// shell: when, where, what, with tabs between.
type history struct {
	path string
	host string
}

// The file is cut to its newer half where it has grown beyond this.
const mostHistory = 1 << 20

// openHistory is the user's history, for what is entered on a host.
func openHistory(host string) (*history, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return nil, err
	}
	return &history{path: filepath.Join(folder, "vty", "history"), host: host}, nil
}

// add puts a command at the end. It is one write, so that shells side by side do not
// mix their lines.
func (h *history) add(command string) error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	if info, err := os.Stat(h.path); err == nil && info.Size() > mostHistory {
		if err := h.cut(); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(h.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s\t%s\t%s\n", time.Now().UTC().Format(time.RFC3339), h.host, command)
	return errors.Join(err, f.Close())
}

// cut leaves the newer half.
func (h *history) cut() error {
	text, err := os.ReadFile(h.path)
	if err != nil {
		return err
	}
	text = text[len(text)/2:]
	text = text[bytes.IndexByte(text, '\n')+1:]
	return os.WriteFile(h.path, text, 0o600)
}

// write writes all of it.
func (h *history) write(w io.Writer) error {
	f, err := os.Open(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = io.Copy(w, f)
	return err
}

// last are the newest commands on the host, the newest last.
func (h *history) last(most int) []string {
	var all bytes.Buffer
	if h.write(&all) != nil {
		return nil
	}
	var commands []string
	for line := range strings.Lines(all.String()) {
		if parts := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3); len(parts) == 3 && parts[1] == h.host {
			commands = append(commands, parts[2])
		}
	}
	return commands[max(0, len(commands)-most):]
}
