// The client of the comparison that starts OpenSSH's ssh once for each command.
// It knows no sessions, so it opens and closes with every command.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/vtynet/vty/bench/work"
)

func main() {
	work.Main(work.Client{Version: version(), Open: open})
}

func version() string {
	out, _ := exec.Command("ssh", "-V").CombinedOutput()
	v, _, _ := strings.Cut(string(out), " ")
	return strings.TrimRight(strings.TrimSpace(v), ",")
}

type session struct {
	t   work.Target
	dir string
}

// open makes the program that tells ssh the password.
func open(_ context.Context, t work.Target) (work.Session, error) {
	if t.Transport != "ssh" {
		return nil, work.ErrUnsupported
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	ask := fmt.Sprintf("#!/bin/sh\necho %s\n", t.Password)
	return &session{t, dir}, os.WriteFile(filepath.Join(dir, "ask"), []byte(ask), 0o700)
}

func (s *session) command(ctx context.Context, command string) *exec.Cmd {
	c := exec.CommandContext(ctx, "ssh", "-F", "none", "-p", fmt.Sprint(s.t.Port), "-o", "StrictHostKeyChecking=no",
		"-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "PreferredAuthentications=password",
		s.t.User+"@"+s.t.Host, command)
	c.Env = append(os.Environ(), "SSH_ASKPASS="+filepath.Join(s.dir, "ask"), "SSH_ASKPASS_REQUIRE=force")
	return c
}

func (s *session) Run(ctx context.Context, command string) (string, error) {
	out, err := s.command(ctx, command).Output()
	return string(out), err
}

func (*session) Stream(context.Context, string, func(string)) error { return work.ErrUnsupported }

func (*session) Configure(context.Context, []string) (int, error) { return 0, work.ErrUnsupported }

func (s *session) Close() error { return os.RemoveAll(s.dir) }
