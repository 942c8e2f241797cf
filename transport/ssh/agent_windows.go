package ssh

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
)

// defaultAgent is the pipe of Windows' own OpenSSH agent.
const defaultAgent = `\\.\pipe\openssh-ssh-agent`

func dialAgent(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	if strings.HasPrefix(path, `\\.\pipe\`) {
		return os.OpenFile(path, os.O_RDWR, 0)
	}
	return (&net.Dialer{}).DialContext(ctx, "unix", path)
}
