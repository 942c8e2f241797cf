package target

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
)

// memory remembers in a file what hosts were found to be. A file that cannot be
// read or written remembers nothing: it only spares a question.
type memory struct {
	path string

	mu    sync.Mutex
	hosts map[string]string
}

// newMemory is the memory in the user's cache folder; nil where there is none.
func newMemory() *memory {
	folder, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	m := &memory{path: filepath.Join(folder, "vty", "platforms.json"), hosts: map[string]string{}}
	m.read()
	return m
}

func (m *memory) read() {
	text, err := os.ReadFile(m.path)
	if err != nil {
		return
	}
	hosts := map[string]string{}
	if json.Unmarshal(text, &hosts) == nil {
		for host, platform := range hosts {
			m.hosts[host] = platform
		}
	}
}

// Recall implements vty.Memory.
func (m *memory) Recall(host string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hosts[host]
}

// Remember implements vty.Memory. The file is replaced as a whole, with what
// other commands have put into it meanwhile.
func (m *memory) Remember(host, platform string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hosts[host] == platform {
		return
	}
	m.read()
	m.hosts[host] = platform
	text, err := json.MarshalIndent(m.hosts, "", "  ")
	if err != nil || os.MkdirAll(filepath.Dir(m.path), 0o700) != nil {
		return
	}
	part, err := os.CreateTemp(filepath.Dir(m.path), "platforms-*")
	if err != nil {
		return
	}
	_, err = part.Write(append(text, '\n'))
	if part.Close() != nil || err != nil || os.Rename(part.Name(), m.path) != nil {
		_ = os.Remove(part.Name())
	}
}
