// Package rfc2217 reaches a terminal over a serial port that a server in the
// network has: the COM-PORT-OPTION of RFC 2217, a layer on package telnet.
//
// The protocol is a machine without I/O (port.go): the option's subnegotiations go
// in, what is known of the port comes out. Conn puts it on a Telnet session, sets
// the port, sends breaks, empties buffers, and waits where the server says that
// the port takes no more.
//
// Unlike Telnet it has an opening: a Conn is open once the server has agreed to
// the option and has set the port as it was asked to.
package rfc2217
