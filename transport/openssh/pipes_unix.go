//go:build !windows

package openssh

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// helper is the program that ssh asks its questions by. It hands the question to
// this process, and the answer to ssh, which alone reads its output. head is given a
// pipe, so that the answer is in no argument.
const helper = `#!/bin/sh
d=${0%/*}
printf '%s\n%s\n%s\0' "$PPID" "$SSH_ASKPASS_PROMPT" "$1" > "$d/question"
[ "$SSH_ASKPASS_PROMPT" = none ] || exec head -n 1 "$d/answer"
`

// pipes are the named pipes between an ssh, its helper and this process, in a
// folder that nobody else can enter.
type pipes struct {
	dir                   string
	question, answer, log *os.File
}

// open makes them.
func (p *pipes) open() (err error) {
	if p.dir, err = os.MkdirTemp("", "vty-ssh-"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = p.Close()
		}
	}()
	for name, file := range map[string]**os.File{"question": &p.question, "answer": &p.answer, "log": &p.log} {
		path := filepath.Join(p.dir, name)
		if err := unix.Mkfifo(path, 0o600); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		// For both, so that neither end waits for the other to be there.
		if *file, err = os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0); err != nil {
			return err
		}
	}
	return os.WriteFile(p.path("ask"), []byte(helper), 0o700)
}

func (p *pipes) path(name string) string { return filepath.Join(p.dir, name) }

// environment tells ssh of the helper.
func (p *pipes) environment() []string {
	return []string{"SSH_ASKPASS=" + p.path("ask"), "SSH_ASKPASS_REQUIRE=force"}
}

// Close removes them. Whoever reads is told.
func (p *pipes) Close() error {
	for _, file := range []*os.File{p.question, p.answer, p.log} {
		if file != nil {
			_ = file.Close()
		}
	}
	return os.RemoveAll(p.dir)
}
