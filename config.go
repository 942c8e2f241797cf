package vty

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/sshconfig"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/line"
	"github.com/vtynet/vty/transport/openssh"
	"github.com/vtynet/vty/transport/ssh"
)

// Transport names a way to reach a terminal.
type Transport string

// The transports that Dial knows. Any other is a matter of Open, or of
// Config.Dial.
const (
	SSH    Transport = "ssh"
	Telnet Transport = "telnet"
	// Serial is a serial port of this machine; the host is its name, such as
	// "/dev/ttyUSB0" or "COM3".
	Serial Transport = "serial"
	// RFC2217 is a serial port of a server in the network, reached by an option of
	// Telnet's.
	RFC2217 Transport = "rfc2217"
	// Raw is a bare TCP connection, as console servers have them.
	Raw Transport = "raw"
	// Exec is a local program on a pseudo-terminal, Config.Program. Windows has none.
	Exec Transport = "exec"
	// OpenSSH is SSH by the system's own ssh, for what only that program can do:
	// GSSAPI, shared connections, keys in hardware. See Config.OpenSSH. Windows has
	// no terminal to run it on.
	OpenSSH Transport = "openssh"
)

// Transports lists the transports that Dial knows.
func Transports() []Transport { return []Transport{SSH, Telnet, Serial, RFC2217, Raw, Exec, OpenSSH} }

