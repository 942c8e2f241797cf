package ssh

import (
	"net"
	"time"
)

// Trace is a set of functions to call as a connection comes up, each optional,
// in this order and from the goroutine that called Dial or New. They must not
// block. Every duration is that of the step alone.
type Trace struct {
	// Connected is called when TCP is open; New does not call it.
	Connected func(addr net.Addr, took time.Duration)

	// Greeted is called when the device has shown its SSH version.
	Greeted func(version string, took time.Duration)

	// KeyExchanged is called when both sides have keys and the device's host key
	// has been accepted.
	KeyExchanged func(KeyExchange)

	// Authenticated is called when the device has let us in; method is "none"
	// where it asked for nothing.
	Authenticated func(method string, took time.Duration)

	// ShellOpened is called when the shell runs.
	ShellOpened func(took time.Duration)
}

// KeyExchange is what a key exchange settled.
type KeyExchange struct {
	Algorithms Algorithms
	Offer      Offer
	HostKey    HostKey
	Took       time.Duration
}

// HostKey is the key that a device proved to hold.
type HostKey struct {
	// Type is the key's type, such as "ssh-ed25519"; that of a certificate ends
	// in "-cert-v01@openssh.com".
	Type string
	// Fingerprint is as ssh-keygen -l shows it: "SHA256:..."; that of a
	// certificate is its key's.
	Fingerprint string
}
