package jump

import (
	"os/exec"
	"syscall"
)

// shell runs a line as it was written: the command interpreter has quoting rules
// of its own. A Ctrl-C on our terminal is not for it: a command on a device is to
// be stopped in order, over this very connection.
func shell(line string) *exec.Cmd {
	cmd := exec.Command("cmd.exe")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd.exe /s /c "` + line + `"`, CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	return cmd
}

// kill ends a program that does not go by itself.
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
