// Package telnet reaches a terminal over Telnet: RFC 854 and 855, with options
// negotiated by the Q method of RFC 1143.
//
// The protocol is one symmetric machine without I/O (machine.go, decode.go,
// qmethod.go, encode.go): bytes from the peer go in, plain data and the bytes to
// answer with come out, the same under any split of the input. Conn puts it on a
// connection as the client, ServerConn as the server, for simulated devices.
//
// It waits for nothing: a Conn is open as soon as TCP is, and negotiation goes on
// beside the data for as long as the session lasts. User names and passwords are
// not its business; what asks for them is text on the terminal.
//
// Options: ECHO (RFC 857) and SUPPRESS-GO-AHEAD (RFC 858), TERMINAL-TYPE
// (RFC 1091), NAWS (RFC 1073), BINARY (RFC 856), STATUS (RFC 859) and
// TIMING-MARK (RFC 860). All others are refused.
package telnet
