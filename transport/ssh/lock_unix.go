//go:build !windows

package ssh

import (
	"os"
	"syscall"
)

// lock keeps other processes of ours from f until it is closed. Where the file
// system knows no locks the append alone has to do.
func lock(f *os.File) {
	for syscall.Flock(int(f.Fd()), syscall.LOCK_EX) == syscall.EINTR {
	}
}
