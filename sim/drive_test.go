package sim

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/vtynet/vty/transport"
)

// clock is a fixed time, so that what a device prints is the same every time.
func clock() time.Time { return time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC) }

// device makes a device of the platform, failing the test where it cannot.
func device(t testing.TB, name string, cfg *Config, overlays ...[]byte) *Device {
	t.Helper()
	if cfg == nil {
		cfg = &Config{}
	}
	cfg.Now = clock
	d, err := New(name, cfg, overlays...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// typist sits at a session without goroutines or connections.
type typist struct {
	t     testing.TB
	shell *shell
	shown bytes.Buffer
}

func sit(t testing.TB, d *Device, term Terminal) *typist {
	t.Helper()
	p := &typist{t: t, shell: d.NewSession(term).shell}
	p.shell.out.w = &p.shown
	p.shell.begin()
	p.shell.out.flush()
	return p
}

// all is everything shown since the last call.
func (p *typist) all() string {
	p.shell.out.flush()
	text := p.shown.String()
	p.shown.Reset()
	return text
}

// keys types bytes and gives what they showed.
func (p *typist) keys(s string) string {
	for i := range len(s) {
		p.shell.key(s[i])
	}
	return p.all()
}

// want types bytes and checks all that they showed.
func (p *typist) want(keys, shown string) {
	p.t.Helper()
	if got := p.keys(keys); got != shown {
		p.t.Errorf("typed %q\n got %q\nwant %q", keys, got, shown)
	}
}

// run types a command and gives its answer: what stands between the echo's line
// and the prompt, with "\n" as line end.
func (p *typist) run(command string) string {
	p.t.Helper()
	got := strings.ReplaceAll(p.keys(command+"\r"), p.shell.model().data.Newline, "\n")
	prompt := p.shell.display()
	if p.shell.model().data.Gap != "" {
		prompt = p.shell.model().data.Gap + prompt
	}
	body, ok := strings.CutSuffix(got, prompt)
	if !ok {
		p.t.Fatalf("after %q no prompt %q: %q", command, prompt, got)
	}
	_, body, ok = strings.Cut(body, "\n")
	if !ok {
		p.t.Fatalf("no echo of %q: %q", command, got)
	}
	return body
}

var wide = Terminal{Size: transport.Size{Columns: 511, Rows: 1000}}
