package sim

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"

	"github.com/vtynet/vty/transport"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// SSHConfig is how a device's SSH server differs from the usual.
type SSHConfig struct {
	// HostKey is the server's key; nil means a new Ed25519 key. Servers may
	// share one.
	HostKey ssh.Signer
	// RSA, where not nil and HostKey is, makes it a new RSA key instead, which signs
	// by these algorithms only: "ssh-rsa", "rsa-sha2-256", "rsa-sha2-512".
	RSA []string
	// NoAuth lets everyone in, after which the device itself asks who is there,
	// as some do. AuthorizedKeys are ignored then.
	NoAuth bool
	// AuthorizedKeys log any of the device's users in.
	AuthorizedKeys []ssh.PublicKey
	// Methods are those offered, of "password" and "keyboard-interactive"; nil
	// means both.
	Methods []string
	// Version is how the server identifies itself (RFC 4253, section 4.2), such as
	// "SSH-2.0-Cisco-1.25"; "" means "SSH-2.0-vty-sim".
	Version string
	// Banner is sent before authentication.
	Banner string
	// Subsystems are programs beside the shell, by name, such as "netconf", which
	// package sim/netconf has one for.
	Subsystems Subsystems
	// Algorithms are those offered; the zero value means x/crypto's own.
	Algorithms ssh.Config
	// Faults are what the server does otherwise than it should.
	Faults SSHFaults
}

// Subsystems are programs by the name of an SSH subsystem (RFC 4254, section 6.5). The
// channel is the program's to close.
type Subsystems map[string]func(ctx context.Context, channel io.ReadWriteCloser) error

// NewHostKey makes an Ed25519 host key.
func NewHostKey() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}

