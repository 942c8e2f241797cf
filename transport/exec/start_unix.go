//go:build !windows

package exec

import (
	"os"
	"os/exec"
	"syscall"

	"github.com/creack/pty"
	"github.com/vtynet/vty/transport"
	"golang.org/x/sys/unix"
)

// start runs a program as the leader of a session with a terminal of its own.
func start(cmd *exec.Cmd, size transport.Size) (*os.File, error) {
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: cells(size.Rows), Cols: cells(size.Columns)})
	if err != nil {
		return nil, err
	}
	defer func() { _ = master.Close() }()
	// The library leaves it blocking, where Close wakes no Read. A file that is
	// made of one that does not block is the poller's.
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		kill(cmd)
		_ = cmd.Wait()
		return nil, err
	}
	return os.NewFile(uintptr(fd), "pty"), nil
}

func resize(tty *os.File, size transport.Size) error {
	raw, err := tty.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: cells(size.Rows), Col: cells(size.Columns)})
	})
	if err != nil {
		return err
	}
	return failed
}

// cells is a size as the kernel takes it.
func cells(n int) uint16 { return uint16(min(max(n, 0), 1<<16-1)) }

// kill ends a program and what is left of its process group.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
