// Package serial reaches a terminal over a serial port of this machine: a console
// cable, a USB adapter, a pseudo-terminal.
//
// A library sets the port. Serial ports have no connection: that a port is open
// says nothing of a device being there, and closing it logs nobody out. Both are
// for the layers above.
package serial
