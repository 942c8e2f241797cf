package rfc2217

import (
	"errors"
	"fmt"
)

// ErrRefused says that the server speaks Telnet and offers no serial port: its
// port is a plain Telnet one.
var ErrRefused = errors.New("the server refuses COM-PORT-OPTION (RFC 2217): try it as Telnet")

// ErrBusy says that the server said something and ended the connection before it
// agreed to anything, as most do where the port is in use.
var ErrBusy = errors.New("the server ended the connection")

// ErrNoAnswer says that the context ended while the server's word was awaited: what
// listens there may speak no Telnet, as a bare port does.
var ErrNoAnswer = errors.New("the server does not answer")

// SettingError tells that a server has set its port otherwise than it was asked
// to.
type SettingError struct {
	Setting  string // "speed", "data bits", "parity", "stop bits", "flow control"
	Want, Is string
}

// Error is a sentence.
func (e *SettingError) Error() string {
	return fmt.Sprintf("the server does not set the port as it was asked to: %s %s is wanted, and it says %s", e.Setting, e.Want, e.Is)
}
