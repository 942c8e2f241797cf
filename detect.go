package vty

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/vtynet/vty/channel"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/transport"
)

// Auto as Config.Platform finds out which platform a device is of.
const Auto = "auto"

// A Memory remembers what devices were found to be. It must be safe for
// concurrent use.
type Memory interface {
	// Recall returns the platform of a host, such as "r1:22"; "" where it is not
	// known.
	Recall(host string) (platform string)
	// Remember is told what a host was found to be.
	Remember(host, platform string)
}

// detectCommands is how many commands are typed at most to find out what a device
// is.
const detectCommands = 8

// detection is the state of finding out what a device is.
type detection struct {
	detector *platform.Detector
	lib      *platform.Library
	ssh      string
	host     string
	answers  map[string]string
}

func newDetection(conn transport.Conn, host string, port int, cfg *Config) *detection {
	d := &detection{lib: cfg.library(), ssh: identification(conn), host: net.JoinHostPort(host, strconv.Itoa(port)), answers: map[string]string{}}
	d.begin()
	return d
}

// warmed has all definitions parsed while the device is reached, where they are
// needed to find out what it is. The function it returns waits for its end, and
// gives it up where the device was not reached.
func warmed(ctx context.Context, def *platform.Definition, cfg *Config) func(reached bool) {
	if def != nil {
		return func(bool) {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		cfg.library().Warm(ctx)
	}()
	return func(reached bool) {
		if !reached {
			cancel()
		}
		<-done
		cancel()
	}
}

func (d *detection) begin() {
	d.detector = platform.NewDetector(d.lib.All())
	d.detector.SSH(d.ssh)
}

// identification is how the SSH server named itself, "" where there is none.
func identification(conn transport.Conn) string {
	for {
		if v, ok := conn.(interface{ ServerVersion() string }); ok {
			return v.ServerVersion()
		}
		w, ok := conn.(interface{ Unwrap() transport.Conn })
		if !ok {
			return ""
		}
		conn = w.Unwrap()
	}
}

// blank is a definition for a device that may be anything: it knows the shapes of
// all prompts, and last those that no definition knows.
func (d *detection) blank() (*platform.Definition, error) {
	generic, err := d.lib.Load(platform.Generic)
	if err != nil {
		return nil, err
	}
	blank := *generic
	blank.Modes = nil
	for _, m := range d.detector.Prompts() {
		blank.Modes = append(blank.Modes, *m)
	}
	blank.Modes = append(blank.Modes, generic.Modes...)
	blank.Login.Detours = d.detector.Detours()
	return &blank, nil
}

// find finds out what the device is that stands at its first prompt.
func (d *detection) find(ctx context.Context, dev *Device, greeting string) (*platform.Detection, error) {
	for range detectCommands { // as often as the prompt turns out to be another
		prompt := dev.Prompt()
		d.detector.Banner(greeting)
		d.detector.Prompt(prompt)
		if m := dev.cfg.Memory; m != nil {
			d.detector.Prefer(m.Recall(d.host))
		}
		if err := d.ask(ctx, dev); err != nil {
			return nil, err
		}
		if dev.Prompt() == prompt {
			break
		}
		d.begin()
	}
	found := d.detector.Verdict()
	if m := dev.cfg.Memory; m != nil && found.Confidence == platform.Certain {
		m.Remember(d.host, found.Platform)
	}
	return found, nil
}

// ask types the commands that tell.
func (d *detection) ask(ctx context.Context, dev *Device) error {
	for len(d.answers) < detectCommands {
		command, ok := d.detector.Next()
		if !ok {
			break
		}
		answer, known := d.answers[command]
		if !known {
			reply, err := dev.ch.Send(ctx, channel.Input{Line: command, Answered: d.detector.Answers()})
			if dev.ch.Err() != nil || ctx.Err() != nil {
				return err
			}
			if reply != nil {
				answer = reply.Text
			}
			d.answers[command] = answer
		}
		d.detector.Answer(command, answer)
	}
	return nil
}

// detect makes the device one of the platform that it is found to be. It returns
// the mode that the device is in.
func (d *Device) detect(ctx context.Context, finding *detection, greeting string) (mode string, err error) {
	found, err := finding.find(ctx, d, greeting)
	if err != nil {
		return "", err
	}
	d.detected = found
	if l := d.cfg.Logger; l != nil {
		what := "platform found"
		if found.Confidence == platform.Unsure {
			what = "platform not found out: name it"
		}
		l.Info(what, "host", d.host, "platform", found.Platform, "confidence", found.Confidence, "evidence", strings.Join(found.Evidence, "; "))
		for _, doubt := range found.Doubts() {
			l.Info("platform may be", "host", d.host, "doubt", doubt)
		}
	}
	if t := d.cfg.Trace; t != nil && t.Detected != nil {
		t.Detected(found)
	}
	def, err := finding.lib.Load(found.Platform)
	if err != nil {
		return "", err
	}
	mode, err = d.ch.Adopt(ctx, channelConfig(d.ch.Conn(), def, d.cfg))
	if err == nil && mode == "" {
		err = &UndetectedError{Found: found, Err: fmt.Errorf("the prompt %q is none that %s knows", d.Prompt(), def.Name)}
	}
	d.def = def
	return mode, err
}

// UndetectedError says that the device was to be found out to be of a platform, was
// not, and that what was asked for wants the platform known. It wraps the cause.
type UndetectedError struct {
	Found *platform.Detection
	Err   error
}

func (e *UndetectedError) Error() string {
	text := e.Err.Error() + "; what the device is was not found out"
	if some := e.Found.Some(); some != "" {
		text += ": it may be " + some
	}
	return text
}

// Unwrap returns the cause.
func (e *UndetectedError) Unwrap() error { return e.Err }

// lacking adds to an error about what the platform lacks that the platform was not
// found out.
func (d *Device) lacking(err error) error {
	if d.detected == nil || d.detected.Confidence != platform.Unsure {
		return err
	}
	return &UndetectedError{Found: d.detected, Err: err}
}

// Detection returns what the device was found to be, and why; nil where the
// platform was named.
func (d *Device) Detection() *platform.Detection { return d.detected }
