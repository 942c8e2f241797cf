package netconf

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/netconf/element"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/ssh"
)

// The ports of NETCONF (RFC 6242, RFC 7589, RFC 8071).
const (
	PortSSH         = 830
	PortTLS         = 6513
	PortCallHomeSSH = 4334
	PortCallHomeTLS = 4335
)

// Config says how to reach a server and how to speak with it. It is read and
// never changed, and may be shared. What is not about the way to the server may be
// zero, and for New a nil Config will do.
type Config struct {
	// User, Auth, HostKeys and Legacy are for SSH; see ssh.Config. Nil HostKeys are
	// an error there.
	User     string
	Auth     []auth.Method
	HostKeys auth.HostKeys
	Legacy   bool
	// SSH, where not nil, is what those four are put into: for what this Config has
	// no field for.
	SSH *ssh.Config
	// Subsystem is the SSH subsystem; "" is "netconf".
	Subsystem string
	// Command is run over SSH instead of a subsystem, where it is not "".
	Command string

	// TLS is for DialTLS, with the client's certificate. Nil is an error there.
	TLS *tls.Config

	// Dial, where set, opens the connection that Dial and DialTLS run over: through jump
	// hosts (jump.Pool.Dialer), a proxy, a network in memory. Socket is not used then.
	Dial func(ctx context.Context, host string, port int) (net.Conn, error)

	Port   int             // 0 is the transport's own
	Socket *socket.Options // nil means the zero options

	// HelloTimeout limits the exchange of hellos where the context has no deadline.
	// 0 is 30 s.
	HelloTimeout time.Duration
	// Capabilities are announced in addition to base:1.0 and base:1.1.
	Capabilities []string
	// Base10 announces base:1.0 alone, for servers whose base:1.1 is broken.
	Base10 bool
	// Strict refuses what servers get wrong about framing, and a hello without a
	// session-id. By default it is tolerated where its meaning is clear.
	Strict bool
	// Unchecked sends operations that the server's capabilities do not allow.
	Unchecked bool
	// Warnings says what becomes of a reply with warnings alone.
	Warnings Warnings
	// Text says what becomes of bytes in a reply that may not be in XML. It is about
	// what is decoded: a reply's bytes stay what they are.
	Text element.Policy
	// MaxReply is the largest reply, in bytes, that is held in memory; 0 is 512 MiB.
	// Streams know no limit.
	MaxReply int64
	// MaxNotifications is how many notifications wait to be read; 0 is 100,000. In
	// bytes they are limited to 64 MiB. The oldest are dropped, and counted.
	MaxNotifications int

	Logger *slog.Logger // nil logs nothing
}

// Warnings is a policy for replies that hold warnings and no other errors.
type Warnings int

// The policies.
const (
	KeepWarnings Warnings = iota // they are in Reply.Warnings
	FailOnWarnings
)

const (
	defaultHelloTimeout     = 30 * time.Second
	defaultMaxReply         = 512 << 20
	defaultMaxNotifications = 100_000
	maxNotificationBytes    = 64 << 20
)

// settled is the configuration with its defaults in place.
func (c *Config) settled() Config {
	var s Config
	if c != nil {
		s = *c
	}
	if s.HelloTimeout == 0 {
		s.HelloTimeout = defaultHelloTimeout
	}
	if s.MaxReply == 0 {
		s.MaxReply = defaultMaxReply
	}
	if s.MaxNotifications == 0 {
		s.MaxNotifications = defaultMaxNotifications
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	return s
}
