package cli_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/vtynet/vty/internal/cli"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/streams"
)

// watched is an output that calls back when it has seen a text.
type watched struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	want string
	then func()
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if w.then != nil && strings.Contains(w.buf.String(), w.want) {
		w.then()
		w.then = nil
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

func run(ctx context.Context, out *watched, args ...string) (exit.Status, string) {
	var errs bytes.Buffer
	status := cli.Run(ctx, args, &streams.Streams{
		In: strings.NewReader(""), Out: out, Err: &errs,
		LookupEnv: func(string) (string, bool) { return "", false },
	})
	return status, errs.String()
}

func TestInterruptKeepsWhatWasStreamed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &watched{want: "y\ny\n", then: cancel}
	status, errs := run(ctx, out, "run", "--sim", "linux", "--stream", "yes")
	if status != exit.Interrupted {
		t.Errorf("status %d, want %d; %s", status, exit.Interrupted, errs)
	}
	if !strings.Contains(out.String(), "y\ny\n") {
		t.Errorf("what was streamed is lost: %q", out)
	}
	if !strings.Contains(errs, "back at its prompt") {
		t.Errorf("the condition of the device is not told: %q", errs)
	}
}

func TestInterruptKeepsEarlierAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := &watched{want: `"command":"show clock"`, then: cancel}
	status, errs := run(ctx, out, "run", "--sim", "cisco_iosxe", "-o", "jsonl",
		"show clock", "ping 198.51.100.1 repeat 100000", "show version")
	if status != exit.Interrupted {
		t.Errorf("status %d, want %d; %s", status, exit.Interrupted, errs)
	}
	if n := strings.Count(out.String(), "\n"); n != 3 {
		t.Errorf("%d objects, want one for each command: %s", n, out)
	}
	if n := strings.Count(out.String(), `"failed":false`); n != 1 {
		t.Errorf("%d answers, want 1: %s", n, out)
	}
	if n := strings.Count(errs, "vty: "); n != 1 {
		t.Errorf("%d errors told, want 1: %s", n, errs)
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	for _, args := range [][]string{
		{"run", "--sim", "cisco_nxos", "-vv", "show version"},
		{"doctor", "--sim", "cisco_nxos", "-vv"},
		{"config", "--sim", "cisco_nxos", "-vv", "hostname x"},
	} {
		out := &watched{}
		_, errs := run(t.Context(), out, args...)
		for _, line := range strings.Split(errs+out.String(), "\n") {
			if strings.Contains(line, "password=") || strings.Contains(line, "secret=") {
				t.Errorf("%v prints %q", args, line)
			}
		}
	}
}
