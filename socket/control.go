package socket

import "syscall"

// control runs f on the descriptor beneath raw, while it is sure to stay open.
func control(raw syscall.RawConn, f func(fd int) error) error {
	var failure error
	if err := raw.Control(func(fd uintptr) { failure = f(int(fd)) }); err != nil {
		return err
	}
	return failure
}
