// Package conformance drives a simulated device, made of a platform's definition
// alone, through all that a definition promises: every mode from every mode,
// pages, refusals, configuration, commit and abort, save, close. It proves that a
// definition fits together; what the real device does, only the real device shows.
package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/vtynet/vty"
	"github.com/vtynet/vty/auth"
	"github.com/vtynet/vty/platform"
	"github.com/vtynet/vty/sim"
	"github.com/vtynet/vty/transport"
)

// A Part is one part of the script, by name.
type Part struct {
	Name   string
	absent func(def *platform.Definition) string
	run    func(ctx context.Context, def *platform.Definition) error
}

// Parts is the script in order.
func Parts() []Part {
	return []Part{
		{"modes", never, modes},
		{"beginnings", unlessIt(settles, "commands run wherever the login ends (default)"), beginnings},
		{"pages", never, pages},
		{"refusal", unlessIt(refuses, "it does not say how the device refuses (failures)"), refusal},
		{"configure", unlessIt(configures, "it names no mode for configuration (configure)"), configure},
		{"candidate", unlessIt(commits, "it knows no candidate (configure.commit)"), candidate},
		{"rollback", unlessIt(rollsBack, "it knows no way to take commits back (configure.rollback)"), rollback},
		{"revert", unlessIt(reverts, "it knows no lines that are taken back by themselves (revert)"), revert},
		{"save", never, save},
		{"running", never, running},
		{"close", never, leave},
	}
}

// Absent says why a definition has nothing for a part to try; "" where it has.
func (p Part) Absent(def *platform.Definition) string { return p.absent(def) }

// Run runs a part; where it is absent there is nothing to run. The error says at
// what the definition failed.
func (p Part) Run(ctx context.Context, def *platform.Definition) error {
	if p.Absent(def) != "" {
		return nil
	}
	return p.run(ctx, def)
}

func never(*platform.Definition) string { return "" }

func unlessIt(has func(*platform.Definition) bool, why string) func(*platform.Definition) string {
	return func(def *platform.Definition) string {
		if has(def) {
			return ""
		}
		return why
	}
}

func refuses(def *platform.Definition) bool    { return len(def.Failures) > 0 }
func settles(def *platform.Definition) bool    { return def.Default != "" }
func configures(def *platform.Definition) bool { return def.Configure.Mode != "" }
func rollsBack(def *platform.Definition) bool  { return len(def.Configure.Rollback) > 0 }
func reverts(def *platform.Definition) bool    { return def.Revert.Mode != "" }
func commits(def *platform.Definition) bool {
	return len(def.Configure.Commit) > 0 || len(def.Candidate.Commit) > 0
}

const (
	nonsense = "frobnicate everything"
	good     = "description made by vty"
	pageRows = 24
	long     = 100 // lines, which is several pages
)

// session is a simulated device and a session with it.
type session struct {
	*vty.Device
	sim *sim.Device
}

// open makes a device of a definition and opens it.
func open(ctx context.Context, def *platform.Definition, simulated sim.Config) (*session, error) {
	model, err := sim.Derived(def)
	if err != nil {
		return nil, err
	}
	device, err := model.Device(&simulated)
	if err != nil {
		return nil, err
	}
	user, password, _ := device.Credentials()
	cfg := &vty.Config{
		Definition: def, User: user, Password: auth.Literal(password), Secrets: map[string]auth.Source{},
		Quiet: 20 * time.Millisecond, Silence: 5 * time.Second,
	}
	for name, secret := range device.Secrets() {
		cfg.Secrets[name] = auth.Literal(secret)
	}
	size := transport.Size{Columns: 80, Rows: pageRows}
	dev, err := vty.Open(ctx, device.Pipe(sim.Terminal{Size: size}), def.Name, cfg)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	return &session{Device: dev, sim: device}, nil
}

// targets are all modes, with an argument where they take one, and the named ways.
func targets(def *platform.Definition) []string {
	var all []string
	for _, m := range def.Modes {
		if m.Argument != "" {
			all = append(all, m.Name+" x1")
		} else {
			all = append(all, m.Name)
		}
		for _, way := range def.Ways(m.Name) {
			target := m.Name + " " + way
			if value := map[string]string{"minutes": "5", "seconds": "300", "clock": "00:05:00", "name": "x1"}[def.Parameter(target)]; value != "" {
				target += " " + value
			}
			all = append(all, target)
		}
	}
	return all
}

