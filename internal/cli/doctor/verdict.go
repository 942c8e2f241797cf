package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/socket"
	"github.com/vtynet/vty/transport/jump"
	"github.com/vtynet/vty/transport/serial"
	"github.com/vtynet/vty/transport/ssh"
)

// verdict says in a sentence what is wrong, and in another what to do about it.
func verdict(t *target.Target, f *findings, err error) (what, todo string) {
	if err == nil {
		return allWell(t, f)
	}
	if errors.Is(err, context.Canceled) {
		return "stopped by Ctrl-C", ""
	}
	if hop, ok := errors.AsType[*jump.HopError](err); ok {
		return "the jump host " + hop.Hop + " cannot be used: " + firstLine(hop.Err.Error()), report.Next(err)
	}
	if tunnel, ok := errors.AsType[*ssh.TunnelError](err); ok {
		return firstLine(tunnel.Error()), report.Next(err)
	}
	if open, ok := errors.AsType[*socket.OpenError](err); ok {
		return notOpened(t, open), report.Next(err)
	}
	if n, ok := errors.AsType[*ssh.NegotiationError](err); ok {
		return notNegotiated(n)
	}
	if k, ok := errors.AsType[*ssh.HostKeyError](err); ok {
		return badHostKey(t, k)
	}
	if a, ok := errors.AsType[*ssh.AuthError](err); ok {
		return fmt.Sprintf("the device is there, and does not let user %s in", a.User), report.Next(err)
	}
	if shake, ok := errors.AsType[*ssh.HandshakeError](err); ok {
		return noHandshake(shake)
	}
	if port, ok := errors.AsType[*serial.PortError](err); ok {
		return port.Error(), report.Next(err)
	}
	if dial, ok := errors.AsType[*vty.DialError](err); ok {
		return inSession(t, dial)
	}
	return firstLine(report.Text(t.Host.Name, err)), report.Next(err)
}

func allWell(t *target.Target, f *findings) (what, todo string) {
	what = fmt.Sprintf("all well: %s takes commands at the prompt %q", t.Label, f.Prompt)
	if f.unprepared {
		return what + ", though it refuses to have its terminal prepared",
			"see that the platform is right (-p); if it is, nothing: pagers are passed all the same"
	}
	if f.Platform == platform.Generic {
		todo = "name the platform with -p, if you know it, for modes, refused commands and configuration to be known (vty platforms)"
	}
	return what, todo
}

func notOpened(t *target.Target, e *socket.OpenError) string {
	where := fmt.Sprintf("port %d of %s", e.Port, t.Host.Name)
	switch {
	case errors.Is(e, socket.ErrUnresolved):
		return fmt.Sprintf("the name %s leads to no address", t.Host.Name)
	case errors.Is(e, socket.ErrTimedOut) && errors.Is(e, socket.ErrRefused):
		return where + " refuses connections at some addresses and does not answer at others"
	case errors.Is(e, socket.ErrTimedOut), errors.Is(e, context.DeadlineExceeded):
		return where + " does not answer"
	case errors.Is(e, socket.ErrRefused):
		return where + " refuses connections"
	}
	return firstLine(e.Error())
}

func notNegotiated(n *ssh.NegotiationError) (what, todo string) {
	if n.Legacy {
		return "the device knows only SSH algorithms that are no longer safe: no " + n.What + " in common",
			"allow them for this host with --legacy, and have the device's software or SSH settings renewed"
	}
	return "the device and vty have no " + n.What + " in common; --legacy would not help",
		"renew the device's software or SSH settings so that it offers one of: " + strings.Join(n.Wanted, ", ")
}

func badHostKey(t *target.Target, k *ssh.HostKeyError) (what, todo string) {
	switch k.Reason {
	case ssh.ReasonUnknown:
		return "the device shows a host key that nobody has vouched for yet",
			fmt.Sprintf("compare %s with what the device itself says (on its console), then run once with --host-key accept-new, or pin it with --host-key %s",
				k.Presented.Fingerprint, k.Presented.Fingerprint)
	case ssh.ReasonChanged:
		files := "the known_hosts file"
		if len(k.Known) > 0 {
			files = k.Known[0].File
		}
		return "the device shows another host key than the known one: it was replaced, or somebody is posing as it",
			fmt.Sprintf("find out which; if it was replaced, remove the old key from %s (ssh-keygen -R) and accept the new one once with --host-key accept-new", files)
	case ssh.ReasonRevoked:
		return "the device shows a host key that is revoked", "do not log in; ask who revoked it"
	case ssh.ReasonNotPinned:
		return "the device shows another host key than the pinned one", "find out whether it was replaced; its key is " + k.Presented.Fingerprint
	}
	return firstLine(k.Error()), "have the device's certificate renewed"
}

func noHandshake(e *ssh.HandshakeError) (what, todo string) {
	what = fmt.Sprintf("SSH fails in the phase %q: %s", e.Phase, firstLine(afterPhase(e)))
	if e.Phase == ssh.PhaseVersion {
		return what, "does SSH listen on that port? If it is Telnet, use -t telnet; if it is SSH, see whether all lines are in use or an access list is in the way"
	}
	return what, "look at the device's own log: it knows why it closed the connection"
}

// mute reports whether the device said nothing at all.
func mute(e *vty.DialError) bool {
	late, ok := errors.AsType[*vty.TimeoutError](e)
	return ok && len(late.Screen) == 0
}

// inSession is what went wrong beyond the transport.
func inSession(t *target.Target, e *vty.DialError) (what, todo string) {
	text := firstLine(report.Text(t.Host.Name, e))
	switch {
	case t.Config.Transport == vty.Telnet && strings.Contains(e.Error(), "SSH-"):
		return "the device speaks SSH on that port, and not Telnet", "leave out -t telnet"
	case errors.Is(e, vty.ErrLogin):
		return "the device is there, and does not let user " + t.Config.User + " in: " + text, report.Next(e)
	case e.Phase == vty.PhaseConnect:
		return text, report.Next(e)
	case e.Phase == vty.PhaseLogin && t.Config.Transport == vty.Exec && mute(e):
		return "the program runs, and says nothing", "does it need a terminal of its own (docker exec -it), or a key?"
	case e.Phase == vty.PhaseLogin && t.Config.Transport != vty.Telnet && !overSSH(t.Config.Transport) && mute(e):
		return "the port is open, and nothing comes from the device",
			"is the cable plugged in and the device on? Is the speed right (--baud)? Does somebody else hold the console?"
	case e.Phase == vty.PhaseLogin:
		return "no prompt of platform " + t.Platform() + " was seen: " + text,
			"is the platform right? Try -p generic, which takes any prompt, and vty shell to look for yourself"
	}
	return text, report.Next(e)
}
