package exec

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/vtynet/vty/transport"
)

func start(*exec.Cmd, transport.Size) (*os.File, error) {
	return nil, fmt.Errorf("a program on a terminal is not supported on Windows, use SSH or Telnet: %w", errors.ErrUnsupported)
}

func resize(*os.File, transport.Size) error { return errors.ErrUnsupported }

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
