//go:build unix

package serial

import (
	"errors"
	"io"
	"os"
	"syscall"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"github.com/vtynet/vty/transport/line"
)

// open opens the port twice. The library sets the line; the bytes go by a file of
// our own, since a Write of the library that the device holds back is ended by
// nothing. The file comes first: the library keeps others out.
func open(name string, mode *serial.Mode, flow line.Flow) (serial.Port, data, error) {
	file, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		if errors.Is(err, syscall.EBUSY) {
			return nil, nil, ErrBusy
		}
		return nil, nil, err
	}
	// The library's own way to keep others out does not keep root out.
	err = control(file, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrBusy
	}
	var port serial.Port
	if err == nil {
		port, err = serial.Open(name, mode)
	}
	if err == nil && flow != line.NoFlow { // the library puts it off
		if err = control(file, func(fd int) error { return setFlow(fd, flow) }); err != nil {
			_ = port.Close()
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return port, flushing{file, port}, nil
}

// control calls f with the descriptor of a file, which stays as it is.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = raw.Control(func(fd uintptr) { failure = f(int(fd)) })
	return errors.Join(err, failure)
}

func setFlow(fd int, flow line.Flow) error {
	t, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	if flow == line.Software {
		t.Iflag |= unix.IXON | unix.IXOFF
	} else {
		t.Cflag |= unix.CRTSCTS
	}
	return unix.IoctlSetTermios(fd, setTermios, t)
}

// flushing is a port's file whose Close does not wait for a device that holds
// back what was written to it, as the system would for half a minute.
type flushing struct {
	*os.File
	port serial.Port
}

func (f flushing) Close() error {
	_ = f.port.ResetOutputBuffer()
	return errors.Join(f.File.Close(), f.port.Close())
}

// unplugged tells whether a Read's error says that the port is gone.
func unplugged(err error) bool {
	return err == io.EOF || errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.ENODEV)
}
