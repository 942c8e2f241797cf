package vty

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/transport"
)

// ErrNotNamed is the error of a login that asks for a secret which is not known to be
// that of the device onward: the hop's own, or that of a host in between.
var ErrNotNamed = errors.New("the question is not known to be the device's")

// Onward types a command that begins a session on another device, such as "ssh
// ops@r2", "telnet 192.0.2.1" or a choice of a terminal server's menu, and gives the
// terminal of that session: for Open, or for Config.Dial.
//
//	conn, err := gate.Onward(ctx, "telnet r2")
//	r2, err := vty.Open(ctx, conn, "r2", &vty.Config{Platform: "cisco_iosxe", ...})
//
// Until the terminal is closed, which closing the device beyond does, operations of d
// wait. Then the session is left, by the platform's own way and else by that of ssh or
// telnet, and d is at its prompt again; where it does not come back d is closed.
//
// Where d shows its prompt, the session beyond is over: what is typed then is typed
// nowhere. A device beyond whose prompt is the same as that of d cannot be told from
// it, and is not reached. The secrets of the device beyond are typed at its own
// questions alone: not at those for a passphrase or for sudo, nor at ssh's for the
// password of another user or host than Open or the command names; the error is
// ErrNotNamed. ssh's question whether a host key is believed is answered as
// Config.HostKeys of the device beyond has it, with no where nothing is pinned or
// accepted by name, since the hop's known_hosts does not know it.
func (d *Device) Onward(ctx context.Context, command string) (transport.Conn, error) {
	if err := d.typable(command); err != nil {
		return nil, err
	}
	if err := d.lock(ctx); err != nil {
		return nil, err
	}
	if err := d.ready(ctx, Command{Line: command}); err != nil {
		d.unlock()
		return nil, err
	}
	p, err := d.ch.Through(ctx, command, waysBack(command)...)
	if err != nil {
		d.unlock()
		return nil, fmt.Errorf("%s: %w", d.host, err)
	}
	d.attached = true
	return &beyond{Passage: p, hop: d, command: command}, nil
}

// waysBack are what leaves the program that a command starts, whatever is beyond.
func waysBack(command string) []string {
	const ssh, telnet = "\r~.", "\x1d"
	if strings.Contains(command, "telnet") {
		return []string{telnet, "quit\r", ssh}
	}
	return []string{ssh, telnet, "quit\r"}
}

// beyond is the terminal of a session within that of another device.
type beyond struct {
	*channel.Passage
	hop     *Device
	command string
	once    sync.Once
	err     error
}

// Close leaves the session.
func (b *beyond) Close() error {
	b.once.Do(func() {
		defer b.hop.unlock()
		if b.err = b.Passage.Close(); b.err != nil {
			b.err = fmt.Errorf("%s: the way back from %q: %w", b.hop.host, b.hop.ch.Mask(b.command), b.err)
		}
	})
	return b.err
}

// Write is that of a closed file where the session is over.
func (b *beyond) Write(p []byte) (int, error) {
	n, err := b.Passage.Write(p)
	if err != nil {
		err = fmt.Errorf("%s is back at its prompt: %w", b.hop.host, os.ErrClosed)
	}
	return n, err
}

// Alive reports whether the session goes on, as far as is known.
func (b *beyond) Alive() bool { return !b.Over() && b.hop.Alive() }

// Size is that of the hop's terminal, which ssh and telnet hand on.
func (b *beyond) Size() transport.Size {
	if s, ok := b.hop.ch.Conn().(transport.Sizer); ok {
		return s.Size()
	}
	return transport.Size{}
}

// onward is the session within another device that a terminal is; nil where it is none.
func onward(conn transport.Conn) *beyond {
	for {
		if b, ok := conn.(*beyond); ok {
			return b
		}
		w, ok := conn.(interface{ Unwrap() transport.Conn })
		if !ok {
			return nil
		}
		conn = w.Unwrap()
	}
}

var (
	hopsQuestion    = regexp.MustCompile(`(?i)passphrase for|\[sudo\]|sudo password|^enter PIN for`)
	passwordOf      = regexp.MustCompile(`^\(?(\S+)@([^\s)']+)(?:'s password|\) .*[Pp]assword.*):$`)
	hostKeyQuestion = regexp.MustCompile(`(?i)continue connecting \(yes/no(/\[fingerprint\])?\)\?$`)
)

// asks are what the programs of the hop may ask on the way to the device beyond.
func (b *beyond) asks(l *channel.Login, cfg *Config, user, host string) []channel.Ask {
	given := false
	return []channel.Ask{
		{Shape: hopsQuestion, Answer: func(_ context.Context, q string) (channel.Answer, error) {
			return channel.Answer{}, fmt.Errorf("%s asks %q: %w", b.hop.host, q, ErrNotNamed)
		}},
		{Shape: hostKeyQuestion, Answer: func(context.Context, string) (channel.Answer, error) {
			return b.believe(cfg)
		}},
		{Shape: passwordOf, Hidden: true, Answer: func(ctx context.Context, q string) (channel.Answer, error) {
			m := passwordOf.FindStringSubmatch(q)
			if user != "" && m[1] != user || m[2] != host && !strings.Contains(b.command, m[2]) {
				return channel.Answer{}, fmt.Errorf("%s asks for the password of %s at %s, and not of %s at %s: %w", b.hop.host, m[1], m[2], user, host, ErrNotNamed)
			}
			if given {
				return channel.Answer{}, &channel.LoginError{Reason: fmt.Sprintf("ssh of %s asks again for the password", b.hop.host)}
			}
			given = true
			return l.PasswordText(ctx)
		}},
	}
}

// believe answers ssh's question for a host key that the hop does not know.
func (b *beyond) believe(cfg *Config) (channel.Answer, error) {
	switch p := cfg.HostKeys.(type) {
	case auth.UncheckedPolicy:
		return channel.Answer{Text: "yes"}, nil
	case auth.KnownHostsPolicy:
		if p.AcceptNew {
			return channel.Answer{Text: "yes"}, nil
		}
	case auth.PinnedPolicy:
		if len(p.Fingerprints) > 0 {
			return channel.Answer{Text: p.Fingerprints[0]}, nil // OpenSSH compares it
		}
	}
	return channel.Answer{}, fmt.Errorf("%s does not know the host key of the device onward: make it known there, pin it, or accept new ones by name", b.hop.host)
}
