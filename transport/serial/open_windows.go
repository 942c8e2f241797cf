package serial

import (
	"errors"
	"fmt"
	"syscall"

	"go.bug.st/serial"

	"github.com/vtynet/vty/transport/line"
)

// open opens the port once: Windows gives it to one handle only.
func open(name string, mode *serial.Mode, flow line.Flow) (serial.Port, data, error) {
	if flow != line.NoFlow {
		return nil, nil, fmt.Errorf("%s flow control: %w", flow, errors.ErrUnsupported)
	}
	port, err := serial.Open(name, mode)
	if err != nil {
		return nil, nil, err
	}
	w := &purging{port}
	return w, w, nil
}

// purging is a port whose Close ends what waits in it.
type purging struct{ serial.Port }

// Close aborts the Read and the Write under way, and closes the port.
func (p *purging) Close() error {
	_ = p.ResetOutputBuffer()
	_ = p.ResetInputBuffer()
	return p.Port.Close()
}

// unplugged tells whether a Read's error says that the port is gone.
func unplugged(err error) bool {
	const deviceNotConnected, badCommand, accessDenied = syscall.Errno(1167), syscall.Errno(22), syscall.ERROR_ACCESS_DENIED
	return errors.Is(err, deviceNotConnected) || errors.Is(err, badCommand) || errors.Is(err, accessDenied)
}
