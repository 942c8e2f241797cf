//go:build !windows

package exec

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vtynet/vty/transport"
)

func started(t *testing.T, argv ...string) *Conn {
	t.Helper()
	c, err := Start(t.Context(), argv, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestStatusAndLastWords(t *testing.T) {
	for script, want := range map[string]string{
		"echo no such container: r1 >&2; exit 3": `program "sh" ended: exit status 3: no such container: r1`,
		"exit 1":                                 `program "sh" ended: exit status 1`,
		"kill -9 $$":                             `program "sh" ended: signal: killed`,
		"i=0; while [ $i -lt 200 ]; do echo a line of an ordinary session; i=$((i+1)); done; exit 1": `program "sh" ended: exit status 1`,
	} {
		c := started(t, "sh", "-c", script)
		_, err := io.ReadAll(c)
		var end *ExitError
		if !errors.As(err, &end) || err.Error() != want || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v; want %s", script, err, want)
		}
		if _, err := c.Write([]byte("x")); err == nil {
			t.Errorf("%s: a Write after the end gave no error", script)
		}
	}
}

func TestEndInOrder(t *testing.T) {
	c := started(t, "sh", "-c", "echo bye")
	if text, err := io.ReadAll(c); string(text) != "bye\r\n" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if c.Alive() {
		t.Error("it is alive")
	}
}

// What a program left behind does not keep the session open, nor does it lose
// what was said.
func TestTerminalHeldByAnother(t *testing.T) {
	c := started(t, "sh", "-c", "trap '' HUP; sleep 60 & echo $!")
	text, err := io.ReadAll(c)
	if err != nil || !strings.HasSuffix(string(text), "\r\n") {
		t.Errorf("%q, %v", text, err)
	}
	_ = c.Close()
	kill(c.cmd) // the sleeper: it is of the program's group
}

// A program that does not care about a hangup is killed, and no zombie stays.
func TestStubborn(t *testing.T) {
	c := started(t, "sh", "-c", "trap '' HUP; echo ready; while :; do sleep 0.1; done")
	if _, err := io.ReadFull(c, make([]byte, len("ready\r\n"))); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if err := syscall.Kill(c.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the program is still there: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
}

func TestSize(t *testing.T) {
	c := started(t, "sh", "-c", "stty size; read x; stty size")
	line := func() string {
		var text []byte
		for b := make([]byte, 1); !strings.HasSuffix(string(text), "\n"); text = append(text, b[0]) {
			if _, err := c.Read(b); err != nil {
				t.Fatal(err)
			}
		}
		return strings.TrimSpace(string(text))
	}
	if got := line(); got != "1000 511" {
		t.Errorf("at first the size is %q", got)
	}
	if err := c.Resize(t.Context(), transport.Size{Columns: 132, Rows: 43}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("\r")); err != nil {
		t.Fatal(err)
	}
	line() // the echo
	if got := line(); got != "43 132" {
		t.Errorf("then the size is %q", got)
	}
}

func TestNoProgram(t *testing.T) {
	if _, err := Start(t.Context(), nil, nil); err == nil {
		t.Error("no error for no program")
	}
	_, err := Start(t.Context(), []string{"there-is-no-such-program"}, nil)
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "there-is-no-such-program") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	if _, err := Start(ctx, []string{"sh"}, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the deadline: %v", err)
	}
}
