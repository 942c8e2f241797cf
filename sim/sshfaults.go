package sim

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// SSHFaults are what an SSH server does otherwise than the usual one. The zero value
// is nothing.
type SSHFaults struct {
	// Before is text in front of the server's version: lines, as RFC 4253, section 4.2
	// allows.
	Before string
	// Late is how long the server says nothing before its version.
	Late time.Duration
	// Stops is the phase in which the server says nothing more: "version", "key
	// exchange", "authentication", "channel", "pty-req" or "shell"; "" for none.
	Stops string
	// Denies are the requests of a session that are refused: "pty-req", "shell", "exec".
	Denies []string
	// Stderr is how many bytes come on the standard error before the shell's first.
	Stderr int
	// Curt ends sessions without an exit status and without the end of the output.
	Curt bool
	// Shy refuses keyboard-interactive at once, though it is offered.
	Shy bool
	// Empty begins keyboard-interactive with a round without questions.
	Empty bool
	// Further wants a keyboard-interactive answer, the password again, after the
	// password (RFC 4252, partial success).
	Further bool
}

// SSHPhases are the phases in which SSHFaults.Stops may stop.
func SSHPhases() []string {
	return []string{"version", "key exchange", "authentication", "channel", "pty-req", "shell"}
}

var errSilent = errors.New("sim: the server falls silent, as configured")

// prelude does what comes before the handshake.
func (f *SSHFaults) prelude(ctx context.Context, conn net.Conn, version string) error {
	if f.Late > 0 {
		select {
		case <-time.After(f.Late):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if f.Before != "" {
		if _, err := io.WriteString(conn, f.Before); err != nil {
			return err
		}
	}
	switch f.Stops {
	case "key exchange":
		if _, err := io.WriteString(conn, version+"\r\n"); err != nil {
			return err
		}
		fallthrough
	case "version":
		_, _ = io.Copy(io.Discard, conn)
		return errSilent
	}
	return nil
}

// judge changes how users are let in.
func (f *SSHFaults) judge(cfg *ssh.ServerConfig) {
	password, interactive := cfg.PasswordCallback, cfg.KeyboardInteractiveCallback
	if interactive != nil && (f.Shy || f.Empty) {
		cfg.KeyboardInteractiveCallback = func(meta ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			if f.Shy {
				return nil, errDenied
			}
			if _, err := ask("", "", nil, nil); err != nil {
				return nil, err
			}
			return interactive(meta, ask)
		}
	}
	if f.Further && password != nil {
		cfg.KeyboardInteractiveCallback = nil
		cfg.PasswordCallback = func(meta ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if _, err := password(meta, given); err != nil {
				return nil, err
			}
			return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{KeyboardInteractiveCallback: interactive}}
		}
	}
}

// stopIn makes authentication wait until the session is over.
func (f *SSHFaults) stopIn(ctx context.Context, cfg *ssh.ServerConfig) *ssh.ServerConfig {
	if f.Stops != "authentication" {
		return cfg
	}
	silent := *cfg
	silent.NoClientAuth, silent.PublicKeyCallback = false, nil
	silent.PasswordCallback = func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
		<-ctx.Done()
		return nil, errSilent
	}
	silent.KeyboardInteractiveCallback = func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		<-ctx.Done()
		return nil, errSilent
	}
	return &silent
}

// complain says on the standard error what nobody asked for.
func (f *SSHFaults) complain(ch ssh.Channel) {
	const line = "warning: this device complains on its standard error\r\n"
	for left := f.Stderr; left > 0; {
		text := strings.Repeat(line, left/len(line)+1)[:min(left, 32<<10)]
		n, err := io.WriteString(ch.Stderr(), text)
		if left -= n; err != nil {
			return
		}
	}
}
