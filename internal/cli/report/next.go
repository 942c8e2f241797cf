package report

import (
	"context"
	"errors"
	osexec "os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transfer"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/rfc2217"
	"github.com/vtynet/vty/transport/serial"
	"github.com/vtynet/vty/transport/ssh"
)

const givePassword = "give a password with VTY_PASSWORD, --password-file or --ask-pass, or a key with --identity"

// wantsNewPassword is how devices ask once a password has expired.
var wantsNewPassword = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(current|old|new)\b.{0,20}\bpassword`)
})

// Next is what to do about an error, "" where its own text says it or nothing is
// known to help.
func Next(err error) string {
	if hop, ok := errors.AsType[*jump.HopError](err); ok {
		if next := Next(hop.Err); next != "" {
			return "of the jump host (-J): " + next
		}
		return ""
	}
	if open, ok := errors.AsType[*socket.OpenError](err); ok {
		return afterOpen(open)
	}
	if q, ok := errors.AsType[*vty.QuestionError](err); ok && wantsNewPassword().MatchString(q.Question) || errors.Is(err, ssh.ErrPasswordExpired) {
		return "the password has expired: log in by hand once, set a new one, and give that"
	}
	if refused, ok := errors.AsType[*ssh.AuthError](err); ok {
		return afterAuth(refused)
	}
	if errors.Is(err, ssh.ErrNoSubsystem) {
		return "switch the service on at the device, or give its port: NETCONF mostly has one of its own, 830"
	}
	if errors.As(err, new(*ssh.TunnelError)) {
		return "try from the jump host itself: it looks up the name and connects on our behalf"
	}
	if secret, ok := errors.AsType[*vty.SecretError](err); ok {
		return afterSecret(secret)
	}
	switch {
	case errors.As(err, new(*vty.UndetectedError)):
		return "name the platform with -p; vty doctor says all that it may be, and why that is not known"
	case errors.Is(err, osexec.ErrNotFound):
		return "check the program's name (--program), and that it is installed"
	case errors.Is(err, serial.ErrNoPort):
		return "check the name of the port, and that its adapter is plugged in"
	case errors.Is(err, serial.ErrBusy), errors.Is(err, rfc2217.ErrBusy):
		return "see who uses the port, or wait until it is free"
	case errors.Is(err, rfc2217.ErrNoAnswer):
		return "what listens there may be a bare port: try -t raw"
	case errors.Is(err, rfc2217.ErrRefused):
		return "the port is a plain one: use -t telnet"
	case errors.As(err, new(*rfc2217.SettingError)):
		return "leave that setting out (--baud, --frame, --flow) to have the port as its server has set it"
	case errors.Is(err, transfer.ErrExists):
		return "replace it with --overwrite, or go on with a copy that broke off with --resume"
	case errors.Is(err, transfer.ErrNoResume):
		return "copy the whole file: leave out --resume, and give --overwrite"
	case errors.Is(err, transfer.ErrMismatch):
		return "copy the whole file again with --overwrite"
	case errors.Is(err, context.Canceled), errors.Is(err, ssh.ErrHostKey), errors.Is(err, ssh.ErrNegotiation):
		return ""
	case errors.Is(err, auth.ErrNoSecret):
		return givePassword
	case errors.Is(err, vty.ErrLogin):
		return "check user and password (-u, VTY_PASSWORD)"
	case errors.Is(err, vty.ErrLocked):
		return "ask who holds it to leave it (the device's words may say who), or try again later"
	case errors.Is(err, vty.ErrShell):
		return "leave out --exec: the device takes commands in its shell alone"
	case errors.As(err, new(*vty.QuestionError)):
		return "the command was not carried out; use a form of it that asks nothing"
	}
	if dial, ok := errors.AsType[*vty.DialError](err); ok {
		return afterDial(dial)
	}
	if errors.As(err, new(*vty.TimeoutError)) {
		return "if the command takes so long, allow more with --timeout; if it never ends, stop it with Ctrl-C and --stream"
	}
	return ""
}

func afterOpen(e *socket.OpenError) string {
	switch {
	case errors.Is(e, socket.ErrUnresolved):
		return "check the spelling of the name and the name servers, or give the address"
	case errors.Is(e, context.Canceled):
		return ""
	case errors.Is(e, socket.ErrRefused):
		return "the address answers but nothing listens on that port: check the port (-H HOST:PORT), the transport (-t), and that the service is on at the device"
	case errors.Is(e, socket.ErrTimedOut):
		return "nothing answers at all: the device is down, or a firewall or access list drops the connection"
	}
	return ""
}

func afterAuth(e *ssh.AuthError) string {
	tried := func(method string) bool {
		return slices.ContainsFunc(e.Attempts, func(a ssh.Attempt) bool {
			return a.Outcome == ssh.Refused && (a.Method == method || method == "")
		})
	}
	switch {
	case tried("password"), tried("keyboard-interactive"):
		return "check user and password (-u, VTY_PASSWORD): the device knows them not"
	case slices.Contains(e.Offered, "password"), slices.Contains(e.Offered, "keyboard-interactive"):
		return givePassword
	}
	return "give a key that the device knows, with --identity or the agent; it takes " + strings.Join(e.Offered, ", ") + " only"
}

func afterSecret(e *vty.SecretError) string {
	switch {
	case e.Name == "enable" && e.Refused:
		return "check the enable secret (VTY_ENABLE, --enable-file)"
	case e.Name == "enable":
		return "give the enable secret with VTY_ENABLE or --enable-file, or stay in the mode that the login ends in with --mode"
	case e.Refused:
		return "check user and password (-u, VTY_PASSWORD)"
	}
	return givePassword
}

func afterDial(e *vty.DialError) string {
	if e.Phase == vty.PhaseConnect {
		return ""
	}
	if late := errors.As(e, new(*vty.TimeoutError)); e.Phase == vty.PhaseLogin && !late && errors.Is(e, vty.ErrClosed) {
		return "read what it said before it ended: the port or all lines may be in use, or what lies beyond a hop was not reached"
	}
	return "is the platform right (-p)?"
}