func (c *SSHConfig) newHostKey() (ssh.Signer, error) {
	if c.RSA == nil {
		return NewHostKey()
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerWithAlgorithms(signer.(ssh.AlgorithmSigner), c.RSA)
}

// ListenSSH serves a device over SSH at a TCP address; "" means any port of
// 127.0.0.1. Nil cfg is the zero SSHConfig. The context governs only the call.
func ListenSSH(ctx context.Context, addr string, host Host, cfg *SSHConfig) (*Server, error) {
	l, err := listen(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	s, err := ServeSSH(l, host, cfg)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return s, nil
}

// ServeSSH serves a device over SSH on l, which belongs to the Server then.
func ServeSSH(l net.Listener, host Host, cfg *SSHConfig) (*Server, error) {
	if cfg == nil {
		cfg = &SSHConfig{}
	}
	key := cfg.HostKey
	if key == nil {
		var err error
		if key, err = cfg.newHostKey(); err != nil {
			return nil, fmt.Errorf("sim: host key: %w", err)
		}
	}
	front := &sshFront{host: host, login: cfg.NoAuth, subsystems: cfg.Subsystems, faults: cfg.Faults}
	front.config = cfg.server(host)
	front.faults.judge(front.config)
	front.config.AddHostKey(key)
	s := serve(host, l, front.handle)
	s.hostKey = knownhosts.Line([]string{l.Addr().String()}, key.PublicKey())
	s.fingerprint = ssh.FingerprintSHA256(key.PublicKey())
	return s, nil
}

// KnownHostsLine is the line of a known_hosts file that makes the server known;
// "" for Telnet.
func (s *Server) KnownHostsLine() string { return s.hostKey }

// Fingerprint is the host key's, as OpenSSH prints it: "SHA256:…"; "" for
// Telnet.
func (s *Server) Fingerprint() string { return s.fingerprint }

var errDenied = errors.New("permission denied")

func (c *SSHConfig) server(host Host) *ssh.ServerConfig {
	out := &ssh.ServerConfig{Config: c.Algorithms, NoClientAuth: c.NoAuth, ServerVersion: cmp.Or(c.Version, "SSH-2.0-vty-sim")}
	if c.Banner != "" {
		out.BannerCallback = func(ssh.ConnMetadata) string { return c.Banner }
	}
	if c.NoAuth {
		return out
	}
	offers := func(method string) bool { return c.Methods == nil || slices.Contains(c.Methods, method) }
	check := func(user, password string) error {
		if want, ok := host.Password(user); !ok || want != password {
			return errDenied
		}
		return nil
	}
	if offers("password") {
		out.PasswordCallback = func(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return nil, check(meta.User(), string(password))
		}
	}
	if offers("keyboard-interactive") {
		out.KeyboardInteractiveCallback = func(meta ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil {
				return nil, err
			}
			if len(answers) != 1 {
				return nil, errDenied
			}
			return nil, check(meta.User(), answers[0])
		}
	}
	if len(c.AuthorizedKeys) > 0 {
		out.PublicKeyCallback = func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			_, known := host.Password(meta.User())
			for _, k := range c.AuthorizedKeys {
				if known && string(k.Marshal()) == string(key.Marshal()) {
					return nil, nil
				}
			}
			return nil, errDenied
		}
	}
	return out
}

// sshFront is a device's SSH server.
type sshFront struct {
	host   Host
	config *ssh.ServerConfig
	login  bool
	faults SSHFaults

	subsystems Subsystems
}

func (f *sshFront) handle(ctx context.Context, conn net.Conn) {
	stop := transport.CloseOn(ctx, conn)
	defer stop()
	if f.faults.prelude(ctx, conn, f.config.ServerVersion) != nil {
		return
	}
	client, channels, requests, err := ssh.NewServerConn(conn, f.faults.stopIn(ctx, f.config))
	if err != nil {
		return
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { ssh.DiscardRequests(requests) })
	for c := range channels {
		if f.faults.Stops == "channel" {
			continue
		}
		if c.ChannelType() != "session" {
			_ = c.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		ch, reqs, err := c.Accept()
		if err != nil {
			continue
		}
		wg.Go(func() {
			h := &sshSession{host: f.host, subsystems: f.subsystems, faults: &f.faults, conn: conn, ch: ch, term: Terminal{User: client.User(), Login: f.login}}
			h.serve(ctx, reqs)
		})
	}
}

// sshSession is one session channel.
type sshSession struct {
	host    Host
	conn    net.Conn
	ch      ssh.Channel
	term    Terminal
	session Conversation
	started bool
	run     func() // what a request has just started
	wg      sync.WaitGroup
	faults  *SSHFaults

	subsystems Subsystems
}

func (h *sshSession) serve(ctx context.Context, requests <-chan *ssh.Request) {
	defer h.wg.Wait()
	defer h.ch.Close()
	for r := range requests {
		if r.Type == h.faults.Stops {
			for range requests { // and none is answered
			}
			return
		}
		ok := !slices.Contains(h.faults.Denies, r.Type) && h.request(ctx, r)
		if r.WantReply {
			_ = r.Reply(ok, nil)
		}
		if h.run != nil { // the answer to the request goes first
			h.wg.Go(h.run)
			h.run = nil
		}
	}
}

type ptyRequest struct {
	Term                         string
	Columns, Rows, Width, Height uint32
	Modes                        string
}

type windowChange struct {
	Columns, Rows, Width, Height uint32
}

func (h *sshSession) request(ctx context.Context, r *ssh.Request) bool {
	switch r.Type {
	case "pty-req":
		var p ptyRequest
		if ssh.Unmarshal(r.Payload, &p) != nil {
			return false
		}
		h.term.Size = size(p.Columns, p.Rows)
		return true
	case "window-change":
		var w windowChange
		if ssh.Unmarshal(r.Payload, &w) != nil {
			return false
		}
		h.term.Size = size(w.Columns, w.Rows)
		if h.session != nil {
			h.session.Resize(h.term.Size)
		}
		return true
	case "env":
		return true
	case "shell":
		return h.start(func(s Conversation) {
			h.faults.complain(h.ch)
			_ = s.Serve(ctx, &wire{ReadWriter: h.ch, beneath: h.conn, close: func() error { return h.exit(0) }})
		})
	case "exec":
		var command struct{ Line string }
		if ssh.Unmarshal(r.Payload, &command) != nil {
			return false
		}
		if _, ok := h.host.(*Device); !ok {
			return false
		}
		h.term.Login = false
		return h.start(func(s Conversation) {
			status, _ := s.(*Session).exec(ctx, h.ch, command.Line)
			_ = h.exit(status)
		})
	case "subsystem":
		var name struct{ Name string }
		if ssh.Unmarshal(r.Payload, &name) != nil {
			return false
		}
		serve, ok := h.subsystems[name.Name]
		if !ok || h.started {
			return false
		}
		h.started = true
		h.run = func() {
			_ = serve(ctx, &wire{ReadWriter: h.ch, beneath: h.conn, close: func() error { return h.exit(0) }})
		}
		return true
	}
	return false
}

// start runs the channel's one session.
func (h *sshSession) start(run func(Conversation)) bool {
	if h.started {
		return false
	}
	h.started = true
	session := h.host.Open(h.term)
	h.session = session
	h.run = func() { run(session) }
	return true
}

// exit ends the channel in order.
func (h *sshSession) exit(status int) error {
	if h.faults.Curt {
		return h.ch.Close()
	}
	_, _ = h.ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
	_ = h.ch.CloseWrite()
	return h.ch.Close()
}

// size is a terminal's size as SSH states it, within reason.
func size(columns, rows uint32) transport.Size {
	const most = 1 << 16
	return transport.Size{Columns: int(min(columns, most)), Rows: int(min(rows, most))}
}
