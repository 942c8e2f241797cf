package ssh

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport"
)

// DefaultPort is the port that Dial and New take 0 for.
const DefaultPort = 22

// DefaultHandshakeTimeout is the limit from the open TCP connection to the
// shell, where neither the context nor the Config sets one. Devices that show
// their version only after 20 seconds exist, so it is generous.
const DefaultHandshakeTimeout = 60 * time.Second

// defaultTerm is a terminal that every device's database knows and that has
// little to say: no colours, no title, no function keys to ask about. It is what
// most network automation has asked for so far, so devices are used to it.
const defaultTerm = "vt100"

// defaultSize is so wide that no line of a device's configuration is folded, and
// so tall that few outputs meet a pager. Several platforms refuse a width above
// 511 or 512.
var defaultSize = transport.Size{Columns: 511, Rows: 1000}

// PTY says whether to ask for a pseudo-terminal.
type PTY int

const (
	// PTYAuto asks for one and goes on where the device refuses: the request is
	// sent without waiting for the answer.
	PTYAuto PTY = iota
	// PTYRequire asks for one and fails where the device refuses, at the cost of
	// one round trip.
	PTYRequire
	// PTYNone asks for none.
	PTYNone
)

// Config says how to reach the shell of a device, or a program there. HostKeys must be set; all else
// may be zero. A Config is read and never changed, and may be shared.
type Config struct {
	// User is the name to log in as.
	User string

	// Auth are the ways to authenticate, in order of preference. With none, only
	// a device that asks for nothing lets us in.
	Auth []auth.Method

	// HostKeys is the host-key policy. Nil is an error.
	HostKeys auth.HostKeys

	// KnownFiles reads known_hosts files for all connections whose Config has it.
	// Nil reads them anew for each.
	KnownFiles *KnownFiles

	// Socket says how Dial connects. Nil means the zero options.
	Socket *socket.Options

	// Dial, where not nil, opens the connection in place of package socket: by way
	// of a jump host or of a program. Socket is then of no account. The context
	// governs the opening and nothing after it.
	Dial func(ctx context.Context, host string, port int) (net.Conn, error)

	// Size, Term, PTY, Subsystem and Command are what to open once connected, as
	// in Session.
	Size               transport.Size
	Term               string
	PTY                PTY
	Subsystem, Command string

	// Env are variables, NAME=VALUE, that the device is asked to set for the
	// session. Most devices take no notice, and none is asked to answer.
	Env []string

	// Methods, where not nil, are the methods of the protocol that may be used:
	// "publickey", "password", "keyboard-interactive".
	Methods []string

	// HostKeyAlias, where set, is the name that known_hosts files are searched for,
	// in place of the host's name and port.
	HostKeyAlias string

	// Legacy allows algorithms that are no longer safe, after all others in each
	// category: for devices that know nothing better.
	Legacy bool

	// Algorithms are proposed in place of the usual ones, in each category whose
	// list is not nil. Names that are not known are left out.
	Algorithms Offer

	// Signatures, where not nil, are the algorithms that our own keys may sign with,
	// in place of the usual ones.
	Signatures []string

	// HandshakeTimeout limits the time from the open connection to the shell. The
	// time that a person takes to type a secret counts. Zero means 60 s where the context has no deadline, and no limit but the
	// context's where it has one. Negative means no limit but the context's.
	HandshakeTimeout time.Duration

	// KeepAlive is the time without a byte from the device after which it is
	// asked for a sign of life by SSH itself, which nobody sees in the terminal.
	// After KeepAliveCount such times of silence the connection is lost. Zero means never:
	// the TCP keepalive of package socket notices a dead path, and some old
	// devices mishandle the request.
	KeepAlive time.Duration
	// KeepAliveCount is after how many times of silence a device is given up; zero
	// means 3.
	KeepAliveCount int

	// Trace is told of each step; nil means nobody is.
	Trace *Trace

	// Logger hears of each step at debug level and of credentials that could not
	// be used as warnings. Nil means silence.
	Logger *slog.Logger
}

// settings is a Config with its defaults in place, for one host.
type settings struct {
	Config
	host    string
	port    int
	session Session
	propose proposal
	log     *slog.Logger
	masker  *auth.Masker // knows the secrets that were fetched
}

func (c *Config) settings(host string, port int) (*settings, error) {
	if c == nil {
		return nil, errors.New("ssh: no config: a host-key policy is needed")
	}
	s := &settings{Config: *c, host: bareHost(host), port: port, log: c.Logger, masker: &auth.Masker{}}
	s.Auth = s.masker.Methods(s.Auth)
	if s.port == 0 {
		s.port = DefaultPort
	}
	if s.HostKeys == nil {
		return nil, errors.New("ssh: no host-key policy: choose auth.KnownHosts, AcceptNew, Pinned or Unchecked")
	}
	var err error
	if s.session, err = c.session().withDefaults(); err != nil {
		return nil, err
	}
	if s.propose, err = c.proposal(); err != nil {
		return nil, err
	}
	if s.KeepAliveCount <= 0 {
		s.KeepAliveCount = silentIntervals
	}
	if s.Trace == nil {
		s.Trace = &Trace{}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.log = s.log.With("host", s.host, "port", s.port)
	return s, nil
}

func (c *Config) session() Session {
	return Session{Size: c.Size, Term: c.Term, PTY: c.PTY, Env: c.Env, Subsystem: c.Subsystem, Command: c.Command}
}

// socketOptions are the caller's, logging where we log unless they say otherwise.
func (s *settings) socketOptions() *socket.Options {
	var o socket.Options
	if s.Socket != nil {
		o = *s.Socket
	}
	if o.Logger == nil {
		o.Logger = s.Logger
	}
	return &o
}

// bareHost takes an IPv6 literal out of its brackets.
func bareHost(host string) string {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		return host[1 : len(host)-1]
	}
	return host
}