// Config says how to reach a device and what it is. It is read, never written,
// and may be shared by any number of devices.
type Config struct {
	// Platform names the kind of device; "" means "generic", which knows nothing
	// and learns the prompt. Auto finds it out within the session: from the SSH
	// server's identification, the greeting and the prompt, and where they leave a
	// choice from the answers to harmless commands, eight at most and mostly one.
	// See Device.Detection.
	Platform string
	// Platforms is where platforms are looked for; nil means those that come with
	// vty.
	Platforms *platform.Library
	// Memory, where not nil, remembers what devices were found to be.
	Memory Memory
	// Definition, where not nil, is used instead of Platform.
	Definition *platform.Definition

	Transport Transport // "" means SSH
	Port      int       // 0 means 22 for SSH and 23 for Telnet; the others have no usual one

	// Fallback, where not nil, is what Dial takes where Transport is SSH and nobody is
	// reached who speaks it: the connection is refused or not answered in half of the
	// time there is, or what answers shows no SSH version. A host key that is not
	// accepted, a login that fails or algorithms that do not fit are no reason.
	Fallback *Fallback

	// Program is the program of Exec and its arguments, each a word of its own: no
	// shell is in between. ProgramFor says what stands in them for the host. Whoever
	// can list processes sees them: secrets have no place there.
	Program []string
	// Line is how the line of Serial or RFC2217 is set: see [line.Settings] for what
	// is not stated.
	Line line.Settings
	// Console says whether the terminal is a console, which is found in whatever
	// state somebody left it in and is left logged out.
	Console Console

	// User is the name to log in as.
	User string
	// Auth are the SSH methods, in order of preference.
	Auth []auth.Method
	// HostKeys is the SSH host-key policy. Nil is an error, except over Telnet.
	HostKeys auth.HostKeys
	// Password answers a device that asks for a password within the session. Nil
	// means the password of Auth, where there is one.
	Password auth.Source
	// Secrets are what the definition's transitions ask for by name: "enable"
	// most of all.
	Secrets map[string]auth.Source

	// Mode is the mode that commands run in; "" means the platform's own.
	Mode string
	// KeepTerminal leaves out the platform's on-open steps (paging off, width).
	KeepTerminal bool

	Socket *socket.Options // nil means the zero options
	Size   transport.Size  // of the terminal; zero means 511 columns, 1000 rows
	Legacy bool            // allows weak SSH algorithms

	// Dial, where not nil, reaches the terminal instead of Transport.
	Dial func(ctx context.Context) (transport.Conn, error)

	// Via, where not nil, opens the connection that SSH or Telnet is spoken on, in
	// place of package socket: the Dialer of a jump.Pool, a proxy command. It is
	// given the device's name as the user wrote it, which the other end looks up.
	Via func(ctx context.Context, host string, port int) (net.Conn, error)

	// SSH, where not nil, is where the configuration of the SSH transport begins:
	// for what this Config has no field for. Fields of this Config that are set
	// stand in place of its own.
	SSH *ssh.Config
	// SSHConfig, where not nil, is OpenSSH's client configuration: Dial asks it for
	// the host, and what neither this Config nor SSH sets is as it says. The secret
	// "passphrase" opens the keys that it names. A host that it reaches by ProxyJump
	// or ProxyCommand needs Via; without it Dial fails.
	SSHConfig *sshconfig.Config

	// OpenSSH, where not nil, is where the configuration of the OpenSSH transport
	// begins. Fields of this Config that are set stand in place of its own: User,
	// HostKeys, Size, the key files, passphrase and password of Auth, and what answers
	// there. The system's ssh reads its own configuration, so SSHConfig, SSH, Via and
	// Legacy do not count, and a Port of 0 is as it says.
	OpenSSH *openssh.Config

	// Wrap, where not nil, puts something around the terminal once it is reached:
	// a recorder, for example.
	Wrap func(transport.Conn) transport.Conn

	// OpenTimeout limits everything from the name lookup to the device being
	// ready, beside the context. 0 means 60 s where the context has no deadline,
	// and no limit of its own where it has one.
	OpenTimeout time.Duration
	// Silence is how long a device may say nothing while an answer is awaited.
	// 0 means 60 s, a negative value means for ever.
	Silence time.Duration
	// Quiet is how long a device must say nothing before a prompt that was never
	// seen before is believed. 0 means 150 ms.
	Quiet time.Duration

	// Window is how many bytes are typed ahead of their echo, since devices drop
	// what their input buffer has no room for. 0 means what the platform's
	// definition says, or 240; a negative value means any number. How many lines of
	// configuration are typed ahead is the definition's alone to say.
	Window int
	// Raw keeps every byte that the device sent, for Result.Raw. A long answer then
	// takes more than twice the memory.
	Raw bool

	// Confirm is how long a device must say nothing after its prompt before that
	// ends an answer. 0 believes the prompt at once, which costs no time: should a
	// line of an output equal the prompt and end a packet, the answer is cut short
	// there, and the next operation says so by ErrDesync. Where outputs may hold the
	// prompt (recorded sessions, logs of commands) 200 ms make that unlikely.
	Confirm time.Duration
	// KeepAlive is after how much silence of the device SSH asks it for a sign of
	// life, which nobody sees in the terminal; any answer is one, a refusal too.
	// After three such times the session is lost, and whatever waits for the device
	// ends at once. Over Telnet it is how often IAC NOP is sent, which keeps
	// firewalls from forgetting the connection; there, and over RFC2217, it is TCP
	// that finds a path dead (Config.Socket). Serial and Raw have none. 0 means 30 s,
	// or what SSH and SSHConfig say; a negative value means never, for devices that
	// mishandle the request.
	KeepAlive time.Duration
	// Cancel says what becomes of a command that does not end in time, where
	// Command.Cancel does not.
	Cancel Cancel

	Logger *slog.Logger // nil logs nothing
	Trace  *Trace       // nil traces nothing

	masker *auth.Masker // knows the secrets that were fetched; see masked
}

// masked is a copy of c that learns each secret that its sources give.
func (c *Config) masked() *Config {
	m := *c
	m.masker = &auth.Masker{}
	m.Password = m.masker.Source(c.Password)
	m.Secrets = m.masker.Sources(c.Secrets)
	m.Auth = m.masker.Methods(c.Auth)
	if c.SSH != nil {
		s := *c.SSH
		s.Auth = m.masker.Methods(s.Auth)
		m.SSH = &s
	}
	if c.OpenSSH != nil {
		o := *c.OpenSSH
		for _, source := range []*auth.Source{&o.Password, &o.JumpPassword, &o.Passphrase} {
			*source = m.masker.Source(*source)
		}
		m.OpenSSH = &o
	}
	return &m
}

// Console says whether a terminal is a console: there before we came and after we
// went, and in whatever state. It may stand in the middle of a login, in a
// configuration mode, at a pager, behind a line that somebody typed half of, in the
// session of another user, or wait for a key.
//
// A console is roused when it is opened: what is under way is interrupted, and no
// half-typed line is entered. Where a user and a password are given and somebody is
// logged in, that session is ended, and ours begun; without them it is used as it
// is found. When the device is closed, or could not be opened after all, the
// session is ended, for which the device has ten seconds.
type Console string