// modes goes from every mode to every other.
func modes(ctx context.Context, def *platform.Definition) (err error) {
	s, err := open(ctx, def, sim.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if home := s.Mode(); def.Default != "" && home != def.Default {
		return fmt.Errorf("it opens in mode %q, not in %q", home, def.Default)
	}
	for _, from := range targets(def) {
		for _, to := range targets(def) {
			for _, target := range []string{from, to} {
				if err := s.Enter(ctx, target); err != nil {
					return fmt.Errorf("from %s to %s: %w", from, to, err)
				}
				if mode, _ := platform.Target(target); s.Mode() != mode {
					return fmt.Errorf("from %s to %s: it is in %s", from, to, s.Mode())
				}
			}
		}
	}
	return nil
}

// beginnings opens sessions whose login ends in each of the modes.
func beginnings(ctx context.Context, def *platform.Definition) error {
	for _, m := range def.Modes {
		if m.Argument != "" {
			continue // no login ends in a place that somebody has to name
		}
		s, err := open(ctx, def, sim.Config{Mode: m.Name})
		if err != nil {
			return fmt.Errorf("a login that ends in %s: %w", m.Name, err)
		}
		_, err = s.Run(ctx, "show lines 1")
		if home := s.Mode(); err == nil && home != def.Default {
			err = fmt.Errorf("it stays in %s", home)
		}
		if err = errors.Join(err, s.Close()); err != nil {
			return fmt.Errorf("a login that ends in %s: %w", m.Name, err)
		}
	}
	return nil
}

// pages reads a long answer from a device that lets paging be switched off, and
// from one that does not.
func pages(ctx context.Context, def *platform.Definition) error {
	var texts []string
	for _, refuse := range []bool{false, true} {
		screen := &screen{}
		text, err := longAnswer(ctx, def, sim.Config{RefusePaging: refuse, Wrap: screen.over})
		if err != nil {
			return fmt.Errorf("paging refused %v: %w", refuse, err)
		}
		paged := screen.shows(pageEnd(def))
		switch {
		case paged && !refuse && len(def.Paging) > 0:
			return errors.New("paging is switched off, and yet there are pages")
		case !paged && refuse && def.Login.Suffix == "":
			return errors.New("paging is refused, and yet there are no pages")
		}
		texts = append(texts, text)
	}
	// Some platforms end every output with a line of their own.
	if n := strings.Count(texts[0], fmt.Sprintf(" of %d on ", long)); n != long {
		return fmt.Errorf("%d lines instead of %d", n, long)
	}
	if texts[0] != texts[1] {
		return errors.New("paged and unpaged answers differ")
	}
	return nil
}

// pageEnd is what a simulated device of the definition shows at the end of a page.
func pageEnd(def *platform.Definition) string {
	if s := def.Samples.Pagers; len(s) > 0 {
		return s[0]
	}
	return "--More--"
}

// screen keeps what a device shows.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	next io.Writer
}

func (s *screen) over(w io.Writer) io.Writer {
	s.next = w
	return s
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	_, _ = s.text.Write(b) // a Buffer takes all
	s.mu.Unlock()
	return s.next.Write(b)
}

func (s *screen) shows(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Contains(s.text.Bytes(), []byte(text))
}

func longAnswer(ctx context.Context, def *platform.Definition, cfg sim.Config) (text string, err error) {
	s, err := open(ctx, def, cfg)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	res, err := s.Run(ctx, fmt.Sprintf("show lines %d", long))
	if err != nil {
		return "", err
	}
	return res.Text(), nil
}

// refusal types what is no command, and then one that is.
func refusal(ctx context.Context, def *platform.Definition) (err error) {
	s, err := open(ctx, def, sim.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := s.Run(ctx, nonsense); !errors.Is(err, vty.ErrRefused) {
		return fmt.Errorf("a refused command: %w", unexpected(err))
	}
	_, err = s.Run(ctx, "show lines 1")
	return err
}

func unexpected(err error) error {
	if err == nil {
		return errors.New("no failure pattern sees it")
	}
	return err
}

func save(ctx context.Context, def *platform.Definition) (err error) {
	s, err := open(ctx, def, sim.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.Save(ctx)
	if len(def.Configure.Save)+len(def.Candidate.Save) == 0 {
		if errors.Is(err, vty.ErrUnsupported) {
			return nil
		}
		return fmt.Errorf("a platform that cannot save: %w", unexpected(err))
	}
	return err
}

// running reads the running configuration and that of a restart.
func running(ctx context.Context, def *platform.Definition) (err error) {
	s, err := open(ctx, def, sim.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, show := range []struct {
		command string
		read    func(context.Context) (*vty.Result, error)
	}{{def.Running.Show, s.RunningConfig}, {def.Running.Startup, s.StartupConfig}} {
		res, err := show.read(ctx)
		switch {
		case show.command == "" && !errors.Is(err, vty.ErrUnsupported):
			return fmt.Errorf("a configuration that cannot be shown: %w", unexpected(err))
		case show.command == "":
		case err != nil:
			return err
		case !strings.Contains(def.Running.Steady(def.Running.Masked(res.Text())), "description uplink"):
			return fmt.Errorf("%q shows %q", show.command, res.Text())
		}
	}
	return nil
}

// leave closes a session, and sees that the device took leave as well.
func leave(ctx context.Context, def *platform.Definition) error {
	screen := &screen{}
	s, err := open(ctx, def, sim.Config{Wrap: screen.over})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	for _, step := range def.Close {
		if !screen.shows(step.Send) {
			return fmt.Errorf("%q was not typed before the connection was closed", step.Send)
		}
		if step.Ends { // the simulated device does
			break
		}
	}
	if _, err := s.Run(ctx, "show lines 1"); !errors.Is(err, vty.ErrClosed) {
		return fmt.Errorf("after Close: %w", unexpected(err))
	}
	return nil
}
