package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/internal/cli/exit"
	"github.com/vtynet/vty/internal/cli/report"
	"github.com/vtynet/vty/internal/cli/target"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/transport"
	"github.com/vtynet/vty/transport/raw"
	"github.com/vtynet/vty/transport/rfc2217"
	"github.com/vtynet/vty/transport/ssh"
	"github.com/vtynet/vty/transport/telnet"
)

// examination goes the way to one device.
type examination struct {
	target *target.Target
	told   func(step)
	port   *rfc2217.Conn // a serial port in the network, once it is open

	findings findings
}

// run goes the way as far as it leads.
func (e *examination) run(ctx context.Context) *findings {
	t := e.target
	e.findings = findings{
		Host: t.Label, Transport: string(t.Config.Transport), User: t.Config.User, Platform: t.Platform(),
		Steps: []step{},
	}
	e.configuration()
	err := e.examine(ctx)
	f := &e.findings
	f.OK, f.status = err == nil, exit.Of(err)
	f.Verdict, f.ToDo = verdict(t, f, err)
	return f
}

func (e *examination) tell(phase string, o outcome, took time.Duration, format string, args ...any) {
	s := step{Phase: phase, Outcome: o, Text: fmt.Sprintf(format, args...), Elapsed: milliseconds(took)}
	e.findings.Steps = append(e.findings.Steps, s)
	e.told(s)
}

// configuration tells what the SSH configuration says of the host, and where.
func (e *examination) configuration() {
	said := e.target.SSHConfig
	if said == nil {
		return
	}
	if said.HostName != said.Name {
		e.tell("config", noted, 0, "%s is %s", said.Name, said.HostName)
	}
	for _, s := range said.Settings() {
		e.tell("config", noted, 0, "%s %s (%s:%d)", s.Keyword, strings.Join(s.Values, " "), s.File, s.Line)
	}
}

func (e *examination) examine(ctx context.Context) error {
	cfg := e.target.Config
	var mark time.Duration // when the login was done, since the terminal was reached
	cfg.Dial = e.reach
	cfg.KeepTerminal = true // those steps are taken here, one by one
	cfg.Trace = &vty.Trace{
		LoggedIn: func(prompt, mode string, took time.Duration) {
			mark = took
			if mode == "" {
				e.tell("prompt", well, took, "%q is learned", prompt)
				return
			}
			e.tell("prompt", well, took, "%q is learned: mode %s", prompt, mode)
		},
		Detected: func(found *platform.Detection) {
			o := well
			if found.Confidence == platform.Unsure {
				o = noted
			}
			e.findings.Platform = found.Platform
			e.tell("platform", o, 0, "%v", found)
			for _, doubt := range found.Doubts() {
				e.tell("platform", noted, 0, "it may be %s", doubt)
			}
		},
		Ready: func(prompt, mode string, took time.Duration) {
			e.findings.Prompt, e.findings.Mode = prompt, mode
			e.tell("mode", well, took-mark, "%q: mode %s, in which commands run", prompt, mode)
		},
	}
	started := time.Now()
	dev, err := vty.Dial(ctx, e.target.Host.Address(), &cfg)
	if err != nil {
		if dial, ok := errors.AsType[*vty.DialError](err); ok && dial.Phase != vty.PhaseConnect {
			phase := string(dial.Phase)
			if dial.Phase == vty.PhaseLogin && overSSH(e.target.Config.Transport) {
				phase = "prompt"
			}
			text := report.Text(e.target.Host.Name, err)
			e.tell(phase, failed, time.Since(started), "%s", firstLine(text))
			for _, line := range strings.Split(text, "\n")[1:] {
				e.tell("screen", noted, 0, "%s", strings.TrimSpace(line))
			}
			e.lineErrors()
		}
		return err
	}
	defer func() { _ = dev.Close() }()
	return e.prepare(ctx, dev)
}

// prepare takes the platform's ways of switching paging off and of widening
// lines, and its on-open steps, which Dial would take without a word about those
// refused.
func (e *examination) prepare(ctx context.Context, dev *vty.Device) error {
	def := dev.Platform()
	for _, ways := range [][]platform.Way{def.Paging, def.Width} {
		taken := len(ways) == 0
		for i := 0; i < len(ways) && !taken; i++ {
			var err error
			if taken, err = e.take(ctx, dev, ways[i], true); err != nil {
				return err
			}
		}
		if !taken {
			e.findings.unprepared = true
		}
	}
	_, err := e.take(ctx, dev, def.Open, false)
	return err
}

// take types steps and reports whether all were taken. A refusal of one that is
// optional does no harm; that of a step of a way ends the way.
func (e *examination) take(ctx context.Context, dev *vty.Device, steps []platform.Step, way bool) (bool, error) {
	for _, s := range steps {
		if s.In != "" && s.In != dev.Mode() {
			e.tell("terminal", noted, 0, "%q is left out here: it is typed in mode %s", s.Send, s.In)
			return false, nil
		}
		res, err := dev.Do(ctx, vty.Command{Line: s.Send, Whenever: answers(s.Asks)})
		var refused *vty.CommandError
		switch {
		case errors.As(err, &refused) && (s.Optional || way):
			e.tell("terminal", noted, res.Elapsed, "%q is refused: %s", s.Send, strings.TrimSpace(refused.Reason))
			if way && !s.Optional {
				return false, nil
			}
			e.findings.unprepared = true
		case err != nil:
			e.tell("terminal", failed, 0, "%q: %s", s.Send, firstLine(report.Text(e.target.Host.Name, err)))
			return false, err
		default:
			e.tell("terminal", well, res.Elapsed, "%q is accepted", s.Send)
		}
	}
	return true, nil
}

