//go:build !windows

package ssh

import (
	"context"
	"io"
	"net"
)

const defaultAgent = ""

func dialAgent(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", path)
}
