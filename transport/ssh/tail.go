package ssh

import (
	"slices"
	"sync"
)

// maxTail bounds what is kept of a program's standard error. Its last words say
// why it gave up.
const maxTail = 4 << 10

// tail is a writer that keeps the end of what was written.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p[max(0, len(p)-maxTail):]...)
	t.text = slices.Delete(t.text, 0, max(0, len(t.text)-maxTail))
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
