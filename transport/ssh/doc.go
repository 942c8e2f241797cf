// Package ssh reaches a device's terminal over SSH (RFC 4251 to 4254), natively:
// no program is started and no configuration file but known_hosts is read.
//
// Dial and New return an open shell on a pseudo-terminal. The whole way there
// obeys one context and is told apart by phase, so that a failure says where it
// happened, and host keys are checked before anything secret is sent. The
// package neither logs in at a prompt nor knows any platform; a device that
// wants a user name inside the shell gets it from the layer above.
//
// # Round trips
//
// After the TCP handshake a session costs these waits, which
// golang.org/x/crypto/ssh sets: version, key exchange proposal, key exchange,
// the "none" request that asks which methods the server offers (sent in the same
// flight as nothing else: the service request before it waits as well), one per
// authentication attempt, the channel, and the shell. The request for the
// pseudo-terminal travels with the one for the shell and costs nothing.
//
// # Standard error
//
// A terminal shows one stream. What a device sends as SSH's extended data is
// merged into the stream that Read returns, where it arrives. It is read in any
// case, so that it cannot fill the window that both share.
package ssh