// Whether a terminal is a console.
const (
	ConsoleAuto Console = ""    // Serial, RFC2217 and Raw are
	ConsoleOn   Console = "on"  // it is: behind Telnet or a program, for example
	ConsoleOff  Console = "off" // it is not
)

// console reports whether the terminal is a console.
func (c *Config) console() bool {
	switch c.Console {
	case ConsoleOn:
		return true
	case ConsoleOff:
		return false
	}
	return c.Transport.console() && c.Dial == nil
}

// console reports whether what the transport reaches is a console, mostly.
func (t Transport) console() bool { return t == Serial || t == RFC2217 || t == Raw }

// Cancel says what becomes of a command whose context ends, whose device falls
// silent or asks what nobody has an answer for, or whose stream is left. Which
// state the session is in afterwards is part of the error: see TimeoutError and
// QuestionError.
type Cancel string

// The policies.
const (
	// CancelResync interrupts the command and waits for the prompt, and closes the
	// session where none comes within five seconds. It is what "" means.
	CancelResync Cancel = "resync"
	// CancelClose closes the session at once.
	CancelClose Cancel = "close"
	// CancelLeave types nothing: the command runs on. The next operation first
	// waits for the prompt that ends it, as long as its own context and silence
	// allow; Device.Interrupt stops it.
	CancelLeave Cancel = "leave"
)

// cancel gives the policy for a command.
func (c *Config) cancel(own Cancel) channel.Cancel {
	if own == "" {
		own = c.Cancel
	}
	switch own {
	case CancelClose:
		return channel.Hangup
	case CancelLeave:
		return channel.Leave
	}
	return channel.Resync
}

// Trace hears of the phases of opening a device, and of what is done with it. Each
// function may be nil; those of the phases are called in order (Detected after
// LoggedIn), all on the goroutine that called Dial or the operation. They must be
// quick, and safe for concurrent use where devices share the Config.
type Trace struct {
	// Reached is called when the transport is up: connected and, over SSH,
	// authenticated and at a shell.
	Reached func(conn transport.Conn, took time.Duration)
	// Detected is called when it is found out what the device is, where that was
	// asked for.
	Detected func(found *platform.Detection)
	// LoggedIn is called at the first prompt.
	LoggedIn func(prompt, mode string, took time.Duration)
	// Ready is called when the device is in its mode and prepared.
	Ready func(prompt, mode string, took time.Duration)
	// Opened is called when Dial or Open ends, in whatever way, with their context.
	Opened func(ctx context.Context, o Opening)
	// Done is called when an operation of the device ends, with its context.
	Done func(ctx context.Context, o Operation)
}

// definition returns the definition to use; nil where it is to be found out.
func (c *Config) definition() (*platform.Definition, error) {
	switch {
	case c.Definition != nil:
		return c.Definition, nil
	case c.Platform == "":
		return c.library().Load(platform.Generic)
	case c.Platform == Auto:
		return nil, nil
	}
	return c.library().Load(c.Platform)
}

// library is where platforms are looked for.
func (c *Config) library() *platform.Library {
	if c.Platforms != nil {
		return c.Platforms
	}
	return platform.Embedded()
}

// defaultKeepAlive is less than the shortest idle time of usual firewalls.
const defaultKeepAlive = 30 * time.Second

// keepAlive gives the interval for a transport whose own configuration says own;
// 0 is never.
func (c *Config) keepAlive(own time.Duration) time.Duration {
	switch {
	case c.KeepAlive < 0:
		return 0
	case c.KeepAlive > 0:
		return c.KeepAlive
	case own > 0:
		return own
	}
	return defaultKeepAlive
}

// secret gives the secret of a name that a definition uses.
func (c *Config) secret(ctx context.Context, name string) (auth.Secret, error) {
	if name == "user" {
		return auth.NewSecret(c.User), nil
	}
	if src := c.Secrets[name]; src != nil {
		return src.Secret(ctx)
	}
	if name == "password" {
		if c.Password != nil {
			return c.Password.Secret(ctx)
		}
		for _, m := range c.Auth {
			if p, ok := m.(auth.PasswordMethod); ok && p.Source != nil {
				return p.Source.Secret(ctx)
			}
		}
	}
	return auth.Secret{}, &SecretError{Name: name}
}
