//go:build !windows

package jump

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/vtynet/vty/socket"
)

func TestCommand(t *testing.T) {
	c, err := Command(t.Context(), "cat")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if text, err := bufio.NewReader(c).ReadString('\n'); err != nil || text != "hello\n" {
		t.Errorf("read %q, %v", text, err)
	}
	if !socket.Alive(c) {
		t.Error("it is not alive")
	}
	pid := c.(*command).cmd.Process
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if pid.Signal(nil) == nil {
		t.Error("the program is still there")
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write after Close: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
}

func TestCommandFails(t *testing.T) {
	c, err := Command(t.Context(), "sh -c 'echo no route to r1 >&2; exit 1'")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = io.ReadAll(c)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "no route to r1") {
		t.Errorf("error %v", err)
	}
	if _, err := Command(t.Context(), "  "); err == nil {
		t.Error("an empty command is run")
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Command(over, "cat"); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

// A Close ends a program that is not listening, and a Read that waits for it.
func TestCommandThatHangs(t *testing.T) {
	c, err := Command(t.Context(), "sh -c 'trap \"\" HUP; echo ready; while :; do sleep 600; done'")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	read := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		read <- err
	}()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-read; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read: %v", err)
	}
}
