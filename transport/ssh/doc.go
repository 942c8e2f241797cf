// Package ssh reaches a device's terminal over SSH (RFC 4251 to 4254), natively:
// no program is started and no file is read but known_hosts and the keys
// that are named. What OpenSSH's configuration says of a host goes into a Config by
// With.
//
// Dial and New return an open shell on a pseudo-terminal, or a subsystem or a
// command without one. The whole way there
// obeys one context and is told apart by phase, so that a failure says where it
// happened, and host keys are checked before anything secret is sent. The
// package neither logs in at a prompt nor knows any platform; a device that
// wants a user name inside the shell gets it from the layer above.
//
// # Round trips
//
// With both versions under way at once, an open TCP connection becomes a shell
// in six round trips and one per authentication attempt: a half for the versions,
// a half for the proposals, one each for the key exchange, the request for the
// authentication service, the "none" attempt that asks for the methods on offer,
// the channel and the shell. The terminal is asked for together with the shell
// and costs nothing. The protocol would allow the service request, "none" and a
// password in one flight; golang.org/x/crypto/ssh does not.
//
// # Standard error
//
// A terminal shows one stream. What a device sends as SSH's extended data is
// merged into the stream that Read returns, where it arrives. It is read in any
// case, so that it cannot fill the window that both share.
package ssh
