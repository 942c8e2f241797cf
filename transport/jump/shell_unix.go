//go:build !windows

package jump

import (
	"os/exec"
	"syscall"
)

// shell runs a line as OpenSSH does: the shell gives way to the program, so that
// it is the program that ends. A Ctrl-C on our terminal is not for it: a command
// on a device is to be stopped in order, over this very connection.
func shell(line string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", "exec "+line)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// kill ends a program that does not go by itself, and those that it started.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