// answers are a definition's answers to the questions of a step; none of the
// on-open steps asks for a secret.
func answers(asks []platform.Ask) []vty.Step {
	var all []vty.Step
	for _, a := range asks {
		if a.Secret == "" {
			all = append(all, vty.Step{Expect: a.Prompt, Answer: a.Answer, Key: a.Key})
		}
	}
	return all
}

// reach connects, and over SSH logs in.
func (e *examination) reach(ctx context.Context) (transport.Conn, error) {
	if e.target.Hop != "" {
		return e.pastHop(ctx)
	}
	switch e.target.Config.Transport {
	case vty.Serial:
		return e.openPort(ctx)
	case vty.RFC2217:
		return e.openPortInNetwork(ctx)
	case vty.Exec:
		return e.startProgram(ctx)
	case vty.OpenSSH:
		return e.bySystem(ctx)
	}
	conn, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	switch e.target.Config.Transport {
	case vty.Telnet:
		return telnet.New(conn, e.target.Telnet()), nil
	case vty.Raw:
		return raw.New(conn), nil
	}
	cfg := e.target.Config.ForSSH()
	cfg.Trace = e.trace()
	c, err := ssh.New(ctx, conn, e.target.Host.Name, e.target.Port(), cfg)
	if err != nil {
		e.sshFailed(err)
		return nil, err
	}
	return c, nil
}

func (e *examination) trace() *ssh.Trace {
	return &ssh.Trace{
		Greeted: func(version string, took time.Duration) { e.tell("version", well, took, "%s", version) },
		KeyExchanged: func(k ssh.KeyExchange) {
			a := k.Algorithms
			e.tell("keys", well, k.Took, "%s; %s", a.KeyExchange, strings.TrimSuffix(a.CipherOut+" "+a.MACOut, " "))
			e.tell("host key", well, 0, "%s %s, %s", k.HostKey.Type, k.HostKey.Fingerprint, trust(e.target.Config.HostKeys))
		},
		Authenticated: func(method string, took time.Duration) {
			if method == "none" {
				e.tell("login", well, took, "the device asks for nothing over SSH")
				return
			}
			e.tell("login", well, took, "%s is accepted for user %s", method, e.target.Config.User)
		},
		ShellOpened: func(took time.Duration) { e.tell("shell", well, took, "opened") },
	}
}

// trust says why a host key was believed.
func trust(policy auth.HostKeys) string {
	switch p := policy.(type) {
	case auth.UncheckedPolicy:
		return "NOT CHECKED (--host-key off)"
	case auth.PinnedPolicy:
		return "pinned"
	case auth.KnownHostsPolicy:
		if p.AcceptNew {
			return "known, or new and remembered now"
		}
	}
	return "known"
}

// sshFailed tells of the step at which SSH failed.
func (e *examination) sshFailed(err error) {
	shake, ok := errors.AsType[*ssh.HandshakeError](err)
	if !ok {
		e.tell("ssh", failed, 0, "%v", err)
		return
	}
	if n, ok := errors.AsType[*ssh.NegotiationError](err); ok && n.Peer.KeyExchanges != nil {
		e.tell("keys", failed, shake.Elapsed, "no %s in common", n.What)
		for _, offer := range []struct {
			what  string
			names []string
		}{
			{"key exchanges", n.Peer.KeyExchanges}, {"host keys", n.Peer.HostKeys},
			{"ciphers", n.Peer.Ciphers}, {"MACs", n.Peer.MACs},
		} {
			e.tell("keys", noted, 0, "the device offers %s: %s", offer.what, strings.Join(offer.names, ", "))
		}
		return
	}
	if k, ok := errors.AsType[*ssh.HostKeyError](err); ok {
		e.tell("host key", failed, shake.Elapsed, "%s %s: %s", k.Presented.Type, k.Presented.Fingerprint, k.Reason)
		for _, known := range k.Known {
			e.tell("host key", noted, 0, "%s:%d has %s %s", known.File, known.Line, known.Type, known.Fingerprint)
		}
		return
	}
	if a, ok := errors.AsType[*ssh.AuthError](err); ok {
		for _, attempt := range a.Attempts {
			o := noted
			if attempt.Outcome == ssh.Refused {
				o = failed
			}
			e.tell("login", o, 0, "%v", attempt)
		}
		e.tell("login", failed, shake.Elapsed, "user %s is not let in; the device takes %s", a.User, strings.Join(a.Offered, ", "))
		return
	}
	e.tell(string(shake.Phase), failed, shake.Elapsed, "%s", firstLine(afterPhase(shake)))
}

// afterPhase is the error without the words that the step says already.
func afterPhase(e *ssh.HandshakeError) string {
	_, text, found := strings.Cut(e.Error(), string(e.Phase)+": ")
	if !found {
		return e.Error()
	}
	return text
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, "; on the screen:")
}
