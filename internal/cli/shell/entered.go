package shell

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vtynet/vty/terminal"
)

// entered finds out which commands are entered at a device: what the device shows
// behind its prompt once Enter was pressed. What it does not echo, such as a password,
// is not seen by it; lines that speak of secrets are left out.
type entered struct {
	keep    func(command string)
	secrets []string // are in no command that is kept

	mu      sync.Mutex
	screen  terminal.Terminal
	prompts []string // at which somebody has typed, the longest first
	midLine bool     // something was typed since Enter
	pending int      // lines that were entered, and not seen to be finished
}

// keys are those that a person presses, on their way to the device.
type keys struct {
	io.Reader
	e *entered
}

func (k keys) Read(p []byte) (int, error) {
	n, err := k.Reader.Read(p)
	k.e.typed(p[:n])
	return n, err
}

// glass is what a person looks at.
type glass struct {
	io.Writer
	e *entered
}

func (g glass) Write(p []byte) (int, error) {
	g.e.shown(p) // first: keys that answer it come after
	return g.Writer.Write(p)
}

// maxPrompt bounds what is taken for a prompt.
const maxPrompt = 200

func (e *entered) typed(pressed []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, key := range pressed {
		if !e.midLine {
			e.midLine = true
			prompt := strings.TrimRight(string(e.screen.Current()), " ")
			if len(prompt) <= maxPrompt && prompt != "" && strings.ContainsAny(prompt[len(prompt)-1:], "#>$%]") && !slices.Contains(e.prompts, prompt) {
				e.prompts = append(e.prompts, prompt)
				slices.SortFunc(e.prompts, func(a, b string) int { return len(b) - len(a) })
			}
		}
		if key == '\r' || key == '\n' {
			e.midLine = false
			e.pending++
		}
	}
}

func (e *entered) shown(text []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = e.screen.Write(text)
	finished := e.screen.Finished()
	for line := range strings.Lines(string(finished)) {
		if e.pending > 0 {
			e.finished(strings.TrimRight(line, "\n"))
		}
	}
	e.screen.Drop(len(finished))
}

// current is the line at the cursor, such as the prompt.
func (e *entered) current() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return string(e.screen.Current())
}

// unkept are lines that may hold a secret.
var unkept = regexp.MustCompile(`(?i)pass(w|phrase|code)|secret|\bkey|communit|psk|pre-shared|token|credential|md5|\bsha`)

// finished takes in a line of the screen that will not change.
func (e *entered) finished(line string) {
	i := slices.IndexFunc(e.prompts, func(p string) bool { return strings.HasPrefix(line, p) })
	if i < 0 {
		return
	}
	e.pending--
	command := strings.TrimPrefix(strings.TrimPrefix(line, e.prompts[i]), " ")
	spaced := strings.HasPrefix(command, " ") // as in other shells, this is not to be kept
	command = strings.TrimSpace(command)
	if len(command) < 2 || spaced || unkept.MatchString(command) || strings.ContainsRune(command, '\t') {
		return
	}
	if slices.ContainsFunc(e.secrets, func(s string) bool { return s != "" && strings.Contains(command, s) }) {
		return
	}
	e.keep(command)
}
